// What instructions leave each other: words that say by themselves whether they are there.
//
// A word is all ones until it is written, 0xffff of half type or 0xffffffff of float. Both are bits of a NaN, and what
// would have them is written as another NaN: whoever reads something else reads the result. It takes no counter and no
// fence to hand a result on, and nobody waits for more than he needs.
#pragma once

#include "kernels/cuda/mega/instruction.h"
#include "kernels/cuda/mega/ring.cuh"
#include "kernels/cuda/ops/element.cuh"

namespace kernels::cuda {

inline constexpr uint32_t kNotThere = 0xffffffffu;

/// Element `col` of half type, or of float, of a token.
__device__ __forceinline__ const std::byte* halfAt(const void* windows, uint32_t token, uint32_t col) {
  return static_cast<const std::byte*>(windows) + uint64_t{col / kMegaWindow} * kMegaWindowBytes +
         token * kMegaTokenBytes + col % kMegaWindow * 2;
}
__device__ __forceinline__ const std::byte* floatAt(const void* windows, uint32_t token, uint32_t col) {
  constexpr uint32_t kFloats = kMegaTokenBytes / 4;
  return static_cast<const std::byte*>(windows) + uint64_t{col / kFloats} * kMegaWindowBytes + token * kMegaTokenBytes +
         col % kFloats * 4;
}
__device__ __forceinline__ std::byte* halfAt(void* windows, uint32_t token, uint32_t col) {
  return const_cast<std::byte*>(halfAt(static_cast<const void*>(windows), token, col));
}
__device__ __forceinline__ std::byte* floatAt(void* windows, uint32_t token, uint32_t col) {
  return const_cast<std::byte*>(floatAt(static_cast<const void*>(windows), token, col));
}

/// Collects, in the high bit of either half, whether some half of the words is not there: exact for "any of them".
struct MissingHalves {
  uint32_t bits = 0;
  __device__ __forceinline__ void add(uint32_t word) { bits |= word & ~(word + 0x00010001u); }
  __device__ __forceinline__ void add(const uint4& words) {
    add(words.x);
    add(words.y);
    add(words.z);
    add(words.w);
  }
  __device__ __forceinline__ bool any() const { return (bits & 0x80008000u) != 0; }
};

/// A float that is waited for, after its first load.
__device__ __forceinline__ float awaitFloat(uint32_t word, const void* from) {
  for (MegaPatience patience; word == kNotThere; patience.turn()) loadAcross(word, from);
  return __uint_as_float(word);
}

template <class T>
__device__ __forceinline__ void leaveHalf(std::byte* to, float value) {
  const T v = fromFloat<T>(value);
  uint16_t bits = *reinterpret_cast<const uint16_t*>(&v);
  if (bits == 0xffffu) bits = 0x7fffu;
  storeAcross(to, bits);
}
__device__ __forceinline__ void leaveFloat(std::byte* to, float value) {
  uint32_t bits = __float_as_uint(value);
  if (bits == kNotThere) bits = 0x7fffffffu;
  storeAcross(to, bits);
}
/// Two of half type, with the sign of a NaN that is all ones taken off.
__device__ __forceinline__ uint32_t sealedPair(uint32_t pair) {
  if ((pair & 0xffffu) == 0xffffu) pair &= 0xffff7fffu;
  if (pair >= 0xffff0000u) pair &= 0x7fffffffu;
  return pair;
}

}  // namespace kernels::cuda
