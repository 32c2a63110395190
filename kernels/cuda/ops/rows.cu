// Ops that go over rows: embedding, norm, gather, and what follows a product.
#include <algorithm>

#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/epilogue.cuh"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kThreads = 256;

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

}  // namespace

cudaError_t launchEmbed(const EmbedArgs& args, cudaStream_t stream) {
  withType(args.type, [&](auto element) { embedKernel<decltype(element)><<<args.nRows, kThreads, 0, stream>>>(args); });
  return cudaGetLastError();
}

cudaError_t launchNorm(const NormArgs& args, cudaStream_t stream) {
  withType(args.outType,
           [&](auto element) { normKernel<decltype(element)><<<args.nRows, kThreads, 0, stream>>>(args); });
  return cudaGetLastError();
}

cudaError_t launchGather(const GatherArgs& args, cudaStream_t stream) {
  withType(args.type,
           [&](auto element) { gatherKernel<decltype(element)><<<args.nRows, kThreads, 0, stream>>>(args); });
  return cudaGetLastError();
}

cudaError_t launchFinish(const FinishArgs& args, cudaStream_t stream) {
  const dim3 grid((args.linear.outCols() + kThreads - 1) / kThreads, std::min(args.linear.nRows, 65535u));
  withType(args.productType, [&](auto in) {
    withType(args.linear.outType,
             [&](auto out) { finishKernel<decltype(in), decltype(out)><<<grid, kThreads, 0, stream>>>(args); });
  });
  return cudaGetLastError();
}

}  // namespace kernels::cuda
