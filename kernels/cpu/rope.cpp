#include "kernels/cpu/rope.h"

#include <algorithm>
#include <cmath>

#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/rope.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/kv_element-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kernels::cpu::HWY_NAMESPACE {

void rotateHalf(const float* cosSin, uint32_t n, float* head) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto c = hn::LoadU(d, cosSin + i), s = hn::LoadU(d, cosSin + n + i);
    const auto a = hn::LoadU(d, head + i), b = hn::LoadU(d, head + n + i);
    hn::StoreU(hn::NegMulAdd(b, s, hn::Mul(a, c)), d, head + i);
    hn::StoreU(hn::MulAdd(a, s, hn::Mul(b, c)), d, head + n + i);
  }
  for (; i < n; ++i) {
    const float a = head[i], b = head[n + i];
    head[i] = a * cosSin[i] - b * cosSin[n + i];
    head[n + i] = b * cosSin[i] + a * cosSin[n + i];
  }
}

void rotateInterleaved(const float* cosSin, uint32_t n, float* head) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    const auto c = hn::LoadU(d, cosSin + i), s = hn::LoadU(d, cosSin + n + i);
    hn::Vec<decltype(d)> a, b;
    hn::LoadInterleaved2(d, head + 2 * i, a, b);
    hn::StoreInterleaved2(hn::NegMulAdd(b, s, hn::Mul(a, c)), hn::MulAdd(a, s, hn::Mul(b, c)), d, head + 2 * i);
  }
  for (; i < n; ++i) {
    const float a = head[2 * i], b = head[2 * i + 1];
    head[2 * i] = a * cosSin[i] - b * cosSin[n + i];
    head[2 * i + 1] = b * cosSin[i] + a * cosSin[n + i];
  }
}

// Row of `n` floats to T at out[i * stride].
template <class T>
void storeStrided(const float* x, size_t n, size_t stride, T* out) {
  const hn::ScalableTag<float> d;
  const size_t lanes = hn::Lanes(d);
  HWY_ALIGN T stored[hn::MaxLanes(d)];
  HWY_ALIGN float tail[hn::MaxLanes(d)] = {};
  for (size_t i = 0; i < n; i += lanes) {
    const size_t count = std::min(lanes, n - i);
    const float* from = x + i;
    if (count < lanes) from = std::copy_n(from, count, tail) - count;
    storeFloats(d, hn::LoadU(d, from), stored);
    for (size_t j = 0; j < count; ++j) out[(i + j) * stride] = stored[j];
  }
}

template <class T>
void appendAs(const KvLayer& layer, uint64_t block, uint32_t head, uint32_t slot, const float* key,
              const float* value) {
  T* keys = reinterpret_cast<T*>(layer.keys(block, head));
  T* values = reinterpret_cast<T*>(layer.values(block, head));
  storeStrided(key, layer.headDim, kKvBlockTokens, keys + slot);
  storeStrided(value, layer.headDim, 1, values + uint64_t{slot} * layer.headDim);
}

void rotateHead(RopeStyle style, const float* cosSin, uint32_t rotaryDims, float* head) {
  if (style == RopeStyle::Half) rotateHalf(cosSin, rotaryDims / 2, head);
  if (style == RopeStyle::Interleaved) rotateInterleaved(cosSin, rotaryDims / 2, head);
}

void appendToBlock(const KvLayer& layer, uint64_t block, uint32_t head, uint32_t slot, const float* key,
                   const float* value) {
  switch (layer.dtype) {
    case DType::F16:
      return appendAs<hwy::float16_t>(layer, block, head, slot, key, value);
    case DType::BF16:
      return appendAs<uint16_t>(layer, block, head, slot, key, value);
    default:
      return appendAs<float>(layer, block, head, slot, key, value);
  }
}

}  // namespace kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kernels::cpu {

HWY_EXPORT(rotateHead);
HWY_EXPORT(appendToBlock);

void ropeTable(const float* invFreq, uint32_t rotaryDims, float magnitude, uint32_t position, float* cosSin) {
  const uint32_t n = rotaryDims / 2;
  for (uint32_t i = 0; i < n; ++i) {
    const float angle = static_cast<float>(position) * invFreq[i];
    cosSin[i] = magnitude * std::cos(angle);
    cosSin[n + i] = magnitude * std::sin(angle);
  }
}

void rotateHead(RopeStyle style, const float* cosSin, uint32_t rotaryDims, float* head) {
  HWY_DYNAMIC_DISPATCH(rotateHead)(style, cosSin, rotaryDims, head);
}

void appendToBlock(const KvLayer& layer, uint64_t block, uint32_t head, uint32_t slot, const float* key,
                   const float* value) {
  HWY_DYNAMIC_DISPATCH(appendToBlock)(layer, block, head, slot, key, value);
}

}  // namespace kernels::cpu
#endif  // HWY_ONCE
