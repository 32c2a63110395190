// One function a format: `n` stored elements to float32. Layouts are those of GGUF v3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace kernels::quant {

inline uint16_t load16(const std::byte* at) {
  uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
inline uint32_t load32(const std::byte* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// Scale and minimum, 6 bits each, of sub-block j (0..7) in the 12 bytes that Q4_K and Q5_K share.
struct ScaleMin {
  uint8_t scale, min;
};
inline ScaleMin scaleMinK(const std::byte* packed, int j) {
  const auto b = [packed](int i) { return std::to_integer<uint32_t>(packed[i]); };
  if (j < 4) return {static_cast<uint8_t>(b(j) & 63), static_cast<uint8_t>(b(j + 4) & 63)};
  return {static_cast<uint8_t>((b(j + 4) & 15) | (b(j - 4) >> 6) << 4),
          static_cast<uint8_t>(b(j + 4) >> 4 | (b(j) >> 6) << 4)};
}

void fromF32(const std::byte* stored, size_t n, float* out);
void fromF16(const std::byte* stored, size_t n, float* out);
void fromBF16(const std::byte* stored, size_t n, float* out);
void fromQ4_0(const std::byte* stored, size_t n, float* out);
void fromQ4_1(const std::byte* stored, size_t n, float* out);
void fromQ5_0(const std::byte* stored, size_t n, float* out);
void fromQ5_1(const std::byte* stored, size_t n, float* out);
void fromQ8_0(const std::byte* stored, size_t n, float* out);
void fromQ4_K(const std::byte* stored, size_t n, float* out);
void fromQ5_K(const std::byte* stored, size_t n, float* out);
void fromQ6_K(const std::byte* stored, size_t n, float* out);

}  // namespace kernels::quant
