#include "engine/decoder/dummy_weights.h"

#include <algorithm>
#include <cstring>

#include "kernels/made_up.h"

namespace engine {

void fillDummy(const kernels::WeightDesc& desc, uint64_t seed, uint64_t firstRow, std::span<std::byte> out) {
  if (desc.use == kernels::WeightUse::Vector) {
    const float value = desc.name.ends_with(".bias") ? 0.0f : 1.0f;
    for (size_t at = 0; at + sizeof value <= out.size(); at += sizeof value) {
      std::memcpy(out.data() + at, &value, sizeof value);
    }
    return;
  }
  const kernels::MadeUpPattern pattern = kernels::madeUpPattern(desc.format, desc.cols);
  const size_t rowBytes = kernels::weightRowBytes(desc.format, desc.cols);
  if (rowBytes == 0) return;
  const size_t wordsPerRow = (rowBytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
  for (uint64_t row = firstRow; out.size() >= rowBytes; ++row, out = out.subspan(rowBytes)) {
    for (size_t word = 0; word < wordsPerRow; ++word) {
      const uint64_t bits = (kernels::madeUpBits(seed, row, wordsPerRow, word) & pattern.random) | pattern.fixed;
      const size_t at = word * sizeof bits;
      std::memcpy(out.data() + at, &bits, std::min(sizeof bits, rowBytes - at));
    }
  }
}

}  // namespace engine
