#include "kernels/cuda/ops/load.h"

#include <algorithm>

#include "kernels/cuda/ops/element.cuh"

namespace kernels::cuda {

namespace {

constexpr uint32_t kThreads = 256, kMostBlocks = 8192;

__device__ __forceinline__ float halfAt(const uint8_t* at) {
  return __half2float(__ushort_as_half(static_cast<unsigned short>(at[0] | at[1] << 8)));
}
__device__ __forceinline__ int nibble(const uint8_t* values, uint32_t j) {
  return j < 16 ? values[j] & 15 : values[j - 16] >> 4;
}
__device__ __forceinline__ int fifthBit(const uint8_t* bits, uint32_t j) {
  return (bits[j / 8] >> j % 8 & 1) << 4;
}
/// Nothing is contracted into a fused multiply-add, so that the bits are those of the plain statement.
__device__ __forceinline__ float scaled(float step, int q, float offset) {
  return __fadd_rn(__fmul_rn(static_cast<float>(q), step), offset);
}
/// Scale and minimum of sub-block j in the 12 bytes that Q4_K and Q5_K share.
__device__ __forceinline__ void scaleMinK(const uint8_t* b, uint32_t j, int* scale, int* min) {
  if (j < 4) {
    *scale = b[j] & 63;
    *min = b[j + 4] & 63;
  } else {
    *scale = (b[j + 4] & 15) | b[j - 4] >> 6 << 4;
    *min = b[j + 4] >> 4 | b[j] >> 6 << 4;
  }
}

/// Element i of a block.
template <WeightFormat kFormat>
__device__ __forceinline__ float elementOf(const uint8_t* b, uint32_t i) {
  if constexpr (kFormat == WeightFormat::F32) {
    return *reinterpret_cast<const float*>(b);
  } else if constexpr (kFormat == WeightFormat::F16) {
    return halfAt(b);
  } else if constexpr (kFormat == WeightFormat::BF16) {
    return __uint_as_float(static_cast<uint32_t>(b[0] | b[1] << 8) << 16);
  } else if constexpr (kFormat == WeightFormat::Q4_0) {
    return __fmul_rn(static_cast<float>(nibble(b + 2, i) - 8), halfAt(b));
  } else if constexpr (kFormat == WeightFormat::Q4_1) {
    return scaled(halfAt(b), nibble(b + 4, i), halfAt(b + 2));
  } else if constexpr (kFormat == WeightFormat::Q5_0) {
    return __fmul_rn(static_cast<float>((nibble(b + 6, i) | fifthBit(b + 2, i)) - 16), halfAt(b));
  } else if constexpr (kFormat == WeightFormat::Q5_1) {
    return scaled(halfAt(b), nibble(b + 8, i) | fifthBit(b + 4, i), halfAt(b + 2));
  } else if constexpr (kFormat == WeightFormat::Q8_0) {
    return __fmul_rn(static_cast<float>(static_cast<int8_t>(b[2 + i])), halfAt(b));
  } else if constexpr (kFormat == WeightFormat::Q4_K || kFormat == WeightFormat::Q5_K) {
    constexpr uint32_t kValues = kFormat == WeightFormat::Q4_K ? 16 : 48;
    const uint32_t sub = i / 32, l = i % 32;
    int scale = 0, min = 0;
    scaleMinK(b + 4, sub, &scale, &min);
    const float step = __fmul_rn(halfAt(b), static_cast<float>(scale));
    const float offset = __fmul_rn(halfAt(b + 2), static_cast<float>(min));
    int q = b[kValues + 32 * (sub / 2) + l] >> 4 * (sub & 1) & 15;
    if constexpr (kFormat == WeightFormat::Q5_K) q |= (b[16 + l] >> sub & 1) << 4;
    return scaled(step, q, -offset);
  } else {
    static_assert(kFormat == WeightFormat::Q6_K);
    const uint32_t part = i / 32, l = i % 32;
    const int low = b[64 * (part / 4) + 32 * (part & 1) + l] >> ((part & 2) != 0 ? 4 : 0) & 15;
    const int high = b[128 + 32 * (part / 4) + l] >> 2 * (part & 3) & 3;
    const int scale = static_cast<int8_t>(b[192 + 2 * part + l / 16]);
    const float step = __fmul_rn(halfAt(b + 208), static_cast<float>(scale));
    return __fmul_rn(step, static_cast<float>((low | high << 4) - 32));
  }
}

template <WeightFormat kFormat, class T>
__global__ void __launch_bounds__(kThreads)
    convertKernel(const uint8_t* stored, uint64_t n, uint32_t elements, uint32_t bytes, T* out) {
  const uint64_t stride = uint64_t{gridDim.x} * kThreads;
  for (uint64_t i = uint64_t{blockIdx.x} * kThreads + threadIdx.x; i < n; i += stride) {
    const uint64_t block = i / elements;
    out[i] = fromFloat<T>(elementOf<kFormat>(stored + block * bytes, static_cast<uint32_t>(i - block * elements)));
  }
}

/// Plain floats, eight by eight: a copy over PCIe brings them as fast as it does those that need no conversion.
template <class From, class To>
__global__ void __launch_bounds__(kThreads) convertFloatsKernel(const From* stored, uint64_t n, To* out) {
  struct alignas(16) FromEight {
    From at[8];
  };
  struct alignas(16) ToEight {
    To at[8];
  };
  const uint64_t stride = uint64_t{gridDim.x} * kThreads, first = uint64_t{blockIdx.x} * kThreads + threadIdx.x;
  for (uint64_t i = first; i < n / 8; i += stride) {
    const FromEight from = reinterpret_cast<const FromEight*>(stored)[i];
    ToEight to;
#pragma unroll
    for (int k = 0; k < 8; ++k) to.at[k] = fromFloat<To>(toFloat(from.at[k]));
    reinterpret_cast<ToEight*>(out)[i] = to;
  }
  const uint64_t tail = n / 8 * 8 + first;
  if (tail < n) out[tail] = fromFloat<To>(toFloat(stored[tail]));
}

template <class From>
cudaError_t convertFloats(const std::byte* stored, uint64_t n, DType type, void* out, cudaStream_t stream) {
  const auto nBlocks = static_cast<uint32_t>(std::min<uint64_t>(n / 8 / kThreads + 1, kMostBlocks));
  return withType(type, [&](auto element) {
    using To = decltype(element);
    convertFloatsKernel<<<nBlocks, kThreads, 0, stream>>>(reinterpret_cast<const From*>(stored), n,
                                                          static_cast<To*>(out));
    return cudaGetLastError();
  });
}

bool aligned16(const void* address) {
  return reinterpret_cast<uintptr_t>(address) % 16 == 0;
}

template <WeightFormat kFormat>
cudaError_t convert(const std::byte* stored, uint64_t n, DType type, void* out, cudaStream_t stream) {
  if (aligned16(stored) && aligned16(out)) {
    if constexpr (kFormat == WeightFormat::F32) return convertFloats<float>(stored, n, type, out, stream);
    if constexpr (kFormat == WeightFormat::F16) return convertFloats<__half>(stored, n, type, out, stream);
    if constexpr (kFormat == WeightFormat::BF16) return convertFloats<__nv_bfloat16>(stored, n, type, out, stream);
  }
  const WeightFormatInfo& info = weightFormatInfo(kFormat);
  const auto nBlocks = static_cast<uint32_t>(std::min<uint64_t>((n + kThreads - 1) / kThreads, kMostBlocks));
  return withType(type, [&](auto element) {
    using T = decltype(element);
    convertKernel<kFormat, T><<<nBlocks, kThreads, 0, stream>>>(
        reinterpret_cast<const uint8_t*>(stored), n, info.blockElements, info.blockBytes, static_cast<T*>(out));
    return cudaGetLastError();
  });
}

__global__ void __launch_bounds__(kThreads)
    makeUpKernel(std::byte* out, uint64_t rows, uint64_t rowBytes, MadeUpPattern pattern, uint64_t seed) {
  const uint64_t wordsPerRow = (rowBytes + 7) / 8, count = rows * wordsPerRow;
  const uint64_t stride = uint64_t{gridDim.x} * kThreads;
  for (uint64_t i = uint64_t{blockIdx.x} * kThreads + threadIdx.x; i < count; i += stride) {
    const uint64_t row = i / wordsPerRow, word = i - row * wordsPerRow;
    const uint64_t bits = (madeUpBits(seed, row, wordsPerRow, word) & pattern.random) | pattern.fixed;
    std::byte* at = out + row * rowBytes + 8 * word;
    if (rowBytes % 8 == 0) {
      *reinterpret_cast<uint64_t*>(at) = bits;
      continue;
    }
    const uint64_t left = min(rowBytes - 8 * word, uint64_t{8});
    for (uint64_t k = 0; k < left; ++k) at[k] = static_cast<std::byte>(bits >> 8 * k & 255);
  }
}

}  // namespace

cudaError_t convertStored(WeightFormat format, const std::byte* stored, uint64_t n, DType type, void* out,
                          cudaStream_t stream) {
  if (n == 0) return cudaSuccess;
  switch (format) {
    case WeightFormat::F32:
      return convert<WeightFormat::F32>(stored, n, type, out, stream);
    case WeightFormat::F16:
      return convert<WeightFormat::F16>(stored, n, type, out, stream);
    case WeightFormat::BF16:
      return convert<WeightFormat::BF16>(stored, n, type, out, stream);
    case WeightFormat::Q4_0:
      return convert<WeightFormat::Q4_0>(stored, n, type, out, stream);
    case WeightFormat::Q4_1:
      return convert<WeightFormat::Q4_1>(stored, n, type, out, stream);
    case WeightFormat::Q5_0:
      return convert<WeightFormat::Q5_0>(stored, n, type, out, stream);
    case WeightFormat::Q5_1:
      return convert<WeightFormat::Q5_1>(stored, n, type, out, stream);
    case WeightFormat::Q8_0:
      return convert<WeightFormat::Q8_0>(stored, n, type, out, stream);
    case WeightFormat::Q4_K:
      return convert<WeightFormat::Q4_K>(stored, n, type, out, stream);
    case WeightFormat::Q5_K:
      return convert<WeightFormat::Q5_K>(stored, n, type, out, stream);
    case WeightFormat::Q6_K:
      return convert<WeightFormat::Q6_K>(stored, n, type, out, stream);
  }
  return cudaErrorInvalidValue;
}

cudaError_t makeUpRows(std::byte* out, uint64_t rows, uint64_t rowBytes, MadeUpPattern pattern, uint64_t seed,
                       cudaStream_t stream) {
  const uint64_t count = rows * ((rowBytes + 7) / 8);
  if (count == 0) return cudaSuccess;
  const auto nBlocks = static_cast<uint32_t>(std::min<uint64_t>((count + kThreads - 1) / kThreads, kMostBlocks));
  makeUpKernel<<<nBlocks, kThreads, 0, stream>>>(out, rows, rowBytes, pattern, seed);
  return cudaGetLastError();
}

}  // namespace kernels::cuda
