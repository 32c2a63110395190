// The few vector operations that the products need, once for each target that Highway dispatches between: AVX-512 with
// and without VNNI, AVX2, and plain vectors of four for everything else. Included once a target.

// clang-format off
#if defined(HEARTH_MATMUL_SIMD_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef HEARTH_MATMUL_SIMD_INL_H
#undef HEARTH_MATMUL_SIMD_INL_H
#else
#define HEARTH_MATMUL_SIMD_INL_H
#endif
// clang-format on

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "hwy/highway.h"
#include "kernels/half.h"
#if HWY_ARCH_X86
#include <immintrin.h>
#endif

// Highway 1.0.3 names AVX-VNNI, not AVX-512 VNNI, in the attributes of AVX3_DL (which it selects by the latter).
#undef HEARTH_BEFORE_TARGET
#if HWY_TARGET == HWY_AVX3_DL
#define HEARTH_BEFORE_TARGET HWY_PUSH_ATTRIBUTES(HWY_TARGET_STR ",avx512vnni")
#else
#define HEARTH_BEFORE_TARGET HWY_BEFORE_NAMESPACE()
#endif
#undef HEARTH_AFTER_TARGET
#define HEARTH_AFTER_TARGET HWY_AFTER_NAMESPACE()

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL

inline constexpr size_t kLanes = 16;
using VI = __m512i;
using VF = __m512;

HWY_INLINE VI loadBytes(const std::byte* at) {
  return _mm512_loadu_si512(at);
}
HWY_INLINE void storeBytes(std::byte* at, VI v) {
  _mm512_storeu_si512(at, v);
}
HWY_INLINE VI setInt(int32_t value) {
  return _mm512_set1_epi32(value);
}
template <int kBits>
HWY_INLINE VI shiftRight(VI v) {
  return _mm512_srli_epi32(v, kBits);
}
template <int kBits>
HWY_INLINE VI shiftLeft(VI v) {
  return _mm512_slli_epi32(v, kBits);
}
HWY_INLINE VI bitAnd(VI a, VI b) {
  return _mm512_and_si512(a, b);
}
HWY_INLINE VI bitOr(VI a, VI b) {
  return _mm512_or_si512(a, b);
}
HWY_INLINE VI bitXor(VI a, VI b) {
  return _mm512_xor_si512(a, b);
}
HWY_INLINE VI addInt(VI a, VI b) {
  return _mm512_add_epi32(a, b);
}
HWY_INLINE VF toFloat(VI v) {
  return _mm512_cvtepi32_ps(v);
}
HWY_INLINE VF bitsToFloat(VI v) {
  return _mm512_castsi512_ps(v);
}
HWY_INLINE VF setFloat(float value) {
  return _mm512_set1_ps(value);
}
HWY_INLINE VF loadFloats(const float* at) {
  return _mm512_loadu_ps(at);
}
HWY_INLINE void storeFloats(float* at, VF v) {
  _mm512_storeu_ps(at, v);
}
HWY_INLINE VF mul(VF a, VF b) {
  return _mm512_mul_ps(a, b);
}
HWY_INLINE VF fma(VF a, VF b, VF c) {
  return _mm512_fmadd_ps(a, b, c);
}
HWY_INLINE VF loadHalfs(const std::byte* at) {
  return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at)));
}
HWY_INLINE VI loadUnsignedBytes(const std::byte* at) {
  return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}
HWY_INLINE VI loadSignedBytes(const std::byte* at) {
  return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}

#elif HWY_TARGET == HWY_AVX2

inline constexpr size_t kLanes = 8;
using VI = __m256i;
using VF = __m256;

HWY_INLINE VI loadBytes(const std::byte* at) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
}
HWY_INLINE void storeBytes(std::byte* at, VI v) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(at), v);
}
HWY_INLINE VI setInt(int32_t value) {
  return _mm256_set1_epi32(value);
}
template <int kBits>
HWY_INLINE VI shiftRight(VI v) {
  return _mm256_srli_epi32(v, kBits);
}
template <int kBits>
HWY_INLINE VI shiftLeft(VI v) {
  return _mm256_slli_epi32(v, kBits);
}
HWY_INLINE VI bitAnd(VI a, VI b) {
  return _mm256_and_si256(a, b);
}
HWY_INLINE VI bitOr(VI a, VI b) {
  return _mm256_or_si256(a, b);
}
HWY_INLINE VI bitXor(VI a, VI b) {
  return _mm256_xor_si256(a, b);
}
HWY_INLINE VI addInt(VI a, VI b) {
  return _mm256_add_epi32(a, b);
}
HWY_INLINE VF toFloat(VI v) {
  return _mm256_cvtepi32_ps(v);
}
HWY_INLINE VF bitsToFloat(VI v) {
  return _mm256_castsi256_ps(v);
}
HWY_INLINE VF setFloat(float value) {
  return _mm256_set1_ps(value);
}
HWY_INLINE VF loadFloats(const float* at) {
  return _mm256_loadu_ps(at);
}
HWY_INLINE void storeFloats(float* at, VF v) {
  _mm256_storeu_ps(at, v);
}
HWY_INLINE VF mul(VF a, VF b) {
  return _mm256_mul_ps(a, b);
}
HWY_INLINE VF fma(VF a, VF b, VF c) {
  return _mm256_fmadd_ps(a, b, c);
}
HWY_INLINE VF loadHalfs(const std::byte* at) {
  return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
}
HWY_INLINE VI loadUnsignedBytes(const std::byte* at) {
  return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)));
}
HWY_INLINE VI loadSignedBytes(const std::byte* at) {
  return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at)));
}

#else

inline constexpr size_t kLanes = 4;
using VI = int32_t __attribute__((vector_size(16)));
using VU = uint32_t __attribute__((vector_size(16)));
using VF = float __attribute__((vector_size(16)));

HWY_INLINE VI loadBytes(const std::byte* at) {
  VI v;
  std::memcpy(&v, at, sizeof v);
  return v;
}
HWY_INLINE void storeBytes(std::byte* at, VI v) {
  std::memcpy(at, &v, sizeof v);
}
HWY_INLINE VI setInt(int32_t value) {
  return VI{value, value, value, value};
}
template <int kBits>
HWY_INLINE VI shiftRight(VI v) {
  return reinterpret_cast<VI>(reinterpret_cast<VU>(v) >> kBits);
}
template <int kBits>
HWY_INLINE VI shiftLeft(VI v) {
  return reinterpret_cast<VI>(reinterpret_cast<VU>(v) << kBits);
}
HWY_INLINE VI bitAnd(VI a, VI b) {
  return a & b;
}
HWY_INLINE VI bitOr(VI a, VI b) {
  return a | b;
}
HWY_INLINE VI bitXor(VI a, VI b) {
  return a ^ b;
}
HWY_INLINE VI addInt(VI a, VI b) {
  return a + b;
}
HWY_INLINE VF toFloat(VI v) {
  return __builtin_convertvector(v, VF);
}
HWY_INLINE VF bitsToFloat(VI v) {
  return reinterpret_cast<VF>(v);
}
HWY_INLINE VF setFloat(float value) {
  return VF{value, value, value, value};
}
HWY_INLINE VF loadFloats(const float* at) {
  VF v;
  std::memcpy(&v, at, sizeof v);
  return v;
}
HWY_INLINE void storeFloats(float* at, VF v) {
  std::memcpy(at, &v, sizeof v);
}
HWY_INLINE VF mul(VF a, VF b) {
  return a * b;
}
HWY_INLINE VF fma(VF a, VF b, VF c) {
  return a * b + c;
}
HWY_INLINE VF loadHalfs(const std::byte* at) {
  uint16_t bits[4];
  std::memcpy(bits, at, sizeof bits);
  return VF{halfToFloat(bits[0]), halfToFloat(bits[1]), halfToFloat(bits[2]), halfToFloat(bits[3])};
}
HWY_INLINE VI loadUnsignedBytes(const std::byte* at) {
  uint8_t b[4];
  std::memcpy(b, at, sizeof b);
  return VI{b[0], b[1], b[2], b[3]};
}
HWY_INLINE VI loadSignedBytes(const std::byte* at) {
  int8_t b[4];
  std::memcpy(b, at, sizeof b);
  return VI{b[0], b[1], b[2], b[3]};
}

#endif

/// Four bytes in every lane.
HWY_INLINE VI broadcastWord(const void* at) {
  int32_t word;
  std::memcpy(&word, at, sizeof word);
  return setInt(word);
}
HWY_INLINE VF broadcastFloat(const void* at) {
  float value;
  std::memcpy(&value, at, sizeof value);
  return setFloat(value);
}

}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#endif  // toggle
