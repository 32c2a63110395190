// What the kernels of attention share: loads, the score of a key, and how query heads are laid over a KV head.
//
// Softmax runs in base 2, and the running maximum is rounded up to a whole number: every rescaling is then by a power
// of two, which is exact, so that a result does not depend on when, or on whether, partial sums were rescaled.
#pragma once

#include <cstdint>

#include "kernels/backend.h"
#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/ops.h"
#include "kernels/cuda/ops/overlap.cuh"

namespace kernels::cuda {

inline constexpr float kLog2E = 1.4426950408889634f;

#if defined(HEARTH_EMULATED_GPU)
using emulated::askForLine;
using emulated::loadOnce;
using emulated::powerOfTwo;
#else
/// Loads 4, 8 or 16 bytes that are read once: past the first cache.
__device__ __forceinline__ void loadOnce(uint32_t& a, const void* at) {
  asm volatile("ld.global.L1::no_allocate.u32 %0, [%1];\n" : "=r"(a) : "l"(at));
}
__device__ __forceinline__ void loadOnce(uint32_t& a, uint32_t& b, const void* at) {
  asm volatile("ld.global.L1::no_allocate.v2.u32 {%0,%1}, [%2];\n" : "=r"(a), "=r"(b) : "l"(at));
}
__device__ __forceinline__ void loadOnce(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d, const void* at) {
  asm volatile("ld.global.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(a), "=r"(b), "=r"(c), "=r"(d)
               : "l"(at));
}

/// Brings a line to the second cache, in its own time.
__device__ __forceinline__ void askForLine(const void* at) {
  asm volatile("prefetch.global.L2 [%0];\n" ::"l"(at));
}

/// 2^x; minus infinity gives 0.
__device__ __forceinline__ float powerOfTwo(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;\n" : "=f"(y) : "f"(x));
  return y;
}
#endif

/// Two floats to a pair of half type, the first in the low half.
template <class T>
__device__ __forceinline__ uint32_t packPair(float low, float high);
template <>
__device__ __forceinline__ uint32_t packPair<__half>(float low, float high) {
  const __half2 pair = __floats2half2_rn(low, high);
  return *reinterpret_cast<const uint32_t*>(&pair);
}
template <>
__device__ __forceinline__ uint32_t packPair<__nv_bfloat16>(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const uint32_t*>(&pair);
}

/// Base-2 score of a product of query and key, for the shapes that bend it.
__device__ __forceinline__ float bentScore(const AttentionArgs& args, float product, float slope, int32_t distance) {
  float score = product * args.scale;
  if (args.softcap > 0.0f) score = args.softcap * tanhf(score / args.softcap);
  return (score - slope * static_cast<float>(distance)) * kLog2E;
}

__host__ __device__ inline bool bendsScores(const AttentionArgs& args) {
  return args.softcap > 0.0f || args.window > 0 || args.alibiSlopes != nullptr;
}

/// First key that the token at `position` sees.
__device__ __forceinline__ uint32_t firstVisible(uint32_t window, uint32_t position) {
  return window > 0 && position >= window ? position - window + 1 : 0;
}

/// Running sum of work(span) over the step's sequences, in shared memory: starts[i] is what comes before sequence i,
/// starts[nSequences] all of it. Returns nSequences. Every thread of the block calls.
template <class Work>
__device__ __forceinline__ uint32_t countWork(const AttentionArgs& args, uint32_t* starts, Work work) {
  const uint32_t lane = threadIdx.x % 32, bound = args.sequenceBound();
  // The first spans are fetched before it is known whether they are in use: their array has room for every row.
  SequenceSpan span;
  if (threadIdx.x < bound) span = args.step.spans[threadIdx.x];
  const uint32_t nSequences = min(args.step.header->nSequences, bound);
  if (threadIdx.x < nSequences) starts[threadIdx.x + 1] = work(span);
  for (uint32_t i = threadIdx.x + blockDim.x; i < nSequences; i += blockDim.x) starts[i + 1] = work(args.step.spans[i]);
  __syncthreads();
  if (threadIdx.x < 32) {
    uint32_t before = 0;
    for (uint32_t base = 0; base < nSequences; base += 32) {
      uint32_t sum = base + lane < nSequences ? starts[base + lane + 1] : 0;
#pragma unroll
      for (uint32_t offset = 1; offset < 32; offset *= 2) {
        const uint32_t other = __shfl_up_sync(0xffffffffu, sum, offset);
        if (lane >= offset) sum += other;
      }
      sum += before;
      if (base + lane < nSequences) starts[base + lane + 1] = sum;
      before = __shfl_sync(0xffffffffu, sum, 31);
    }
    if (lane == 0) starts[0] = 0;
  }
  __syncthreads();
  return nSequences;
}

/// The sequence that unit `unit` of the work counted in `starts` belongs to.
__device__ __forceinline__ uint32_t sequenceOfWork(const uint32_t* starts, uint32_t nSequences, uint32_t unit) {
  uint32_t low = 0, high = nSequences;
  while (low + 1 < high) {
    const uint32_t middle = (low + high) / 2;
    if (starts[middle] <= unit) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/// First element of a block of keys or values of one KV head: 16 rows of headDim follow.
template <class T>
__device__ __forceinline__ const T* cacheBlock(const void* base, const KvView& cache, int32_t block, uint32_t kvHead) {
  return static_cast<const T*>(base) +
         (static_cast<uint64_t>(block) * cache.nKvHeads + kvHead) * kKvBlockTokens * cache.headDim;
}

}  // namespace kernels::cuda
