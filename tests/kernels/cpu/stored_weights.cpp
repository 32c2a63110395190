#include "tests/kernels/cpu/stored_weights.h"

#include <cstring>

#include "kernels/half.h"

namespace kernels::cpu {

namespace {

void put16(std::byte* at, uint16_t bits) {
  std::memcpy(at, &bits, sizeof bits);
}

}  // namespace

void fillStored(WeightFormat format, std::mt19937& random, std::span<std::byte> stored) {
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> scale(-0.02f, 0.1f);
  const size_t blockBytes = weightFormatInfo(format).blockBytes;
  for (std::byte& byte : stored) byte = static_cast<std::byte>(random());
  for (size_t at = 0; at + blockBytes <= stored.size(); at += blockBytes) {
    std::byte* block = stored.data() + at;
    switch (format) {
      case WeightFormat::F32: {
        const float value = normal(random);
        std::memcpy(block, &value, sizeof value);
        break;
      }
      case WeightFormat::F16:
        put16(block, floatToHalf(normal(random)));
        break;
      case WeightFormat::BF16:
        put16(block, floatToBfloat(normal(random)));
        break;
      case WeightFormat::Q6_K:
        put16(block + 208, floatToHalf(scale(random)));
        break;
      case WeightFormat::Q4_1:
      case WeightFormat::Q5_1:
      case WeightFormat::Q4_K:
      case WeightFormat::Q5_K:
        put16(block, floatToHalf(scale(random)));
        put16(block + 2, floatToHalf(scale(random)));
        break;
      default:
        put16(block, floatToHalf(scale(random)));
        break;
    }
  }
}

}  // namespace kernels::cpu
