// What positions mean to attention: rotary frequencies and linear biases.
#include <cmath>
#include <numbers>

#include "engine/decoder/weight_plan.h"

namespace engine {

namespace {

/// Llama 3's stretch: long wavelengths by the whole factor, short ones not at all, those between by degrees.
double llama3Frequency(const RopeConfig& rope, double frequency) {
  const double wavelength = 2.0 * std::numbers::pi / frequency;
  const auto original = static_cast<double>(rope.originalContext);
  if (wavelength > original / rope.lowFreqFactor) return frequency / rope.factor;
  if (wavelength < original / rope.highFreqFactor) return frequency;
  const double smooth = (original / wavelength - rope.lowFreqFactor) / (rope.highFreqFactor - rope.lowFreqFactor);
  return (1.0 - smooth) * frequency / rope.factor + smooth * frequency;
}

}  // namespace

std::vector<float> inverseFrequencies(const RopeConfig& rope) {
  std::vector<float> out(rope.dims / 2);
  for (size_t i = 0; i < out.size(); ++i) {
    const double exponent = 2.0 * static_cast<double>(i) / static_cast<double>(rope.dims);
    double frequency = std::pow(rope.theta, -exponent);
    if (rope.scaling == RopeScalingKind::Linear) frequency /= rope.factor;
    if (rope.scaling == RopeScalingKind::Llama3) frequency = llama3Frequency(rope, frequency);
    out[i] = static_cast<float>(frequency);
  }
  return out;
}

std::vector<float> alibiSlopes(uint32_t nHeads) {
  uint32_t power = 1;
  while (power * 2 <= nHeads) power *= 2;
  std::vector<float> out;
  for (uint32_t k = 1; k <= power; ++k) out.push_back(static_cast<float>(std::exp2(-8.0 * k / power)));
  // Heads beyond a power of two take every other slope of twice as many.
  for (uint32_t k = 1; out.size() < nHeads; k += 2) out.push_back(static_cast<float>(std::exp2(-4.0 * k / power)));
  return out;
}

}  // namespace engine
