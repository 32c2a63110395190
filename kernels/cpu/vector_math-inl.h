// Vector exp and what is made from it. Included once per SIMD target.
#if defined(HEARTH_VECTOR_MATH_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_VECTOR_MATH_INL_H
#undef HEARTH_VECTOR_MATH_INL_H
#else
#define HEARTH_VECTOR_MATH_INL_H
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// exp(x) within 2 ulp for x in [-87, 88]; 0 below, exp(88) above. Minus infinity gives 0.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V fastExp(D d, V x) {
  const hn::RebindToSigned<D> di;
  const auto inRange = hn::Ge(x, hn::Set(d, -87.0f));
  const V clamped = hn::Min(hn::Max(x, hn::Set(d, -87.0f)), hn::Set(d, 88.0f));
  const V n = hn::Round(hn::Mul(clamped, hn::Set(d, 1.44269504088896341f)));
  // ln 2 in two parts, so that n * ln2High is exact.
  V r = hn::NegMulAdd(n, hn::Set(d, 0.693359375f), clamped);
  r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4f), r);
  V p = hn::Set(d, 1.9875691500e-4f);
  p = hn::MulAdd(p, r, hn::Set(d, 1.3981999507e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 8.3334519073e-3f));
  p = hn::MulAdd(p, r, hn::Set(d, 4.1665795894e-2f));
  p = hn::MulAdd(p, r, hn::Set(d, 1.6666665459e-1f));
  p = hn::MulAdd(p, r, hn::Set(d, 5.0000001201e-1f));
  p = hn::Add(hn::MulAdd(p, hn::Mul(r, r), r), hn::Set(d, 1.0f));
  const auto power = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, n), hn::Set(di, 127)));
  return hn::IfThenElseZero(inRange, hn::Mul(p, hn::BitCast(d, power)));
}

/// 1 / (1 + exp(-x)) within 4e-7 relative, for results above 1e-37. A division takes as long as the whole exponential,
/// so an approximate reciprocal is refined instead.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V fastSigmoid(D d, V x) {
  const V denominator = hn::Add(hn::Set(d, 1.0f), fastExp(d, hn::Neg(x)));
  const V r = hn::ApproximateReciprocal(denominator);
  return hn::Mul(r, hn::NegMulAdd(denominator, r, hn::Set(d, 2.0f)));
}

/// tanh(x) within 2e-7 absolute.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V fastTanh(D d, V x) {
  const V two = hn::Set(d, 2.0f);
  return hn::Sub(hn::Mul(two, fastSigmoid(d, hn::Mul(two, x))), hn::Set(d, 1.0f));
}

}  // namespace kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // once per target
