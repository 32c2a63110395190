// Norms of heads, rotation, and the append to the paged cache: one warp a head of a token.
#include "kernels/backend.h"
#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kWarps = 4;

/// Element of a paged cache: [block][KV head][16][headDim].
__device__ uint64_t cacheAt(const KvView& cache, int32_t block, uint32_t kvHead, uint32_t slot) {
  return ((static_cast<uint64_t>(block) * cache.nKvHeads + kvHead) * kKvBlockTokens + slot) * cache.headDim;
}

template <class T, class Cache>
__global__ void ropeAppendKernel(RopeAppendArgs args) {
  extern __shared__ float heads[];
  const uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const uint32_t dim = args.heads.headDim, nQ = args.heads.nHeads, nKv = args.heads.nKvHeads;
  const uint32_t nHeads = nQ + 2 * nKv;
  const uint32_t index = blockIdx.x * kWarps + warp;
  const uint32_t token = index / nHeads, head = index % nHeads;
  if (token >= args.nRows || token >= args.step.header->nTokens) return;
  float* values = heads + warp * dim;
  T* stored = static_cast<T*>(args.qkv) + (uint64_t{token} * nHeads + head) * dim;
  const bool isQ = head < nQ, isK = !isQ && head < nQ + nKv;
  float squares = 0.0f;
  for (uint32_t d = lane; d < dim; d += 32) {
    values[d] = toFloat(stored[d]);
    squares += values[d] * values[d];
  }
  __syncwarp();
  const float* norm = isQ ? args.qNorm : isK ? args.kNorm : nullptr;
  if (norm != nullptr) {
    const float factor = 1.0f / sqrtf(warpSum(squares) / static_cast<float>(dim) + (isQ ? args.qEps : args.kEps));
    const bool addOne = isQ ? args.qAddOne : args.kAddOne;
    for (uint32_t d = lane; d < dim; d += 32) values[d] *= factor * (addOne ? 1.0f + norm[d] : norm[d]);
    __syncwarp();
  }
  const int32_t position = args.step.positions[token];
  if ((isQ || isK) && args.style != RopeStyle::None) {
    const uint32_t half = args.rotaryDims / 2;
    for (uint32_t i = lane; i < half; i += 32) {
      float sine, cosine;
      sincosf(static_cast<float>(position) * args.invFreq[i], &sine, &cosine);
      sine *= args.magnitude;
      cosine *= args.magnitude;
      const uint32_t first = args.style == RopeStyle::Half ? i : 2 * i;
      const uint32_t second = args.style == RopeStyle::Half ? i + half : 2 * i + 1;
      const float x = values[first], y = values[second];
      values[first] = x * cosine - y * sine;
      values[second] = y * cosine + x * sine;
    }
    __syncwarp();
  }
  if (isQ || isK) {
    for (uint32_t d = lane; d < dim; d += 32) stored[d] = fromFloat<T>(values[d]);
  }
  if (isQ) return;
  const SequenceSpan span = args.step.spans[args.step.sequenceOf[token]];
  const int32_t block = args.step.blockTable[span.blockTableOffset + static_cast<uint32_t>(position) / kKvBlockTokens];
  const uint32_t kvHead = isK ? head - nQ : head - nQ - nKv;
  Cache* cache = static_cast<Cache*>(isK ? args.cache.keys : args.cache.values) +
                 cacheAt(args.cache, block, kvHead, static_cast<uint32_t>(position) % kKvBlockTokens);
  for (uint32_t d = lane; d < dim; d += 32) cache[d] = fromFloat<Cache>(values[d]);
}

}  // namespace

cudaError_t launchRopeAppend(const RopeAppendArgs& args, cudaStream_t stream) {
  const uint32_t nHeads = args.heads.nHeads + 2 * args.heads.nKvHeads;
  const uint32_t blocks = (args.nRows * nHeads + kWarps - 1) / kWarps;
  const uint32_t shared = kWarps * args.heads.headDim * static_cast<uint32_t>(sizeof(float));
  withType(args.type, [&](auto element) {
    withType(args.cache.type, [&](auto cached) {
      ropeAppendKernel<decltype(element), decltype(cached)><<<blocks, kWarps * 32, shared, stream>>>(args);
    });
  });
  return cudaGetLastError();
}

}  // namespace kernels::cuda
