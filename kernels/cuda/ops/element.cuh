// Element types of device code: conversions to and from float, and a switch from DType to a template.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "kernels/dtype.h"

namespace kernels::cuda {

template <class T>
__device__ __forceinline__ float toFloat(T v);
template <>
__device__ __forceinline__ float toFloat(float v) {
  return v;
}
template <>
__device__ __forceinline__ float toFloat(__half v) {
  return __half2float(v);
}
template <>
__device__ __forceinline__ float toFloat(__nv_bfloat16 v) {
  return __bfloat162float(v);
}

template <class T>
__device__ __forceinline__ T fromFloat(float v);
template <>
__device__ __forceinline__ float fromFloat(float v) {
  return v;
}
template <>
__device__ __forceinline__ __half fromFloat(float v) {
  return __float2half_rn(v);
}
template <>
__device__ __forceinline__ __nv_bfloat16 fromFloat(float v) {
  return __float2bfloat16_rn(v);
}

/// Sum over a warp, the same in every lane.
__device__ __forceinline__ float warpSum(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_xor_sync(0xffffffffu, v, offset);
  return v;
}
__device__ __forceinline__ float warpMax(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, offset));
  return v;
}

/// Calls `body` with a value of the element type (float, __half or __nv_bfloat16).
template <class Body>
auto withType(DType type, Body body) {
  switch (type) {
    case DType::F16:
      return body(__half{});
    case DType::BF16:
      return body(__nv_bfloat16{});
    case DType::F32:
    case DType::I32:
    case DType::I8:
      break;
  }
  return body(float{});
}

}  // namespace kernels::cuda
