// Ops that go over rows: embedding, norm, gather, and what follows a product.
#include <algorithm>

#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/epilogue.cuh"
#include "kernels/cuda/ops/ops.h"
#include "kernels/cuda/ops/overlap.cuh"

namespace kernels::cuda {

namespace {

constexpr uint32_t kThreads = 256;
constexpr uint32_t kVector = 4;  // elements that a thread takes at once
constexpr uint32_t kEight = 8;   // of half types

/// Four neighbours at an address aligned for them, as float and back.
__device__ __forceinline__ float4 load4(const float* at) {
  return *reinterpret_cast<const float4*>(at);
}
template <class T>
__device__ __forceinline__ float4 load4(const T* at) {
  const uint2 bits = *reinterpret_cast<const uint2*>(at);
  const T* v = reinterpret_cast<const T*>(&bits);
  return make_float4(toFloat(v[0]), toFloat(v[1]), toFloat(v[2]), toFloat(v[3]));
}
__device__ __forceinline__ void store4(float* at, float4 v) {
  *reinterpret_cast<float4*>(at) = v;
}
template <class T>
__device__ __forceinline__ void store4(T* at, float4 v) {
  uint2 bits;
  T* to = reinterpret_cast<T*>(&bits);
  to[0] = fromFloat<T>(v.x);
  to[1] = fromFloat<T>(v.y);
  to[2] = fromFloat<T>(v.z);
  to[3] = fromFloat<T>(v.w);
  *reinterpret_cast<uint2*>(at) = bits;
}

/// Where rows come from a product, the last are in the cache still, and the next product begins with the first.
__device__ __forceinline__ uint32_t lastFirst(uint32_t nRows, uint32_t index) {
  return nRows - 1 - index;
}

template <class T>
__global__ void embedKernel(EmbedArgs args) {
  const uint32_t row = blockIdx.x;
  int64_t token = 0;
  if (row < args.step.header->nTokens) {
    token = args.step.tokens[row];
    if (token < 0) token = args.step.lastTokens[-1 - token];
  }
  // The host has checked ids it knows; one from a slot is below the vocabulary by the sampler's word.
  if (token < 0 || static_cast<uint64_t>(token) >= args.vocab) token = 0;
  const T* from = static_cast<const T*>(args.table) + static_cast<uint64_t>(token) * args.cols;
  float* to = args.out + uint64_t{row} * args.cols;
  for (uint32_t c = threadIdx.x; c < args.cols; c += kThreads) to[c] = args.scale * toFloat(from[c]);
}

template <class T>
__global__ void normKernel(NormArgs args) {
  __shared__ float partial[kThreads / 32];
  const float* in = args.in + uint64_t{blockIdx.x} * args.cols;
  T* out = static_cast<T*>(args.out) + uint64_t{blockIdx.x} * args.cols;
  if (args.weight == nullptr) {
    for (uint32_t c = threadIdx.x; c < args.cols; c += kThreads) out[c] = fromFloat<T>(in[c]);
    return;
  }
  float sum = 0.0f;
  for (uint32_t c = threadIdx.x; c < args.cols; c += kThreads) sum += in[c] * in[c];
  sum = warpSum(sum);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
  __syncthreads();
  float total = 0.0f;
  for (uint32_t w = 0; w < kThreads / 32; ++w) total += partial[w];
  const float factor = 1.0f / sqrtf(total / static_cast<float>(args.cols) + args.eps);
  for (uint32_t c = threadIdx.x; c < args.cols; c += kThreads) {
    const float weight = args.addOne ? 1.0f + args.weight[c] : args.weight[c];
    out[c] = fromFloat<T>(weight * (in[c] * factor));
  }
}

/// The same with rows whose length is a multiple of kVector: every thread sums its fours in order. Up to kFours of them
/// stay in registers; 0: none do.
template <class T, uint32_t kFours>
__global__ void normVectorKernel(NormArgs args) {
  __shared__ float partial[kThreads / 32];
  awaitKernelsBefore();
  letNextKernelStart();
  const uint64_t row = lastFirst(gridDim.x, blockIdx.x);
  const float* in = args.in + row * args.cols;
  T* out = static_cast<T*>(args.out) + row * args.cols;
  constexpr uint32_t kStride = kThreads * kVector;
  const uint32_t first = threadIdx.x * kVector;
  if (args.weight == nullptr) {
    for (uint32_t c = first; c < args.cols; c += kStride) store4(out + c, load4(in + c));
    return;
  }
  float4 kept[kFours > 0 ? kFours : 1];
  float sum = 0.0f;
  const auto add = [&sum](const float4& v) { sum += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w; };
  if constexpr (kFours > 0) {
#pragma unroll
    for (uint32_t i = 0; i < kFours; ++i) {
      const uint32_t c = first + i * kStride;
      kept[i] = c < args.cols ? load4(in + c) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    }
#pragma unroll
    for (uint32_t i = 0; i < kFours; ++i) add(kept[i]);
  } else {
    for (uint32_t c = first; c < args.cols; c += kStride) add(load4(in + c));
  }
  sum = warpSum(sum);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
  __syncthreads();
  float total = 0.0f;
  for (uint32_t w = 0; w < kThreads / 32; ++w) total += partial[w];
  const float factor = 1.0f / sqrtf(total / static_cast<float>(args.cols) + args.eps);
  const float one = args.addOne ? 1.0f : 0.0f;
  const auto put = [&](uint32_t c, const float4& v) {
    const float4 w = load4(args.weight + c);
    store4(out + c, make_float4((one + w.x) * (v.x * factor), (one + w.y) * (v.y * factor),
                                (one + w.z) * (v.z * factor), (one + w.w) * (v.w * factor)));
  };
  if constexpr (kFours > 0) {
#pragma unroll
    for (uint32_t i = 0; i < kFours; ++i)
      if (first + i * kStride < args.cols) put(first + i * kStride, kept[i]);
  } else {
    for (uint32_t c = first; c < args.cols; c += kStride) put(c, load4(in + c));
  }
}

template <class T>
__global__ void gatherKernel(GatherArgs args) {
  const uint32_t row = blockIdx.x;
  const int32_t from = row < args.step.header->nLogitRows ? args.step.logitRows[row] : 0;
  const T* in = static_cast<const T*>(args.in) + static_cast<uint64_t>(from) * args.cols;
  T* out = static_cast<T*>(args.out) + uint64_t{row} * args.cols;
  for (uint32_t c = threadIdx.x; c < args.cols; c += kThreads) out[c] = in[c];
}

template <class In, class Out>
__global__ void finishKernel(FinishArgs args) {
  const LinearArgs& linear = args.linear;
  const uint32_t outCols = linear.outCols(), productCols = linear.productCols();
  const uint32_t col = blockIdx.x * kThreads + threadIdx.x;
  if (col >= outCols) return;
  for (uint32_t row = blockIdx.y; row < linear.nRows; row += gridDim.y) {
    const In* products = static_cast<const In*>(args.products) + uint64_t{row} * productCols;
    float y = toFloat(products[col]) + biasAt(linear, col);
    if (linear.epilogue != Epilogue::None) {
      const float up = toFloat(products[outCols + col]) + biasAt(linear, outCols + col);
      y = gated(linear.epilogue, y, up);
    }
    const uint64_t at = uint64_t{row} * outCols + col;
    if (linear.residual != nullptr) y = linear.residual[at] + linear.residualScale * y;
    static_cast<Out*>(linear.out)[at] = fromFloat<Out>(y);
  }
}

/// The same with four columns a thread; parts begin at multiples of kVector.
template <class In, class Out>
__global__ void finishVectorKernel(FinishArgs args) {
  const LinearArgs& linear = args.linear;
  const uint32_t outCols = linear.outCols(), productCols = linear.productCols();
  const uint32_t col = (blockIdx.x * kThreads + threadIdx.x) * kVector;
  if (col >= outCols) return;
  for (uint32_t row = blockIdx.y; row < linear.nRows; row += gridDim.y) {
    const In* products = static_cast<const In*>(args.products) + uint64_t{row} * productCols;
    const float4 first = load4(products + col);
    float y[kVector] = {first.x, first.y, first.z, first.w};
#pragma unroll
    for (uint32_t i = 0; i < kVector; ++i) y[i] += biasAt(linear, col + i);
    if (linear.epilogue != Epilogue::None) {
      const float4 second = load4(products + outCols + col);
      const float up[kVector] = {second.x, second.y, second.z, second.w};
#pragma unroll
      for (uint32_t i = 0; i < kVector; ++i) {
        y[i] = gated(linear.epilogue, y[i], up[i] + biasAt(linear, outCols + col + i));
      }
    }
    const uint64_t at = uint64_t{row} * outCols + col;
    if (linear.residual != nullptr) {
      const float4 residual = load4(linear.residual + at);
      y[0] = residual.x + linear.residualScale * y[0];
      y[1] = residual.y + linear.residualScale * y[1];
      y[2] = residual.z + linear.residualScale * y[2];
      y[3] = residual.w + linear.residualScale * y[3];
    }
    store4(static_cast<Out*>(linear.out) + at, make_float4(y[0], y[1], y[2], y[3]));
  }
}

/// Gates of half types without a bias, eight columns a thread.
template <class T>
__global__ void __launch_bounds__(kThreads) finishGateKernel(const T* products, T* out, uint32_t cols, bool gelu) {
  awaitKernelsBefore();
  letNextKernelStart();
  const uint32_t col = (blockIdx.x * kThreads + threadIdx.x) * kEight;
  if (col >= cols) return;
  const uint64_t row = lastFirst(gridDim.y, blockIdx.y);
  const T* from = products + row * 2 * cols + col;
  const uint4 gates = __ldcs(reinterpret_cast<const uint4*>(from));
  const uint4 ups = __ldcs(reinterpret_cast<const uint4*>(from + cols));
  uint4 packed;
#pragma unroll
  for (uint32_t i = 0; i < kEight; ++i)
    reinterpret_cast<T*>(&packed)[i] = fromFloat<T>(
        gatedFast(gelu, toFloat(reinterpret_cast<const T*>(&gates)[i]), toFloat(reinterpret_cast<const T*>(&ups)[i])));
  *reinterpret_cast<uint4*>(out + row * cols + col) = packed;
}

/// Whether the kernel above does; buffers begin at multiples of 256 bytes.
bool onlyGates(const FinishArgs& args) {
  const LinearArgs& linear = args.linear;
  return linear.epilogue != Epilogue::None && args.productType != DType::F32 && linear.outType == args.productType &&
         linear.residual == nullptr && linear.parts[0].bias == nullptr && linear.parts[1].bias == nullptr &&
         linear.nParts == 2 && linear.outCols() % kEight == 0 && linear.nRows <= 65535;
}

template <class T>
void launchGates(const FinishArgs& args, cudaStream_t stream) {
  const uint32_t cols = args.linear.outCols();
  const dim3 grid((cols / kEight + kThreads - 1) / kThreads, args.linear.nRows);
  static_cast<void>(launchOverlapped(finishGateKernel<T>, grid, kThreads, 0, stream,
                                     static_cast<const T*>(args.products), static_cast<T*>(args.linear.out), cols,
                                     args.linear.epilogue == Epilogue::GeluGlu));
}

}  // namespace

cudaError_t launchEmbed(const EmbedArgs& args, cudaStream_t stream) {
  withType(args.type, [&](auto element) { embedKernel<decltype(element)><<<args.nRows, kThreads, 0, stream>>>(args); });
  return cudaGetLastError();
}

cudaError_t launchNorm(const NormArgs& args, cudaStream_t stream) {
  // Buffers and weights begin at multiples of 256 bytes.
  const bool vector = args.cols % kVector == 0;
  withType(args.outType, [&](auto element) {
    using T = decltype(element);
    if (vector && args.cols <= 4 * kThreads * kVector) {
      static_cast<void>(launchOverlapped(normVectorKernel<T, 4>, args.nRows, kThreads, 0, stream, args));
    } else if (vector && args.cols <= 8 * kThreads * kVector) {
      static_cast<void>(launchOverlapped(normVectorKernel<T, 8>, args.nRows, kThreads, 0, stream, args));
    } else if (vector) {
      static_cast<void>(launchOverlapped(normVectorKernel<T, 0>, args.nRows, kThreads, 0, stream, args));
    } else {
      normKernel<T><<<args.nRows, kThreads, 0, stream>>>(args);
    }
  });
  return cudaGetLastError();
}

cudaError_t launchGather(const GatherArgs& args, cudaStream_t stream) {
  withType(args.type,
           [&](auto element) { gatherKernel<decltype(element)><<<args.nRows, kThreads, 0, stream>>>(args); });
  return cudaGetLastError();
}

cudaError_t launchFinish(const FinishArgs& args, cudaStream_t stream) {
  if (onlyGates(args)) {
    if (args.productType == DType::F16) {
      launchGates<__half>(args, stream);
    } else {
      launchGates<__nv_bfloat16>(args, stream);
    }
    return cudaGetLastError();
  }
  const uint32_t outCols = args.linear.outCols();
  const bool vector = outCols % kVector == 0 && args.linear.productCols() % kVector == 0;
  const uint32_t perBlock = vector ? kThreads * kVector : kThreads;
  const dim3 grid((outCols + perBlock - 1) / perBlock, std::min(args.linear.nRows, 65535u));
  withType(args.productType, [&](auto in) {
    withType(args.linear.outType, [&](auto out) {
      if (vector) {
        finishVectorKernel<decltype(in), decltype(out)><<<grid, kThreads, 0, stream>>>(args);
      } else {
        finishKernel<decltype(in), decltype(out)><<<grid, kThreads, 0, stream>>>(args);
      }
    });
  });
  return cudaGetLastError();
}

}  // namespace kernels::cuda
