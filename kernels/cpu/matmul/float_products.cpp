// Products with plain float weights.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/matmul/float_products.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include "kernels/cpu/matmul/float_kernel-inl.h"

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {
void productF32(const ProductArgs& args) {
  floatProductOf<FromF32, WeightFormat::F32>(args);
}
void productF16(const ProductArgs& args) {
  floatProductOf<FromF16, WeightFormat::F16>(args);
}
void productBF16(const ProductArgs& args) {
  floatProductOf<FromBF16, WeightFormat::BF16>(args);
}
bool hasWidestTarget() {
  return HWY_TARGET == HWY_AVX3_DL;
}
}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#if HWY_ONCE
namespace kernels::cpu {
HWY_EXPORT(productF32);
HWY_EXPORT(productF16);
HWY_EXPORT(productBF16);
HWY_EXPORT(hasWidestTarget);

bool widestTargetInUse() {
  return HWY_DYNAMIC_DISPATCH(hasWidestTarget)();
}

Product floatProduct(WeightFormat format) {
  if (format == WeightFormat::F32) return &HWY_DYNAMIC_DISPATCH(productF32);
  return format == WeightFormat::F16 ? &HWY_DYNAMIC_DISPATCH(productF16) : &HWY_DYNAMIC_DISPATCH(productBF16);
}
}  // namespace kernels::cpu
#endif
