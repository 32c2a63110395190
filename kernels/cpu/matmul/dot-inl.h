// Dot products of unsigned weight bytes with signed activation bytes, exact in 32-bit integers on every target.

// clang-format off
#if defined(HEARTH_MATMUL_DOT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_MATMUL_DOT_INL_H
#undef HEARTH_MATMUL_DOT_INL_H
#else
#define HEARTH_MATMUL_DOT_INL_H
#endif
// clang-format on

#include "kernels/cpu/matmul/simd-inl.h"

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3_DL
/// Weights above 63 are used as unsigned bytes; otherwise they are made signed when loaded (and need no correction).
inline constexpr bool kWideIsUnsigned = true;

HWY_INLINE VI dotStep(VI sum, VI weights, VI x) {
  return _mm512_dpbusd_epi32(sum, weights, x);
}
#elif HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
inline constexpr bool kWideIsUnsigned = false;
#if HWY_TARGET == HWY_AVX3
HWY_INLINE VI products(VI weights, VI x) {
  return _mm512_maddubs_epi16(weights, x);
}
HWY_INLINE VI add16(VI a, VI b) {
  return _mm512_add_epi16(a, b);
}
HWY_INLINE VI widen(VI pairs) {
  return _mm512_madd_epi16(pairs, _mm512_set1_epi16(1));
}
HWY_INLINE VI absolute(VI v) {
  return _mm512_abs_epi8(v);
}
HWY_INLINE VI withSignOf(VI v, VI sign) {
  return _mm512_mask_sub_epi8(v, _mm512_movepi8_mask(sign), _mm512_setzero_si512(), v);
}
#else
HWY_INLINE VI products(VI weights, VI x) {
  return _mm256_maddubs_epi16(weights, x);
}
HWY_INLINE VI add16(VI a, VI b) {
  return _mm256_add_epi16(a, b);
}
HWY_INLINE VI widen(VI pairs) {
  return _mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
}
HWY_INLINE VI absolute(VI v) {
  return _mm256_abs_epi8(v);
}
HWY_INLINE VI withSignOf(VI v, VI sign) {
  return _mm256_sign_epi8(v, sign);
}
#endif
#else
inline constexpr bool kWideIsUnsigned = true;

HWY_INLINE VI dotStep(VI sum, VI weights, VI x) {
  const VI low = setInt(255);
  for (int i = 0; i < 4; ++i) {
    const VI signedByte = (x << (24 - 8 * i)) >> 24;
    sum += ((weights >> (8 * i)) & low) * signedByte;
  }
  return sum;
}
#endif

/// sum + the dot products of kSteps words: weights[j] has 4 columns of each row, x + 4j the activations of the same.
/// `kWide`: weights use all 8 bits; else they are at most 63, so that two products of two fit 16 bits.
template <bool kWide, int kSteps>
HWY_INLINE VI dot(VI sum, const VI* HWY_RESTRICT weights, const std::byte* x) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
  if constexpr (kWide) {
#pragma GCC unroll 8
    for (int j = 0; j < kSteps; ++j) {
      const VI signedX = withSignOf(broadcastWord(x + 4 * j), weights[j]);
      sum = addInt(sum, widen(products(absolute(weights[j]), signedX)));
    }
  } else {
#pragma GCC unroll 8
    for (int j = 0; j < kSteps; j += 2) {
      const VI first = products(weights[j], broadcastWord(x + 4 * j));
      const VI second = products(weights[j + 1], broadcastWord(x + 4 * j + 4));
      sum = addInt(sum, widen(add16(first, second)));
    }
  }
#else
#pragma GCC unroll 8
  for (int j = 0; j < kSteps; ++j) sum = dotStep(sum, weights[j], broadcastWord(x + 4 * j));
#endif
  return sum;
}

}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#endif  // toggle
