// Formats in blocks of 32: a half-precision scale, for some a minimum, then the values.
#include "kernels/half.h"
#include "kernels/quant/block_formats.h"

namespace kernels::quant {

namespace {

constexpr size_t kBlock = 32;

float loadHalf(const std::byte* at) {
  return halfToFloat(load16(at));
}

// Element j is the low nibble of byte j, element j + 16 its high nibble.
int nibble(const std::byte* values, size_t j) {
  const int byte = std::to_integer<int>(values[j & 15]);
  return j < 16 ? byte & 15 : byte >> 4;
}

int fifthBit(uint32_t bits, size_t j) {
  return static_cast<int>(bits >> j & 1u) << 4;
}

}  // namespace

void fromQ4_0(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 18, out += kBlock) {
    const float scale = loadHalf(stored);
    for (size_t j = 0; j < kBlock; ++j) out[j] = static_cast<float>(nibble(stored + 2, j) - 8) * scale;
  }
}

void fromQ4_1(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 20, out += kBlock) {
    const float scale = loadHalf(stored), min = loadHalf(stored + 2);
    for (size_t j = 0; j < kBlock; ++j) out[j] = static_cast<float>(nibble(stored + 4, j)) * scale + min;
  }
}

void fromQ5_0(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 22, out += kBlock) {
    const float scale = loadHalf(stored);
    const uint32_t high = load32(stored + 2);
    for (size_t j = 0; j < kBlock; ++j) {
      out[j] = static_cast<float>((nibble(stored + 6, j) | fifthBit(high, j)) - 16) * scale;
    }
  }
}

void fromQ5_1(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 24, out += kBlock) {
    const float scale = loadHalf(stored), min = loadHalf(stored + 2);
    const uint32_t high = load32(stored + 4);
    for (size_t j = 0; j < kBlock; ++j) {
      out[j] = static_cast<float>(nibble(stored + 8, j) | fifthBit(high, j)) * scale + min;
    }
  }
}

void fromQ8_0(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 34, out += kBlock) {
    const float scale = loadHalf(stored);
    for (size_t j = 0; j < kBlock; ++j) {
      out[j] = static_cast<float>(static_cast<int8_t>(stored[2 + j])) * scale;
    }
  }
}

}  // namespace kernels::quant
