// The numbers of made-up weights, for measuring speed without a model's files: 64 random bits by a counter, so that
// they are the same on every device however the work is cut.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "kernels/dtype.h"

namespace kernels {

/// Random bits (splitmix64) of word `word` of row `row`, where a row takes `wordsPerRow` words of 8 bytes.
constexpr uint64_t madeUpBits(uint64_t seed, uint64_t row, uint64_t wordsPerRow, uint64_t word) {
  uint64_t z = (seed << 40) + (row * wordsPerRow + word + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Bits of a float format that are left random (sign and mantissa), and the ones of the fixed exponent, over 64 bits.
struct MadeUpPattern {
  uint64_t random = 0, fixed = 0;
};

/// Of plain float formats. Magnitudes are spread over [2^e, 2^(e+1)), 1/sqrt(cols) on average, either sign: that keeps
/// activations finite.
inline MadeUpPattern madeUpPattern(WeightFormat format, uint64_t cols) {
  const double target = 1.0 / (1.5 * std::sqrt(static_cast<double>(std::max<uint64_t>(1, cols))));
  const int exponent = static_cast<int>(std::lround(std::log2(target)));
  const auto biased = [exponent](int bias) { return static_cast<uint64_t>(std::max(1, exponent + bias)); };
  switch (format) {
    case WeightFormat::F16:
      return {0x83ff83ff83ff83ffu, (biased(15) << 10) * 0x0001000100010001u};
    case WeightFormat::BF16:
      return {0x807f807f807f807fu, (biased(127) << 7) * 0x0001000100010001u};
    default:
      return {0x807fffff807fffffu, (biased(127) << 23) * 0x0000000100000001u};
  }
}

}  // namespace kernels
