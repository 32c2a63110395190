// How tokens are cut into register tiles, and results put in their place. Common to all products.

// clang-format off
#if defined(HEARTH_MATMUL_TILES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_MATMUL_TILES_INL_H
#undef HEARTH_MATMUL_TILES_INL_H
#else
#define HEARTH_MATMUL_TILES_INL_H
#endif
// clang-format on

#include <algorithm>
#include <cstring>

#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/matmul/simd-inl.h"

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {

/// Addresses of a tile's tokens: a base for every four and three common distances, so that sixteen tokens need seven
/// registers.
template <int kTokens>
class TokenRows {
 public:
  HWY_INLINE TokenRows(const std::byte* x, size_t stride) : m_distance{0, stride, 2 * stride, 3 * stride} {
#pragma GCC unroll 4
    for (int i = 0; i < kBases; ++i) m_base[i] = x + static_cast<size_t>(4 * i) * stride;
  }
  HWY_INLINE const std::byte* at(int t) const {
    return m_base[t / 4] + m_distance[t % 4];
  }

 private:
  static constexpr int kBases = (kTokens + 3) / 4;
  const std::byte* m_base[kBases];
  size_t m_distance[4];
};

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
inline constexpr int kQuantTile = 16, kFloatTile = 12;
#else
inline constexpr int kQuantTile = 4, kFloatTile = 4;
#endif

/// Runs `work.run<n>(firstToken)` for tiles that cover nTokens, as many as fit of kLargest tokens.
template <int kLargest, class Work>
HWY_INLINE void runTiles(const Work& work, size_t nTokens) {
  size_t t = 0;
  size_t left = nTokens;
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  // Not a large tile and a very small one, which would use its weights for too little.
  for (; left >= kLargest && (left == kLargest || left > 16); left -= kLargest, t += kLargest) {
    work.template run<kLargest>(t);
  }
  while (left > 0) {
    const size_t n = left > 8 ? (left + 1) / 2 : left;
    switch (n) {
      case 1:
        work.template run<1>(t);
        break;
      case 2:
        work.template run<2>(t);
        break;
      case 3:
        work.template run<3>(t);
        break;
      case 4:
        work.template run<4>(t);
        break;
      case 5:
        work.template run<5>(t);
        break;
      case 6:
        work.template run<6>(t);
        break;
      case 7:
        work.template run<7>(t);
        break;
      default:
        work.template run<8>(t);
        break;
    }
    t += n;
    left -= n;
  }
#else
  static_assert(kLargest == 4);
  for (; left >= 4; left -= 4, t += 4) work.template run<4>(t);
  if (left == 3) work.template run<3>(t);
  if (left == 2) work.template run<2>(t);
  if (left == 1) work.template run<1>(t);
#endif
}

/// acc [nTokens, kGroup] of the group from row `firstRow` on to out, as far as its rows are asked for.
template <size_t kGroup>
HWY_INLINE void storeGroup(const ProductArgs& args, size_t firstRow, size_t firstToken, size_t nTokens,
                           const float* acc) {
  const size_t begin = std::max(firstRow, args.rowBegin), end = std::min(firstRow + kGroup, args.rowEnd);
  if (end - begin == kGroup) {
    float* out = args.out + firstToken * args.outStride + begin;
    for (size_t t = 0; t < nTokens; ++t, out += args.outStride, acc += kGroup) {
#pragma GCC unroll 8
      for (size_t i = 0; i < kGroup; i += kLanes) storeFloats(out + i, loadFloats(acc + i));
    }
    return;
  }
  for (size_t t = 0; t < nTokens; ++t) {
    std::memcpy(args.out + (firstToken + t) * args.outStride + begin, acc + t * kGroup + (begin - firstRow),
                (end - begin) * sizeof(float));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#endif  // toggle
