#include "engine/loaders/convert_rows.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "kernels/half.h"

namespace engine {

namespace {

constexpr size_t kBlock = 256;
constexpr size_t kQ2Bytes = 84, kQ3Bytes = 110, kQ6Bytes = 210;

uint8_t byteAt(const std::byte* from, size_t i) {
  return std::to_integer<uint8_t>(from[i]);
}

float halfAt(const std::byte* from) {
  uint16_t bits;
  std::memcpy(&bits, from, sizeof bits);
  return kernels::halfToFloat(bits);
}

/// Q2_K: 16 bytes of scale (low nibble) and minimum (high nibble), 64 bytes of 2-bit values, f16 d, f16 dmin.
void blockFromQ2K(const std::byte* in, float* out) {
  const float d = halfAt(in + 80), dmin = halfAt(in + 82);
  for (size_t i = 0; i < kBlock; ++i) {
    const size_t half = i / 128, plane = i % 128 / 32, at = i % 32;
    const uint32_t q = byteAt(in, 16 + half * 32 + at) >> (2 * plane) & 3u;
    const uint32_t scales = byteAt(in, i / 16);
    out[i] = d * static_cast<float>(scales & 15u) * static_cast<float>(q) - dmin * static_cast<float>(scales >> 4);
  }
}

/// Q3_K: 32 bytes of high bits, 64 bytes of low 2 bits, 12 bytes of sixteen 6-bit scales, f16 d. Its values -4..3 and
/// scales -32..31 fit Q6_K's wider fields, so nothing is rounded.
void blockFromQ3K(const std::byte* in, std::byte* out) {
  std::array<uint8_t, kBlock> q{};
  for (size_t i = 0; i < kBlock; ++i) {
    const size_t half = i / 128, plane = i % 128 / 32, at = i % 32;
    const uint32_t low = byteAt(in, 32 + half * 32 + at) >> (2 * plane) & 3u;
    const uint32_t high = byteAt(in, at) >> (half * 4 + plane) & 1u;
    q[i] = static_cast<uint8_t>(low + 4 * high + 28);  // value + 32, as Q6_K stores it
  }
  std::memset(out, 0, kQ6Bytes);
  for (size_t i = 0; i < kBlock; ++i) {
    const size_t half = i / 128, plane = i % 128 / 32, at = i % 32;
    std::byte& low = out[half * 64 + (plane % 2) * 32 + at];
    std::byte& high = out[128 + half * 32 + at];
    low |= static_cast<std::byte>((q[i] & 15u) << (plane / 2 * 4));
    high |= static_cast<std::byte>((q[i] >> 4 & 3u) << (plane * 2));
  }
  for (size_t j = 0; j < 16; ++j) {
    const uint32_t low = byteAt(in, 96 + j % 8) >> (j / 8 * 4) & 15u;
    const uint32_t high = byteAt(in, 104 + j % 4) >> (j / 4 * 2) & 3u;
    out[192 + j] = static_cast<std::byte>(static_cast<int>(low | high << 4) - 32);
  }
  std::memcpy(out + 208, in + 108, 2);
}

}  // namespace

size_t convertedBytes(StoredType type, size_t elements) {
  const StoredTypeInfo& info = storedTypeInfo(type);
  return info.loadsAs ? kernels::weightRowBytes(*info.loadsAs, elements) : 0;
}

void convertElements(StoredType type, std::span<const std::byte> stored, size_t elements, std::span<std::byte> out) {
  if (type == StoredType::F64) {
    for (size_t i = 0; i < elements; ++i) {
      double wide;
      std::memcpy(&wide, stored.data() + i * sizeof wide, sizeof wide);
      const auto narrow = static_cast<float>(wide);
      std::memcpy(out.data() + i * sizeof narrow, &narrow, sizeof narrow);
    }
  } else if (type == StoredType::Q2_K) {
    std::array<float, kBlock> values{};
    for (size_t block = 0; block < elements / kBlock; ++block) {
      blockFromQ2K(stored.data() + block * kQ2Bytes, values.data());
      std::memcpy(out.data() + block * sizeof values, values.data(), sizeof values);
    }
  } else if (type == StoredType::Q3_K) {
    for (size_t block = 0; block < elements / kBlock; ++block) {
      blockFromQ3K(stored.data() + block * kQ3Bytes, out.data() + block * kQ6Bytes);
    }
  } else {
    std::copy(stored.begin(), stored.end(), out.begin());
  }
}

}  // namespace engine
