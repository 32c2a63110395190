// Vectors of cache elements as floats: float, hwy::float16_t, and uint16_t for the bits of a bfloat16. Included once
// per SIMD target.
#if defined(HEARTH_KV_ELEMENT_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_KV_ELEMENT_INL_H
#undef HEARTH_KV_ELEMENT_INL_H
#else
#define HEARTH_KV_ELEMENT_INL_H
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "kernels/half.h"

HWY_BEFORE_NAMESPACE();
namespace kernels::cpu::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
HWY_INLINE hn::Vec<D> loadAsFloat(D d, const float* p) {
  return hn::LoadU(d, p);
}
template <class D>
HWY_INLINE hn::Vec<D> loadAsFloat(D d, const hwy::float16_t* p) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<hwy::float16_t, D>(), p));
}
template <class D>
HWY_INLINE hn::Vec<D> loadAsFloat(D d, const uint16_t* p) {
  const hn::RebindToUnsigned<D> du;
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, hn::LoadU(hn::Rebind<uint16_t, D>(), p))));
}

template <class D>
HWY_INLINE void storeFloats(D d, hn::Vec<D> v, float* p) {
  hn::StoreU(v, d, p);
}
template <class D>
HWY_INLINE void storeFloats(D d, hn::Vec<D> v, hwy::float16_t* p) {
#if HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_SCALAR
  // The fallback's DemoteTo cuts bits off instead of rounding.
  float values[hn::MaxLanes(d)];
  hn::StoreU(v, d, values);
  for (size_t i = 0; i < hn::Lanes(d); ++i) p[i].bits = floatToHalf(values[i]);
#else
  const hn::Rebind<hwy::float16_t, D> dh;
  hn::StoreU(hn::DemoteTo(dh, v), dh, p);
  (void)d;
#endif
}
template <class D>
HWY_INLINE void storeFloats(D, hn::Vec<D> v, uint16_t* p) {
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const hn::Rebind<uint16_t, D> dh;
  const auto bits = hn::BitCast(du, v);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1));
  const auto rounded = hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7fff)));
  hn::StoreU(hn::DemoteTo(dh, hn::BitCast(di, hn::ShiftRight<16>(rounded))), dh, p);
}

}  // namespace kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // once per target
