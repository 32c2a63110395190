// The K formats: super-blocks of 256 whose sub-blocks have small integer scales on top of a half-precision one.
#include "kernels/half.h"
#include "kernels/quant/block_formats.h"

namespace kernels::quant {

namespace {

constexpr size_t kBlock = 256;

float loadHalf(const std::byte* at) {
  return halfToFloat(load16(at));
}

}  // namespace

void fromQ4_K(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 144, out += kBlock) {
    const float d = loadHalf(stored), dMin = loadHalf(stored + 2);
    for (int sub = 0; sub < 8; ++sub) {
      const auto [scale, min] = scaleMinK(stored + 4, sub);
      const float step = d * static_cast<float>(scale), offset = dMin * static_cast<float>(min);
      const std::byte* values = stored + 16 + 32 * (sub / 2);
      for (int l = 0; l < 32; ++l) {
        const int q = std::to_integer<int>(values[l]) >> 4 * (sub & 1) & 15;
        out[32 * sub + l] = step * static_cast<float>(q) - offset;
      }
    }
  }
}

void fromQ5_K(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 176, out += kBlock) {
    const float d = loadHalf(stored), dMin = loadHalf(stored + 2);
    for (int sub = 0; sub < 8; ++sub) {
      const auto [scale, min] = scaleMinK(stored + 4, sub);
      const float step = d * static_cast<float>(scale), offset = dMin * static_cast<float>(min);
      const std::byte* high = stored + 16;
      const std::byte* values = stored + 48 + 32 * (sub / 2);
      for (int l = 0; l < 32; ++l) {
        const int low = std::to_integer<int>(values[l]) >> 4 * (sub & 1) & 15;
        const int fifth = std::to_integer<int>(high[l]) >> sub & 1;
        out[32 * sub + l] = step * static_cast<float>(low | fifth << 4) - offset;
      }
    }
  }
}

void fromQ6_K(const std::byte* stored, size_t n, float* out) {
  for (; n >= kBlock; n -= kBlock, stored += 210, out += kBlock) {
    const float d = loadHalf(stored + 208);
    for (int part = 0; part < 8; ++part) {  // 32 elements each, four to a half
      const std::byte* low = stored + 64 * (part / 4) + 32 * (part & 1);
      const std::byte* high = stored + 128 + 32 * (part / 4);
      const std::byte* scales = stored + 192 + 2 * part;
      const int lowShift = (part & 2) != 0 ? 4 : 0, highShift = 2 * (part & 3);
      for (int l = 0; l < 32; ++l) {
        const int q = (std::to_integer<int>(low[l]) >> lowShift & 15) | (std::to_integer<int>(high[l]) >> highShift & 3)
                                                                            << 4;
        const float step = d * static_cast<float>(static_cast<int8_t>(scales[l / 16]));
        out[32 * part + l] = step * static_cast<float>(q - 32);
      }
    }
  }
}

}  // namespace kernels::quant
