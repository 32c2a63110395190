// Products of quantized weights with activations quantized to int8. One output is the sum over blocks, in order, of
//   scale_w * scale_x * (exact integer dot product), then min_w * sum_x where the format has minimums,
// each added with one fused multiply-add: the same for any number of tokens and any split of the rows.

// clang-format off
#if defined(HEARTH_MATMUL_QUANT_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_MATMUL_QUANT_KERNEL_INL_H
#undef HEARTH_MATMUL_QUANT_KERNEL_INL_H
#else
#define HEARTH_MATMUL_QUANT_KERNEL_INL_H
#endif
// clang-format on

#include <algorithm>

#include "kernels/cpu/matmul/formats-inl.h"
#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/matmul/tiles-inl.h"

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {

template <Traits kTraits>
HWY_INLINE VI startOfSum(const std::byte* x) {
  if constexpr (kTraits.offset == 8) return broadcastWord(x + offsetof(ActivationBlock, minus8));
  if constexpr (kTraits.offset == 16) return broadcastWord(x + offsetof(ActivationBlock, minus16));
  if constexpr (kTraits.offset == 128) return broadcastWord(x + offsetof(ActivationBlock, minus128));
  return setInt(0);
}

/// acc + one block's share, for one token.
template <Traits kTraits>
HWY_INLINE VF addBlock(VF acc, const Block& block, const std::byte* x) {
  const VF xScale = broadcastFloat(x + offsetof(ActivationBlock, scale));
  if constexpr (kTraits.halves) {
    const std::byte* start = x + offsetof(ActivationBlock, minus32);
    const VI first = dot<kTraits.wide, 4>(broadcastWord(start), block.w, x);
    const VI second = dot<kTraits.wide, 4>(broadcastWord(start + 4), block.w + 4, x + 16);
    const VF both = fma(toFloat(first), block.scale, mul(toFloat(second), block.second));
    return fma(both, xScale, acc);
  } else {
    const VI sum = dot<kTraits.wide, 8>(startOfSum<kTraits>(x), block.w, x);
    acc = fma(toFloat(sum), mul(block.scale, xScale), acc);
    if constexpr (kTraits.hasMin) {
      acc = fma(block.second, broadcastFloat(x + offsetof(ActivationBlock, sum)), acc);
    }
    return acc;
  }
}

/// Adds blocks [0, nBlocks) of kLanes rows and kTokens tokens to acc [kTokens, 16].
template <class Source, int kTokens>
HWY_NOINLINE void quantTile(const std::byte* weights, size_t sub, size_t nBlocks, const std::byte* x, size_t xStride,
                            float* acc) {
  const TokenRows<kTokens> tokens(x, xStride);
  VF sums[kTokens];
#pragma GCC unroll 16
  for (int t = 0; t < kTokens; ++t) sums[t] = loadFloats(acc + 16 * t);
  for (size_t b = 0; b < nBlocks; ++b) {
    if constexpr (kTokens >= kPrefetchTokens) Source::prefetch(weights, b);
    const Block block = Source::load(weights, b, sub);
#pragma GCC unroll 16
    for (int t = 0; t < kTokens; ++t) {
      sums[t] = addBlock<Source::kTraits>(sums[t], block, tokens.at(t) + b * sizeof(ActivationBlock));
    }
  }
#pragma GCC unroll 16
  for (int t = 0; t < kTokens; ++t) storeFloats(acc + 16 * t, sums[t]);
}

template <class Source>
struct QuantTiles {
  const std::byte* weights;
  size_t nBlocks;
  const std::byte* x;
  size_t xStride;
  float* acc;

  template <int kTokens>
  void run(size_t firstToken) const {
    for (size_t sub = 0; sub < kQuantGroup / kLanes; ++sub) {
      quantTile<Source, kTokens>(weights, sub, nBlocks, x + firstToken * xStride, xStride,
                                 acc + firstToken * kQuantGroup + sub * kLanes);
    }
  }
};

template <WeightFormat kFormat>
void quantProductOf(const ProductArgs& args) {
  // Tokens that share one unpacking of a group, and blocks unpacked at a time: activations stay in the second-level
  // cache, unpacked weights in the first.
  constexpr size_t kTokensAtOnce = 128, kBlocksAtOnce = 48, kUnpackFrom = 17;
  alignas(64) float acc[kTokensAtOnce * kQuantGroup];
  alignas(64) std::byte panel[kBlocksAtOnce * Unpacked<kFormat>::kBlockBytes];
  using Source = Packed<kFormat, true>;
  const size_t nBlocks = args.cols / kBlockCols, bytesOfGroup = groupBytes(kFormat, args.cols);
  for (size_t t0 = 0; t0 < args.nTokens; t0 += kTokensAtOnce) {
    const size_t nTokens = std::min(kTokensAtOnce, args.nTokens - t0);
    const std::byte* x = args.prepared + t0 * args.xStride;
    for (size_t g = args.rowBegin / kQuantGroup; g * kQuantGroup < args.rowEnd; ++g) {
      const std::byte* group = args.weights + g * bytesOfGroup;
      std::fill_n(acc, nTokens * kQuantGroup, 0.0f);
      if (nTokens < kUnpackFrom) {
        runTiles<kQuantTile>(QuantTiles<Source>{group, nBlocks, x, args.xStride, acc}, nTokens);
      } else {
        for (size_t b0 = 0; b0 < nBlocks; b0 += kBlocksAtOnce) {
          const size_t n = std::min(kBlocksAtOnce, nBlocks - b0);
          for (size_t b = 0; b < n; ++b) {
            for (size_t sub = 0; sub < kQuantGroup / kLanes; ++sub) {
              Unpacked<kFormat>::store(Source::load(group, b0 + b, sub), panel, b, sub);
            }
          }
          const std::byte* xHere = x + b0 * sizeof(ActivationBlock);
          runTiles<kQuantTile>(QuantTiles<Unpacked<kFormat>>{panel, n, xHere, args.xStride, acc}, nTokens);
        }
      }
      storeGroup<kQuantGroup>(args, g * kQuantGroup, t0, nTokens, acc);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#endif  // toggle
