#include "kernels/cpu/sampling_scan.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/sampling_scan.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/vector_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kernels::cpu::HWY_NAMESPACE {

using DF = hn::ScalableTag<float>;
using VF = hn::Vec<DF>;

float maxOf(const float* x, size_t n) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  VF a = hn::Set(d, -HUGE_VALF), b = a;
  size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    a = hn::Max(a, hn::LoadU(d, x + i));
    b = hn::Max(b, hn::LoadU(d, x + i + lanes));
  }
  float best = hn::GetLane(hn::MaxOfLanes(d, hn::Max(a, b)));
  for (; i < n; ++i) best = std::max(best, x[i]);
  return best;
}

// First the maximum, then where it is: the second pass ends early and neither carries indices along.
size_t argMax(const float* x, size_t n) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  const VF low = hn::Set(d, -HUGE_VALF);
  VF a = low, b = low;
  size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    const VF p = hn::LoadU(d, x + i), q = hn::LoadU(d, x + i + lanes);
    // A comparison with NaN is false, whatever the target's Max does.
    a = hn::IfThenElse(hn::Gt(p, a), p, a);
    b = hn::IfThenElse(hn::Gt(q, b), q, b);
  }
  float best = hn::GetLane(hn::MaxOfLanes(d, hn::Max(a, b)));
  for (; i < n; ++i) best = x[i] > best ? x[i] : best;
  const VF wanted = hn::Set(d, best);
  for (i = 0; i + lanes <= n; i += lanes) {
    const auto at = hn::FindFirstTrue(d, hn::Eq(hn::LoadU(d, x + i), wanted));
    if (at >= 0) return i + static_cast<size_t>(at);
  }
  for (; i < n; ++i)
    if (x[i] == best) return i;
  return 0;
}

float copyFinite(const float* x, size_t n, float* out) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  const VF low = hn::Set(d, -HUGE_VALF), high = hn::Set(d, FLT_MAX);
  VF best = low;
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    VF v = hn::LoadU(d, x + i);
    v = hn::IfThenElse(hn::Eq(v, v), hn::Min(v, high), low);
    best = hn::Max(best, v);
    hn::StoreU(v, d, out + i);
  }
  float maximum = hn::GetLane(hn::MaxOfLanes(d, best));
  for (; i < n; ++i) {
    out[i] = std::isnan(x[i]) ? -HUGE_VALF : std::min(x[i], FLT_MAX);
    maximum = std::max(maximum, out[i]);
  }
  return maximum;
}

void blockMaxima(const float* x, size_t n, float* out) {
  for (size_t i = 0; i < n; i += kScanBlock) *out++ = maxOf(x + i, std::min(kScanBlock, n - i));
}

void expWeights(const float* x, size_t n, float maximum, float factor, float* weights) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  const VF top = hn::Set(d, maximum), scale = hn::Set(d, factor);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes)
    hn::StoreU(fastExp(d, hn::Mul(hn::Sub(hn::LoadU(d, x + i), top), scale)), d, weights + i);
  const hn::CappedTag<float, 1> d1;
  for (; i < n; ++i) weights[i] = hn::GetLane(fastExp(d1, hn::Set(d1, (x[i] - maximum) * factor)));
}

double blockSums(const float* x, size_t n, float maximum, float factor, float* out) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  const VF top = hn::Set(d, maximum), scale = hn::Set(d, factor);
  double total = 0;
  for (size_t begin = 0; begin < n; begin += kScanBlock) {
    const size_t end = std::min(n, begin + kScanBlock);
    VF sum = hn::Zero(d);
    size_t i = begin;
    for (; i + lanes <= end; i += lanes)
      sum = hn::Add(sum, fastExp(d, hn::Mul(hn::Sub(hn::LoadU(d, x + i), top), scale)));
    float blockSum = hn::GetLane(hn::SumOfLanes(d, sum));
    const hn::CappedTag<float, 1> d1;
    for (; i < end; ++i) blockSum += hn::GetLane(fastExp(d1, hn::Set(d1, (x[i] - maximum) * factor)));
    *out++ = blockSum;
    total += blockSum;
  }
  return total;
}

size_t collectAtLeast(const float* x, size_t n, float threshold, int32_t* out) {
  const DF d;
  const size_t lanes = hn::Lanes(d);
  const VF limit = hn::Set(d, threshold);
  size_t count = 0, i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto take = hn::Ge(hn::LoadU(d, x + i), limit);
    if (hn::AllFalse(d, take)) continue;
    for (size_t j = i; j < i + lanes; ++j) {
      out[count] = static_cast<int32_t>(j);
      count += x[j] >= threshold ? 1 : 0;
    }
  }
  for (; i < n; ++i)
    if (x[i] >= threshold) out[count++] = static_cast<int32_t>(i);
  return count;
}

}  // namespace kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kernels::cpu {

HWY_EXPORT(argMax);
HWY_EXPORT(copyFinite);
HWY_EXPORT(maxOf);
HWY_EXPORT(blockMaxima);
HWY_EXPORT(blockSums);
HWY_EXPORT(expWeights);
HWY_EXPORT(collectAtLeast);

size_t argMax(const float* x, size_t n) {
  return HWY_DYNAMIC_DISPATCH(argMax)(x, n);
}
float copyFinite(const float* x, size_t n, float* out) {
  return HWY_DYNAMIC_DISPATCH(copyFinite)(x, n, out);
}
float maxOf(const float* x, size_t n) {
  return HWY_DYNAMIC_DISPATCH(maxOf)(x, n);
}
void blockMaxima(const float* x, size_t n, float* out) {
  HWY_DYNAMIC_DISPATCH(blockMaxima)(x, n, out);
}
double blockSums(const float* x, size_t n, float maximum, float factor, float* out) {
  return HWY_DYNAMIC_DISPATCH(blockSums)(x, n, maximum, factor, out);
}
void expWeights(const float* x, size_t n, float maximum, float factor, float* weights) {
  HWY_DYNAMIC_DISPATCH(expWeights)(x, n, maximum, factor, weights);
}
size_t collectAtLeast(const float* x, size_t n, float threshold, int32_t* out) {
  return HWY_DYNAMIC_DISPATCH(collectAtLeast)(x, n, threshold, out);
}

}  // namespace kernels::cpu
#endif  // HWY_ONCE
