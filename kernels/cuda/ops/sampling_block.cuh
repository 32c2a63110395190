// What sampling needs of one block of threads: ordered keys, exponentials, scans, a sort, a search in a histogram.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstdint>

#include "kernels/cuda/ops/sampling.h"

namespace kernels::cuda {

constexpr uint32_t kSampleThreads = 512, kSampleWarps = kSampleThreads / 32;
/// Candidates that are sorted in shared memory.
constexpr uint32_t kSampleList = 2048;
constexpr uint32_t kSampleBins = 2048;
/// Groups that are searched for candidates.
constexpr uint32_t kSampleGroupList = 1024;
constexpr uint32_t kFullWarp = 0xffffffffu;

/// Shared memory of the block that finishes a row.
struct SampleMemory {
  uint64_t list[kSampleList];
  union {
    struct {
      uint32_t low[kSampleBins], high[kSampleBins];
    } bins;
    uint32_t groups[kSampleGroupList];
    double tileMass[kMaxSampleVocab / kSampleTile];
  };
  uint64_t partial[kSampleWarps];
  uint64_t crossingBefore, smallest, largest;
  double total;
  uint32_t crossingBin, nList, nGroups, found, last;
  int32_t token;
};

/// Orders as the floats do. x is no NaN and no negative zero.
__device__ __forceinline__ uint32_t orderedKey(float x) {
  const uint32_t bits = __float_as_uint(x);
  return (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
}
__device__ __forceinline__ float valueOfKey(uint32_t key) {
  return __uint_as_float((key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key);
}
/// Larger logits first, then lower tokens: descending order of this.
__device__ __forceinline__ uint64_t candidateKey(float x, uint32_t token) {
  return uint64_t{orderedKey(x)} << 32 | (0xffffffffu - token);
}
__device__ __forceinline__ float valueOf(uint64_t candidate) {
  return valueOfKey(static_cast<uint32_t>(candidate >> 32));
}
__device__ __forceinline__ uint32_t tokenOf(uint64_t candidate) {
  return 0xffffffffu - static_cast<uint32_t>(candidate);
}

/// NaN to minus infinity, plus infinity to the largest float, negative zero to zero.
__device__ __forceinline__ float cleanLogit(float x) {
  return fminf(fmaxf(x, -INFINITY), FLT_MAX) + 0.0f;
}

/// exp(x) for x <= 0, 0 below -87: the CPU backend's, operation by operation, so that both cut at the same token.
__device__ __forceinline__ float weightExp(float x) {
  const float clamped = fminf(fmaxf(x, -87.0f), 88.0f);
  const float n = rintf(__fmul_rn(clamped, 1.44269504088896341f));
  float r = __fmaf_rn(-n, 0.693359375f, clamped);
  r = __fmaf_rn(-n, -2.12194440e-4f, r);
  float p = 1.9875691500e-4f;
  p = __fmaf_rn(p, r, 1.3981999507e-3f);
  p = __fmaf_rn(p, r, 8.3334519073e-3f);
  p = __fmaf_rn(p, r, 4.1665795894e-2f);
  p = __fmaf_rn(p, r, 1.6666665459e-1f);
  p = __fmaf_rn(p, r, 5.0000001201e-1f);
  p = __fadd_rn(__fmaf_rn(p, __fmul_rn(r, r), r), 1.0f);
  const float power = __int_as_float((static_cast<int32_t>(n) + 127) << 23);
  return x >= -87.0f ? __fmul_rn(p, power) : 0.0f;
}

/// Weight of a logit beside the largest one.
__device__ __forceinline__ float weightOf(float x, float maximum, float factor) {
  return weightExp(__fmul_rn(__fsub_rn(x, maximum), factor));
}

/// Weights as integers: sums of them do not depend on the order.
__device__ __forceinline__ uint64_t fixedWeight(float weight) {
  return __float2ull_rn(__fmul_rn(weight, 0x1p40f));
}

/// Philox 4x32-10 as in kernels/cpu/philox.h: uniform in [0, 1), 53 bits.
__device__ inline double uniformDraw(uint64_t seed, uint64_t drawIndex) {
  uint32_t c0 = static_cast<uint32_t>(drawIndex), c1 = static_cast<uint32_t>(drawIndex >> 32), c2 = 0, c3 = 0;
  uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; ++round) {
    const uint32_t aHigh = __umulhi(0xD2511F53u, c0), aLow = 0xD2511F53u * c0;
    const uint32_t bHigh = __umulhi(0xCD9E8D57u, c2), bLow = 0xCD9E8D57u * c2;
    c0 = bHigh ^ c1 ^ k0;
    c1 = bLow;
    c2 = aHigh ^ c3 ^ k1;
    c3 = aLow;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return static_cast<double>((uint64_t{c0} << 32 | c1) >> 11) * 0x1p-53;
}

template <class T>
__device__ __forceinline__ T warpInclusive(T value) {
  const uint32_t lane = threadIdx.x % 32;
#pragma unroll
  for (uint32_t offset = 1; offset < 32; offset *= 2) {
    const T other = __shfl_up_sync(kFullWarp, value, offset);
    if (lane >= offset) value += other;
  }
  return value;
}

__device__ __forceinline__ float warpLargest(float v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) v = fmaxf(v, __shfl_xor_sync(kFullWarp, v, offset));
  return v;
}
__device__ __forceinline__ uint32_t warpSmallest(uint32_t v) {
#if __CUDA_ARCH__ >= 800
  return __reduce_min_sync(kFullWarp, v);
#else
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) v = min(v, __shfl_xor_sync(kFullWarp, v, offset));
  return v;
#endif
}
template <class T>
__device__ __forceinline__ T warpTotal(T v) {
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_xor_sync(kFullWarp, v, offset);
  return v;
}

/// Sum of the values of the threads before this one, and of all. T has 8 bytes. Begins and ends in step.
template <class T>
__device__ T blockExclusive(T value, T* total, SampleMemory& m) {
  const uint32_t lane = threadIdx.x % 32, warp = threadIdx.x / 32;
  T* partial = reinterpret_cast<T*>(m.partial);
  const T inclusive = warpInclusive(value);
  T before = __shfl_up_sync(kFullWarp, inclusive, 1);
  if (lane == 0) before = 0;
  if (lane == 31) partial[warp] = inclusive;
  __syncthreads();
  T earlier = 0, all = 0;
#pragma unroll
  for (uint32_t w = 0; w < kSampleWarps; ++w) {
    if (w == warp) earlier = all;
    all += partial[w];
  }
  __syncthreads();
  *total = all;
  return earlier + before;
}

/// The largest (or smallest) of all threads' values, the same in every thread. Begins and ends in step.
template <bool kLargest>
__device__ uint64_t blockExtreme(uint64_t value, SampleMemory& m) {
  const auto better = [](uint64_t a, uint64_t b) { return (a > b) == kLargest ? a : b; };
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) {
    const uint64_t other = __shfl_xor_sync(kFullWarp, value, offset);
    value = better(value, other);
  }
  if (threadIdx.x % 32 == 0) m.partial[threadIdx.x / 32] = value;
  __syncthreads();
  value = m.partial[0];
#pragma unroll
  for (uint32_t w = 1; w < kSampleWarps; ++w) value = better(value, m.partial[w]);
  __syncthreads();
  return value;
}

/// Sorts list[0, n) in descending order; fills up to a power of two with zeros. Begins and ends in step.
__device__ inline void sortList(uint32_t n, SampleMemory& m) {
  uint32_t size = 2;
  while (size < n) size *= 2;
  for (uint32_t i = n + threadIdx.x; i < size; i += kSampleThreads) m.list[i] = 0;
  __syncthreads();
  // 32 neighbouring pairs belong to one warp while their elements are at most 32 apart: no other warp sees them then.
  for (uint32_t run = 2; run <= size; run *= 2) {
    for (uint32_t apart = run / 2; apart > 0; apart /= 2) {
      for (uint32_t pair = threadIdx.x; pair < size / 2; pair += kSampleThreads) {
        const uint32_t i = (pair & ~(apart - 1)) << 1 | (pair & (apart - 1));
        const uint64_t a = m.list[i], b = m.list[i + apart];
        const bool descending = (i & run) == 0;
        if ((a < b) == descending) {
          m.list[i] = b;
          m.list[i + apart] = a;
        }
      }
      if (apart > 32 || (apart == 1 && run >= 64)) {
        __syncthreads();
      } else {
        __syncwarp();
      }
    }
  }
  __syncthreads();
}

__device__ inline void clearBins(SampleMemory& m) {
  for (uint32_t i = threadIdx.x; i < kSampleBins; i += kSampleThreads) m.bins.low[i] = m.bins.high[i] = 0;
  __syncthreads();
}

struct Crossing {
  uint32_t bin = 0;     ///< the first whose sum with those before it reaches the target; kSampleBins when none does
  uint64_t before = 0;  ///< sum of the bins before it
};

/// Where the running sum of valueAt(bin) reaches target >= 1. Begins and ends in step.
template <class ValueAt>
__device__ Crossing findCrossing(uint64_t target, SampleMemory& m, ValueAt valueAt) {
  constexpr uint32_t kEach = kSampleBins / kSampleThreads;
  uint64_t values[kEach], sum = 0;
#pragma unroll
  for (uint32_t i = 0; i < kEach; ++i) sum += values[i] = valueAt(threadIdx.x * kEach + i);
  uint64_t total = 0;
  uint64_t before = blockExclusive(sum, &total, m);
  if (total < target) return {kSampleBins, total};
  if (before < target && before + sum >= target) {
    uint32_t bin = threadIdx.x * kEach;
#pragma unroll
    for (uint32_t i = 0; i < kEach; ++i) {
      if (before + values[i] >= target) {
        m.crossingBin = bin + i;
        m.crossingBefore = before;
        break;
      }
      before += values[i];
    }
  }
  __syncthreads();
  const Crossing out{m.crossingBin, m.crossingBefore};
  __syncthreads();
  return out;
}

}  // namespace kernels::cuda
