// Norms of heads, rotation, and the append to the paged cache: one warp a head of a token; or, for the usual shapes, a
// block a token, whose angles are worked out once for all heads.
#include "kernels/backend.h"
#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/ops.h"
#include "kernels/cuda/ops/overlap.cuh"

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

constexpr uint32_t kTokenThreads = 256, kMostHeadDim = 256;
constexpr uint32_t kVector = 8;  // elements of a 16-byte load

template <class T>
__device__ __forceinline__ void unpack(const uint4& packed, float (&out)[kVector]) {
  const T* values = reinterpret_cast<const T*>(&packed);
#pragma unroll
  for (uint32_t i = 0; i < kVector; ++i) out[i] = toFloat(values[i]);
}

template <class T>
__device__ __forceinline__ uint4 pack(const float (&in)[kVector]) {
  uint4 packed;
  T* values = reinterpret_cast<T*>(&packed);
#pragma unroll
  for (uint32_t i = 0; i < kVector; ++i) values[i] = fromFloat<T>(in[i]);
  return packed;
}

/// kLanes threads take a head, each 8 elements of its first half and the 8 that they are rotated with.
template <class T, uint32_t kLanes>
__global__ void __launch_bounds__(kTokenThreads) ropeAppendTokenKernel(const RopeAppendArgs args) {
  constexpr uint32_t kHalf = kLanes * kVector, kDim = 2 * kHalf;
  __shared__ float sines[kMostHeadDim / 2], cosines[kMostHeadDim / 2];
  const uint32_t token = blockIdx.x;
  if (token >= args.step.header->nTokens) return;
  const uint32_t nQ = args.heads.nHeads, nKv = args.heads.nKvHeads, nHeads = nQ + 2 * nKv;
  const auto position = static_cast<uint32_t>(args.step.positions[token]);
  for (uint32_t i = threadIdx.x; i < kHalf; i += kTokenThreads) {
    float sine, cosine;
    sincosf(static_cast<float>(static_cast<int32_t>(position)) * args.invFreq[i], &sine, &cosine);
    sines[i] = sine * args.magnitude;
    cosines[i] = cosine * args.magnitude;
  }
  const SequenceSpan span = args.step.spans[args.step.sequenceOf[token]];
  const int32_t block = args.step.blockTable[span.blockTableOffset + position / kKvBlockTokens];
  // The angles need the step's values alone.
  awaitKernelsBefore();
  letNextKernelStart();
  __syncthreads();
  const uint32_t first = threadIdx.x % kLanes * kVector;
  // Whole warps, so that a head's lanes can add up: those past the last head look at the last one again.
  constexpr uint32_t kHeadsAtOnce = kTokenThreads / kLanes;
  for (uint32_t head0 = 0; head0 < nHeads; head0 += kHeadsAtOnce) {
    const bool real = head0 + threadIdx.x / kLanes < nHeads;
    const uint32_t head = real ? head0 + threadIdx.x / kLanes : nHeads - 1;
    const bool isQ = head < nQ, isK = !isQ && head < nQ + nKv;
    T* stored = static_cast<T*>(args.qkv) + (uint64_t{token} * nHeads + head) * kDim + first;
    uint4 low = *reinterpret_cast<const uint4*>(stored), high = *reinterpret_cast<const uint4*>(stored + kHalf);
    float x[kVector], y[kVector];
    unpack<T>(low, x);
    unpack<T>(high, y);
    if (args.qNorm != nullptr || args.kNorm != nullptr) {
      float squares = 0.0f;
#pragma unroll
      for (uint32_t i = 0; i < kVector; ++i) squares += x[i] * x[i] + y[i] * y[i];
#pragma unroll
      for (uint32_t offset = kLanes / 2; offset > 0; offset /= 2)
        squares += __shfl_xor_sync(0xffffffffu, squares, offset);
      const float* norm = isQ ? args.qNorm : isK ? args.kNorm : nullptr;
      if (norm != nullptr) {
        const float factor = 1.0f / sqrtf(squares / static_cast<float>(kDim) + (isQ ? args.qEps : args.kEps));
        const float one = (isQ ? args.qAddOne : args.kAddOne) ? 1.0f : 0.0f;
#pragma unroll
        for (uint32_t i = 0; i < kVector; ++i) {
          x[i] *= factor * (one + norm[first + i]);
          y[i] *= factor * (one + norm[first + kHalf + i]);
        }
      }
    }
    if (!real) continue;
    if (isQ || isK) {
#pragma unroll
      for (uint32_t i = 0; i < kVector; ++i) {
        const float sine = sines[first + i], cosine = cosines[first + i], before = x[i];
        x[i] = before * cosine - y[i] * sine;
        y[i] = y[i] * cosine + before * sine;
      }
      low = pack<T>(x);
      high = pack<T>(y);
      *reinterpret_cast<uint4*>(stored) = low;
      *reinterpret_cast<uint4*>(stored + kHalf) = high;
    }
    if (isQ) continue;
    T* cache = static_cast<T*>(isK ? args.cache.keys : args.cache.values) +
               cacheAt(args.cache, block, isK ? head - nQ : head - nQ - nKv, position % kKvBlockTokens) + first;
    *reinterpret_cast<uint4*>(cache) = low;
    *reinterpret_cast<uint4*>(cache + kHalf) = high;
  }
}

/// Whether the kernel above knows the shape. Buffers and the cache begin at multiples of 256 bytes.
bool tokenAtOnce(const RopeAppendArgs& args) {
  const uint32_t dim = args.heads.headDim;
  return args.style == RopeStyle::Half && args.rotaryDims == dim && args.type != DType::F32 &&
         args.cache.type == args.type && (dim == 64 || dim == 128 || dim == 256);
}

template <class T>
void launchTokens(const RopeAppendArgs& args, cudaStream_t stream) {
  if (args.heads.headDim == 64) {
    static_cast<void>(launchOverlapped(ropeAppendTokenKernel<T, 4>, args.nRows, kTokenThreads, 0, stream, args));
  } else if (args.heads.headDim == 128) {
    static_cast<void>(launchOverlapped(ropeAppendTokenKernel<T, 8>, args.nRows, kTokenThreads, 0, stream, args));
  } else {
    static_cast<void>(launchOverlapped(ropeAppendTokenKernel<T, 16>, args.nRows, kTokenThreads, 0, stream, args));
  }
}

}  // namespace

cudaError_t launchRopeAppend(const RopeAppendArgs& args, cudaStream_t stream) {
  if (tokenAtOnce(args)) {
    if (args.type == DType::F16) {
      launchTokens<__half>(args, stream);
    } else {
      launchTokens<__nv_bfloat16>(args, stream);
    }
    return cudaGetLastError();
  }
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
