#include "engine/decoder/dummy_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace engine {

namespace {

/// Sequence of 64 random bits (splitmix64).
class Random {
 public:
  explicit Random(uint64_t seed) : m_state(seed) {}
  uint64_t next() {
    uint64_t z = m_state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  uint64_t m_state;
};

/// Bits of a float format that are left random (sign and mantissa), and the ones of the fixed exponent, over 64 bits.
struct Pattern {
  uint64_t random, fixed;
};

Pattern patternFor(kernels::WeightFormat format, int exponent) {
  const auto biased = [exponent](int bias) { return static_cast<uint64_t>(std::max(1, exponent + bias)); };
  switch (format) {
    case kernels::WeightFormat::F16:
      return {0x83ff83ff83ff83ffu, (biased(15) << 10) * 0x0001000100010001u};
    case kernels::WeightFormat::BF16:
      return {0x807f807f807f807fu, (biased(127) << 7) * 0x0001000100010001u};
    default:
      return {0x807fffff807fffffu, (biased(127) << 23) * 0x0000000100000001u};
  }
}

}  // namespace

void fillDummy(const kernels::WeightDesc& desc, uint64_t seed, std::span<std::byte> out) {
  if (desc.use == kernels::WeightUse::Vector) {
    const float value = desc.name.ends_with(".bias") ? 0.0f : 1.0f;
    for (size_t at = 0; at + sizeof value <= out.size(); at += sizeof value) {
      std::memcpy(out.data() + at, &value, sizeof value);
    }
    return;
  }
  // Magnitudes are spread over [2^e, 2^(e+1)), 1.5 times 2^e on average.
  const double target = 1.0 / (1.5 * std::sqrt(static_cast<double>(std::max<uint64_t>(1, desc.cols))));
  const Pattern pattern = patternFor(desc.format, static_cast<int>(std::lround(std::log2(target))));
  Random random(seed);
  for (size_t at = 0; at < out.size(); at += sizeof(uint64_t)) {
    const uint64_t bits = (random.next() & pattern.random) | pattern.fixed;
    std::memcpy(out.data() + at, &bits, std::min(sizeof bits, out.size() - at));
  }
}

}  // namespace engine
