// Whether a token drawn on the device is the one that the CPU backend draws, but for rounding.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/sampling.h"

namespace kernels::cuda::test {

/// Two sums of the same weights differ by rounding. They lead to different tokens only where the draw lies this close
/// to a boundary between tokens, or top-p's mass this close to what some tokens have together.
inline constexpr double kBoundary = 1e-5;

struct Comparison {
  bool same = false;      ///< the very token of the CPU backend
  bool accepted = false;  ///< that, or one that only rounding keeps from being it
  std::string text;       ///< what was drawn, for a message
};

/// `state` is that before the draw, histories and all.
Comparison compareWithCpu(const std::vector<float>& logits, const SlotSampling& state, const SampledRow& got);

}  // namespace kernels::cuda::test
