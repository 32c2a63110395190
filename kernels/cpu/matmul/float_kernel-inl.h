// Products with float32 activations: plain float weights, and quantized ones dequantized on the way. One output is the
// sum over columns in order, one fused multiply-add each: the same for any number of tokens and any split of the rows.

// clang-format off
#if defined(HEARTH_MATMUL_FLOAT_KERNEL_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_MATMUL_FLOAT_KERNEL_INL_H
#undef HEARTH_MATMUL_FLOAT_KERNEL_INL_H
#else
#define HEARTH_MATMUL_FLOAT_KERNEL_INL_H
#endif
// clang-format on

#include <algorithm>

#include "kernels/cpu/matmul/formats-inl.h"
#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/matmul/tiles-inl.h"

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {

/// Two vectors of rows of one column as float32. Columns of BF16 are stored in pairs.
struct TwoVectors {
  VF v[2];
};

/// Memory that columns some way ahead need.
template <int kLines>
HWY_INLINE void prefetchLines(const std::byte* columns) {
  for (int i = 0; i < kLines; ++i) __builtin_prefetch(columns + kPrefetchDistance + 64 * i, 0, 3);
}

struct FromF32 {
  static constexpr size_t kStep = 1;
  static HWY_INLINE void prefetch(const std::byte* group, size_t k) { prefetchLines<2>(group + 128 * k); }
  static HWY_INLINE void load(const std::byte* group, size_t k, size_t row, TwoVectors (&out)[1]) {
    const auto* at = reinterpret_cast<const float*>(group) + k * kFloatGroup + row;
    out[0] = {{loadFloats(at), loadFloats(at + kLanes)}};
  }
};

struct FromF16 {
  static constexpr size_t kStep = 1;
  static HWY_INLINE void prefetch(const std::byte* group, size_t k) { prefetchLines<1>(group + 64 * k); }
  static HWY_INLINE void load(const std::byte* group, size_t k, size_t row, TwoVectors (&out)[1]) {
    const std::byte* at = group + 2 * (k * kFloatGroup + row);
    out[0] = {{loadHalfs(at), loadHalfs(at + 2 * kLanes)}};
  }
};

struct FromBF16 {
  static constexpr size_t kStep = 2;
  static HWY_INLINE void prefetch(const std::byte* group, size_t k) { prefetchLines<2>(group + 64 * k); }
  static HWY_INLINE void load(const std::byte* group, size_t k, size_t row, TwoVectors (&out)[2]) {
    const std::byte* at = group + 2 * (k * kFloatGroup + 2 * row);
    const VI high = setInt(static_cast<int32_t>(0xffff0000u));
#pragma GCC unroll 2
    for (int i = 0; i < 2; ++i) {
      const VI pair = loadBytes(at + static_cast<size_t>(i) * 4 * kLanes);
      out[0].v[i] = bitsToFloat(shiftLeft<16>(pair));
      out[1].v[i] = bitsToFloat(bitAnd(pair, high));
    }
  }
};

/// Adds columns [0, nCols) of 2 * kLanes rows and kTokens tokens to acc [kTokens, 32].
template <class Source, int kTokens>
HWY_NOINLINE void floatTile(const std::byte* weights, size_t row, size_t nCols, const std::byte* x, size_t xStride,
                            float* acc) {
  const TokenRows<kTokens> tokens(x, xStride);
  VF sums[kTokens][2];
#pragma GCC unroll 12
  for (int t = 0; t < kTokens; ++t) {
    sums[t][0] = loadFloats(acc + kFloatGroup * t);
    sums[t][1] = loadFloats(acc + kFloatGroup * t + kLanes);
  }
  for (size_t k = 0; k < nCols; k += Source::kStep) {
    if constexpr (kTokens >= kPrefetchTokens) Source::prefetch(weights, k);
    TwoVectors w[Source::kStep];
    Source::load(weights, k, row, w);
#pragma GCC unroll 2
    for (size_t i = 0; i < Source::kStep; ++i) {
#pragma GCC unroll 12
      for (int t = 0; t < kTokens; ++t) {
        const VF value = broadcastFloat(tokens.at(t) + 4 * (k + i));
        sums[t][0] = fma(w[i].v[0], value, sums[t][0]);
        sums[t][1] = fma(w[i].v[1], value, sums[t][1]);
      }
    }
  }
#pragma GCC unroll 12
  for (int t = 0; t < kTokens; ++t) {
    storeFloats(acc + kFloatGroup * t, sums[t][0]);
    storeFloats(acc + kFloatGroup * t + kLanes, sums[t][1]);
  }
}

template <class Source>
struct FloatTiles {
  const std::byte* weights;
  size_t nCols;
  const std::byte* x;
  size_t xStride;
  float* acc;

  template <int kTokens>
  void run(size_t firstToken) const {
    for (size_t row = 0; row < kFloatGroup; row += 2 * kLanes) {
      floatTile<Source, kTokens>(weights, row, nCols, x + firstToken * xStride, xStride,
                                 acc + firstToken * kFloatGroup + row);
    }
  }
};

template <class Source, WeightFormat kFormat>
void floatProductOf(const ProductArgs& args) {
  // As for quantized weights: activations in the second-level cache, float32 weights of a piece in the first and
  // second.
  constexpr size_t kTokensAtOnce = 96, kColsAtOnce = 144, kUnpackFrom = 25;
  alignas(64) float acc[kTokensAtOnce * kFloatGroup];
  alignas(64) float panel[kColsAtOnce * kFloatGroup];
  const size_t bytesOfGroup = groupBytes(kFormat, args.cols);
  const size_t bytesOfCol = kFloatGroup * (kFormat == WeightFormat::F32 ? 4 : 2);
  const size_t nCols = (args.cols + Source::kStep - 1) / Source::kStep * Source::kStep;
  for (size_t t0 = 0; t0 < args.nTokens; t0 += kTokensAtOnce) {
    const size_t nTokens = std::min(kTokensAtOnce, args.nTokens - t0);
    const std::byte* x = args.prepared + t0 * args.xStride;
    for (size_t g = args.rowBegin / kFloatGroup; g * kFloatGroup < args.rowEnd; ++g) {
      const std::byte* group = args.weights + g * bytesOfGroup;
      std::fill_n(acc, nTokens * kFloatGroup, 0.0f);
      if (nTokens < kUnpackFrom || kFormat == WeightFormat::F32) {
        runTiles<kFloatTile>(FloatTiles<Source>{group, nCols, x, args.xStride, acc}, nTokens);
      } else {
        for (size_t k0 = 0; k0 < nCols; k0 += kColsAtOnce) {
          const size_t n = std::min(kColsAtOnce, nCols - k0);
          for (size_t k = 0; k < n; k += Source::kStep) {
            for (size_t row = 0; row < kFloatGroup; row += 2 * kLanes) {
              TwoVectors w[Source::kStep];
              Source::load(group + k0 * bytesOfCol, k, row, w);
              for (size_t i = 0; i < Source::kStep; ++i) {
                storeFloats(panel + (k + i) * kFloatGroup + row, w[i].v[0]);
                storeFloats(panel + (k + i) * kFloatGroup + row + kLanes, w[i].v[1]);
              }
            }
          }
          const auto* unpacked = reinterpret_cast<const std::byte*>(panel);
          runTiles<kFloatTile>(FloatTiles<FromF32>{unpacked, n, x + 4 * k0, args.xStride, acc}, nTokens);
        }
      }
      storeGroup<kFloatGroup>(args, g * kFloatGroup, t0, nTokens, acc);
    }
  }
}

/// Adds blocks [0, nBlocks) of kLanes rows and kTokens tokens to acc [kTokens, 16], activations in float32.
template <class Source, int kTokens>
HWY_NOINLINE void exactTile(const std::byte* weights, size_t sub, size_t nBlocks, const std::byte* x, size_t xStride,
                            float* acc) {
  const TokenRows<kTokens> tokens(x, xStride);
  const VI low = setInt(255);
  VF sums[kTokens];
#pragma GCC unroll 8
  for (int t = 0; t < kTokens; ++t) sums[t] = loadFloats(acc + kQuantGroup * t);
  for (size_t b = 0; b < nBlocks; ++b) {
    const Block block = Source::load(weights, b, sub);
    for (size_t j = 0; j < 8; ++j) {
      VI words = block.w[j];
      const VF scale = Source::kTraits.halves && j >= 4 ? block.second : block.scale;
      for (size_t i = 0; i < 4; ++i, words = shiftRight<8>(words)) {
        const VF q = toFloat(addInt(bitAnd(words, low), setInt(-Source::kTraits.offset)));
        VF w;
        if constexpr (Source::kTraits.hasMin) {
          w = fma(q, scale, block.second);
        } else {
          w = mul(q, scale);
        }
#pragma GCC unroll 8
        for (int t = 0; t < kTokens; ++t) {
          sums[t] = fma(w, broadcastFloat(tokens.at(t) + 4 * (b * kBlockCols + 4 * j + i)), sums[t]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int t = 0; t < kTokens; ++t) storeFloats(acc + kQuantGroup * t, sums[t]);
}

template <WeightFormat kFormat>
void quantExactProductOf(const ProductArgs& args) {
  constexpr size_t kTokensAtOnce = 8;
  using Source = Packed<kFormat, false>;
  alignas(64) float acc[kTokensAtOnce * kQuantGroup];
  const size_t nBlocks = args.cols / kBlockCols, bytesOfGroup = groupBytes(kFormat, args.cols);
  for (size_t g = args.rowBegin / kQuantGroup; g * kQuantGroup < args.rowEnd; ++g) {
    const std::byte* group = args.weights + g * bytesOfGroup;
    for (size_t t = 0; t < args.nTokens;) {
      const size_t left = args.nTokens - t, n = left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
      const std::byte* x = args.prepared + t * args.xStride;
      std::fill_n(acc, n * kQuantGroup, 0.0f);
      for (size_t sub = 0; sub < kQuantGroup / kLanes; ++sub) {
        float* accHere = acc + sub * kLanes;
        if (n == 8) exactTile<Source, 8>(group, sub, nBlocks, x, args.xStride, accHere);
        if (n == 4) exactTile<Source, 4>(group, sub, nBlocks, x, args.xStride, accHere);
        if (n == 2) exactTile<Source, 2>(group, sub, nBlocks, x, args.xStride, accHere);
        if (n == 1) exactTile<Source, 1>(group, sub, nBlocks, x, args.xStride, accHere);
      }
      storeGroup<kQuantGroup>(args, g * kQuantGroup, t, n, acc);
      t += n;
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#endif  // toggle
