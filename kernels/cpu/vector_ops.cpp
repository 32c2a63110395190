#include "kernels/cpu/vector_ops.h"

#include <cmath>

#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/vector_ops.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kernels::cpu::HWY_NAMESPACE {

using DF = hn::ScalableTag<float>;
using VF = hn::Vec<DF>;

// Calls body(i, load, store) for whole vectors, then for the rest through a padded copy, so that each body is written
// once. N inputs, one output.
template <class Body>
HWY_INLINE void mapUnary(const float* a, float* out, size_t n, Body body) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(body(d, hn::LoadU(d, a + i)), d, out + i);
  if (i == n) return;
  HWY_ALIGN float tail[hn::MaxLanes(d)] = {};
  for (size_t j = i; j < n; ++j) tail[j - i] = a[j];
  hn::Store(body(d, hn::Load(d, tail)), d, tail);
  for (size_t j = i; j < n; ++j) out[j] = tail[j - i];
}

template <class Body>
HWY_INLINE void mapBinary(const float* a, const float* b, float* out, size_t n, Body body) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) hn::StoreU(body(d, hn::LoadU(d, a + i), hn::LoadU(d, b + i)), d, out + i);
  if (i == n) return;
  HWY_ALIGN float tailA[hn::MaxLanes(d)] = {};
  HWY_ALIGN float tailB[hn::MaxLanes(d)] = {};
  for (size_t j = i; j < n; ++j) {
    tailA[j - i] = a[j];
    tailB[j - i] = b[j];
  }
  hn::Store(body(d, hn::Load(d, tailA), hn::Load(d, tailB)), d, tailA);
  for (size_t j = i; j < n; ++j) out[j] = tailA[j - i];
}

struct NormBody {
  float inverse, offset;
  HWY_INLINE VF operator()(DF d, VF x, VF w) const {
    return hn::Mul(hn::Mul(x, hn::Set(d, inverse)), hn::Add(w, hn::Set(d, offset)));
  }
};
struct AddBody {
  HWY_INLINE VF operator()(DF, VF y, VF b) const { return hn::Add(y, b); }
};
struct ScaleBody {
  float factor;
  HWY_INLINE VF operator()(DF d, VF y) const { return hn::Mul(y, hn::Set(d, factor)); }
};
struct ResidualBody {
  float scale;
  HWY_INLINE VF operator()(DF d, VF residual, VF y) const { return hn::MulAdd(y, hn::Set(d, scale), residual); }
};
struct SwiGluBody {
  HWY_INLINE VF operator()(DF d, VF gate, VF up) const { return hn::Mul(hn::Mul(gate, fastSigmoid(d, gate)), up); }
};
struct GeluGluBody {
  HWY_INLINE VF operator()(DF d, VF gate, VF up) const {
    // gelu(x) = x/2 (1 + tanh(u)) = x sigmoid(2u), u = sqrt(2/pi) (x + 0.044715 x^3)
    const VF cube = hn::Mul(hn::Mul(gate, gate), gate);
    const VF u2 = hn::Mul(hn::Set(d, 1.5957691216057308f), hn::MulAdd(cube, hn::Set(d, 0.044715f), gate));
    return hn::Mul(hn::Mul(gate, fastSigmoid(d, u2)), up);
  }
};

float sumOfSquares(const float* x, size_t n) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  VF s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    const VF a = hn::LoadU(d, x + i), b = hn::LoadU(d, x + i + lanes);
    const VF c = hn::LoadU(d, x + i + 2 * lanes), e = hn::LoadU(d, x + i + 3 * lanes);
    s0 = hn::MulAdd(a, a, s0);
    s1 = hn::MulAdd(b, b, s1);
    s2 = hn::MulAdd(c, c, s2);
    s3 = hn::MulAdd(e, e, s3);
  }
  for (; i + lanes <= n; i += lanes) {
    const VF a = hn::LoadU(d, x + i);
    s0 = hn::MulAdd(a, a, s0);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  for (; i < n; ++i) sum += x[i] * x[i];
  return sum;
}

void rmsNorm(const float* x, const float* weight, size_t n, float eps, bool addOne, float* out) {
  const float inverse = 1.0f / std::sqrt(sumOfSquares(x, n) / static_cast<float>(n) + eps);
  mapBinary(x, weight, out, n, NormBody{inverse, addOne ? 1.0f : 0.0f});
}

void addInPlace(float* y, const float* b, size_t n) {
  mapBinary(y, b, y, n, AddBody{});
}
void scaleInPlace(float* y, float factor, size_t n) {
  mapUnary(y, y, n, ScaleBody{factor});
}
void addResidual(const float* residual, const float* y, float scale, size_t n, float* out) {
  mapBinary(residual, y, out, n, ResidualBody{scale});
}
void swiGlu(const float* gate, const float* up, size_t n, float* out) {
  mapBinary(gate, up, out, n, SwiGluBody{});
}
void geluGlu(const float* gate, const float* up, size_t n, float* out) {
  mapBinary(gate, up, out, n, GeluGluBody{});
}

float readStream(const float* x, size_t n) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  VF s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
  size_t i = 0;
  for (; i + 4 * lanes <= n; i += 4 * lanes) {
    s0 = hn::Add(s0, hn::LoadU(d, x + i));
    s1 = hn::Add(s1, hn::LoadU(d, x + i + lanes));
    s2 = hn::Add(s2, hn::LoadU(d, x + i + 2 * lanes));
    s3 = hn::Add(s3, hn::LoadU(d, x + i + 3 * lanes));
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(s0, s1), hn::Add(s2, s3))));
  for (; i < n; ++i) sum += x[i];
  return sum;
}

const char* instructionSet() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kernels::cpu {

HWY_EXPORT(rmsNorm);
HWY_EXPORT(addInPlace);
HWY_EXPORT(scaleInPlace);
HWY_EXPORT(addResidual);
HWY_EXPORT(swiGlu);
HWY_EXPORT(geluGlu);
HWY_EXPORT(readStream);
HWY_EXPORT(instructionSet);

void rmsNorm(const float* x, const float* weight, size_t n, float eps, bool addOne, float* out) {
  HWY_DYNAMIC_DISPATCH(rmsNorm)(x, weight, n, eps, addOne, out);
}
void addInPlace(float* y, const float* b, size_t n) {
  HWY_DYNAMIC_DISPATCH(addInPlace)(y, b, n);
}
void scaleInPlace(float* y, float factor, size_t n) {
  HWY_DYNAMIC_DISPATCH(scaleInPlace)(y, factor, n);
}
void addResidual(const float* residual, const float* y, float scale, size_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(addResidual)(residual, y, scale, n, out);
}
void swiGlu(const float* gate, const float* up, size_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(swiGlu)(gate, up, n, out);
}
void geluGlu(const float* gate, const float* up, size_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(geluGlu)(gate, up, n, out);
}
float readStream(const float* x, size_t n) {
  return HWY_DYNAMIC_DISPATCH(readStream)(x, n);
}
const char* instructionSet() {
  return HWY_DYNAMIC_DISPATCH(instructionSet)();
}

}  // namespace kernels::cpu
#endif  // HWY_ONCE
