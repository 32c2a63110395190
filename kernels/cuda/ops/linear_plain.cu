// Products of any type and size on the ordinary cores: tiles of 64 x 64, sums of a column in the order of k.
#include <algorithm>

#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kTile = 64, kDepth = 16, kThreads = 256, kPerThread = 4;

/// products[row][colOffset + n] = sum_k in[row][k] weight[n][k]
template <class T>
__global__ void __launch_bounds__(kThreads)
    productKernel(const T* in, const T* weight, float* products, uint32_t nRows, uint32_t nIn, uint32_t nOut,
                  uint32_t productCols, uint32_t colOffset) {
  __shared__ float a[kDepth][kTile + 1], b[kDepth][kTile + 1];
  const uint32_t row0 = blockIdx.y * kTile, col0 = blockIdx.x * kTile;
  const uint32_t tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  float sums[kPerThread][kPerThread] = {};
  for (uint32_t k0 = 0; k0 < nIn; k0 += kDepth) {
    for (uint32_t i = threadIdx.x; i < kTile * kDepth; i += kThreads) {
      const uint32_t k = i % kDepth, r = i / kDepth;
      const bool inside = k0 + k < nIn;
      a[k][r] = inside && row0 + r < nRows ? toFloat(in[uint64_t{row0 + r} * nIn + k0 + k]) : 0.0f;
      b[k][r] = inside && col0 + r < nOut ? toFloat(weight[uint64_t{col0 + r} * nIn + k0 + k]) : 0.0f;
    }
    __syncthreads();
#pragma unroll
    for (uint32_t k = 0; k < kDepth; ++k) {
      float x[kPerThread], w[kPerThread];
#pragma unroll
      for (uint32_t i = 0; i < kPerThread; ++i) {
        x[i] = a[k][ty + 16 * i];
        w[i] = b[k][tx + 16 * i];
      }
#pragma unroll
      for (uint32_t i = 0; i < kPerThread; ++i)
#pragma unroll
        for (uint32_t j = 0; j < kPerThread; ++j) sums[i][j] = fmaf(x[i], w[j], sums[i][j]);
    }
    __syncthreads();
  }
#pragma unroll
  for (uint32_t i = 0; i < kPerThread; ++i)
#pragma unroll
    for (uint32_t j = 0; j < kPerThread; ++j) {
      const uint32_t row = row0 + ty + 16 * i, col = col0 + tx + 16 * j;
      if (row < nRows && col < nOut) products[uint64_t{row} * productCols + colOffset + col] = sums[i][j];
    }
}

}  // namespace

uint64_t linearScratchBytes(uint32_t nRows, uint32_t productCols) {
  return uint64_t{nRows} * productCols * sizeof(float);
}

cudaError_t launchLinearPlain(const LinearArgs& args, cudaStream_t stream) {
  const uint32_t productCols = args.productCols();
  uint32_t colOffset = 0;
  for (uint32_t p = 0; p < args.nParts; ++p) {
    const LinearPartArgs& part = args.parts[p];
    const dim3 grid((part.nOut + kTile - 1) / kTile, (args.nRows + kTile - 1) / kTile);
    withType(args.type, [&](auto element) {
      using T = decltype(element);
      productKernel<T><<<grid, kThreads, 0, stream>>>(
          static_cast<const T*>(args.in), static_cast<const T*>(part.weight), static_cast<float*>(args.scratch),
          args.nRows, args.nIn, part.nOut, productCols, colOffset);
    });
    if (const cudaError_t error = cudaGetLastError(); error != cudaSuccess) return error;
    colOffset += part.nOut;
  }
  return launchFinish({args.scratch, DType::F32, args}, stream);
}

}  // namespace kernels::cuda
