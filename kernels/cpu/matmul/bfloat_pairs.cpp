// Products of BF16 weights with BF16 activations by the instruction that adds two products at a time. The instruction
// set is asked for here alone: not every AVX-512 machine has it.
#include <algorithm>

#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/packed_layout.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,avx512bf16")
#endif

namespace kernels::cpu {

#if defined(__x86_64__)

namespace {

constexpr size_t kLanes = 16;
constexpr size_t kPrefetchDistance = 2048;

__m512bh loadPairs(const std::byte* at) {
  return reinterpret_cast<__m512bh>(_mm512_loadu_si512(at));
}

// Adds nPairs pairs of columns of 32 rows and kTokens tokens to acc [kTokens, 32]. In order of columns, whatever the
// number of tokens.
template <int kTokens>
void pairTile(const std::byte* weights, size_t nPairs, const std::byte* x, size_t xStride, float* acc) {
  __m512 sums[kTokens][2];
#pragma GCC unroll 12
  for (int t = 0; t < kTokens; ++t) {
    sums[t][0] = _mm512_loadu_ps(acc + kFloatGroup * t);
    sums[t][1] = _mm512_loadu_ps(acc + kFloatGroup * t + kLanes);
  }
  const std::byte* base[3] = {x, x + 4 * xStride, x + 8 * xStride};
  const size_t distance[4] = {0, xStride, 2 * xStride, 3 * xStride};
  for (size_t p = 0; p < nPairs; ++p) {
    __builtin_prefetch(weights + 128 * p + kPrefetchDistance, 0, 3);
    __builtin_prefetch(weights + 128 * p + kPrefetchDistance + 64, 0, 3);
    const __m512bh first = loadPairs(weights + 128 * p), second = loadPairs(weights + 128 * p + 64);
#pragma GCC unroll 12
    for (int t = 0; t < kTokens; ++t) {
      int32_t word;
      __builtin_memcpy(&word, base[t / 4] + distance[t % 4] + 4 * p, sizeof word);
      const auto value = reinterpret_cast<__m512bh>(_mm512_set1_epi32(word));
      sums[t][0] = _mm512_dpbf16_ps(sums[t][0], first, value);
      sums[t][1] = _mm512_dpbf16_ps(sums[t][1], second, value);
    }
  }
#pragma GCC unroll 12
  for (int t = 0; t < kTokens; ++t) {
    _mm512_storeu_ps(acc + kFloatGroup * t, sums[t][0]);
    _mm512_storeu_ps(acc + kFloatGroup * t + kLanes, sums[t][1]);
  }
}

using PairTile = void (*)(const std::byte*, size_t, const std::byte*, size_t, float*);
constexpr PairTile kTiles[] = {pairTile<1>, pairTile<2>, pairTile<3>, pairTile<4>,  pairTile<5>,  pairTile<6>,
                               pairTile<7>, pairTile<8>, pairTile<9>, pairTile<10>, pairTile<11>, pairTile<12>};
constexpr size_t kMaxTile = std::size(kTiles);

void pairProduct(const ProductArgs& args) {
  // Activations of so many tokens stay in the second-level cache while all groups pass.
  constexpr size_t kTokensAtOnce = 120;
  alignas(64) float acc[kMaxTile * kFloatGroup];
  const size_t bytesOfGroup = groupBytes(WeightFormat::BF16, args.cols), nPairs = (args.cols + 1) / 2;
  for (size_t t0 = 0; t0 < args.nTokens; t0 += kTokensAtOnce) {
    const size_t t1 = std::min(t0 + kTokensAtOnce, args.nTokens);
    for (size_t row = args.rowBegin / kFloatGroup * kFloatGroup; row < args.rowEnd; row += kFloatGroup) {
      const std::byte* group = args.weights + row / kFloatGroup * bytesOfGroup;
      const size_t begin = std::max(row, args.rowBegin), end = std::min(row + kFloatGroup, args.rowEnd);
      for (size_t t = t0; t < t1;) {
        // Not a large tile and a very small one, which would use its weights for too little.
        const size_t left = t1 - t, n = left > kMaxTile && left <= 16 ? (left + 1) / 2 : std::min(kMaxTile, left);
        std::fill_n(acc, n * kFloatGroup, 0.0f);
        kTiles[n - 1](group, nPairs, args.prepared + t * args.xStride, args.xStride, acc);
        for (size_t i = 0; i < n; ++i) {
          std::copy_n(acc + i * kFloatGroup + (begin - row), end - begin, args.out + (t + i) * args.outStride + begin);
        }
        t += n;
      }
    }
  }
}

}  // namespace

#pragma GCC pop_options

Product bfloatPairProduct() {
  const bool usable = widestTargetInUse() && __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw");
  return usable ? pairProduct : nullptr;
}

#else

Product bfloatPairProduct() {
  return nullptr;
}

#endif

}  // namespace kernels::cpu
