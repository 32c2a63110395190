// Attention for any shape and type: a warp goes over the keys of one query head, with a running softmax.
#include "kernels/backend.h"
#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kWarps = 4;
constexpr uint32_t kMaxDim = 512, kPerLane = kMaxDim / 32;

template <class T, class Cache>
__global__ void attentionPlainKernel(AttentionArgs args) {
  const uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const uint32_t dim = args.heads.headDim, nQ = args.heads.nHeads, nKv = args.heads.nKvHeads;
  const uint32_t index = blockIdx.x * kWarps + warp;
  const uint32_t token = index / nQ, head = index % nQ;
  if (token >= args.nRows || token >= args.step.header->nTokens) return;
  const SequenceSpan span = args.step.spans[args.step.sequenceOf[token]];
  const int32_t position = args.step.positions[token];
  const uint32_t kvHead = head / (nQ / nKv);
  const T* q = static_cast<const T*>(args.qkv) + (uint64_t{token} * (nQ + 2 * nKv) + head) * dim;
  float query[kPerLane], sums[kPerLane];
#pragma unroll
  for (uint32_t i = 0; i < kPerLane; ++i) {
    query[i] = lane + 32 * i < dim ? toFloat(q[lane + 32 * i]) * args.scale : 0.0f;
    sums[i] = 0.0f;
  }
  const float slope = args.alibiSlopes != nullptr ? args.alibiSlopes[head] : 0.0f;
  float largest = -INFINITY, total = 0.0f;
  const int32_t first = args.window > 0 && position >= static_cast<int32_t>(args.window)
                            ? position - static_cast<int32_t>(args.window) + 1
                            : 0;
  for (int32_t j = first; j <= position; ++j) {
    const int32_t block = args.step.blockTable[span.blockTableOffset + static_cast<uint32_t>(j) / kKvBlockTokens];
    const uint64_t at =
        ((static_cast<uint64_t>(block) * nKv + kvHead) * kKvBlockTokens + static_cast<uint32_t>(j) % kKvBlockTokens) *
        dim;
    const Cache* key = static_cast<const Cache*>(args.cache.keys) + at;
    float score = 0.0f;
#pragma unroll
    for (uint32_t i = 0; i < kPerLane; ++i)
      if (lane + 32 * i < dim) score = fmaf(query[i], toFloat(key[lane + 32 * i]), score);
    score = warpSum(score);
    if (args.softcap > 0.0f) score = args.softcap * tanhf(score / args.softcap);
    score -= slope * static_cast<float>(position - j);
    const float newLargest = fmaxf(largest, score);
    const float keep = expf(largest - newLargest), weight = expf(score - newLargest);
    largest = newLargest;
    total = total * keep + weight;
    const Cache* value = static_cast<const Cache*>(args.cache.values) + at;
#pragma unroll
    for (uint32_t i = 0; i < kPerLane; ++i)
      if (lane + 32 * i < dim) sums[i] = sums[i] * keep + weight * toFloat(value[lane + 32 * i]);
  }
  T* out = static_cast<T*>(args.out) + (uint64_t{token} * nQ + head) * dim;
#pragma unroll
  for (uint32_t i = 0; i < kPerLane; ++i)
    if (lane + 32 * i < dim) out[lane + 32 * i] = fromFloat<T>(sums[i] / total);
}

}  // namespace

cudaError_t launchAttentionPlain(const AttentionArgs& args, cudaStream_t stream) {
  const uint32_t blocks = (args.nRows * args.heads.nHeads + kWarps - 1) / kWarps;
  withType(args.type, [&](auto element) {
    withType(args.cache.type, [&](auto cached) {
      attentionPlainKernel<decltype(element), decltype(cached)><<<blocks, kWarps * 32, 0, stream>>>(args);
    });
  });
  return cudaGetLastError();
}

}  // namespace kernels::cuda
