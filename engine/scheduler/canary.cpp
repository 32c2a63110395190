#include "engine/scheduler/canary.h"

#include <array>

namespace engine {

namespace {

/// The most probable of n tokens has at least -ln n, which is more than this in any vocabulary. Where no logit is a
/// number a token is still named, but with the least logprob there is.
constexpr float kLeastLogprob = -30.0f;

}  // namespace

kernels::Status decodeCanary(StepRunner& runner, BlockId block, TokenId token, uint32_t nVocab) {
  kernels::SlotSampling greedy;
  greedy.temperature = 0;
  greedy.topLogprobs = 0;
  KERNELS_RETURN_IF_ERROR(runner.writeSlot(0, greedy));
  const std::array<int32_t, 1> tokens{token}, blockTable{block}, logitRows{0}, slots{0};
  std::array<kernels::SequenceSpan, 1> spans{};
  spans[0].nTokens = 1;
  KERNELS_RETURN_IF_ERROR(runner.enqueue({tokens, spans, blockTable, logitRows, slots}));
  std::vector<kernels::SampledRow> rows;
  KERNELS_RETURN_IF_ERROR(runner.wait(&rows));
  const bool named = rows.size() == 1 && rows[0].token >= 0 && static_cast<uint32_t>(rows[0].token) < nVocab;
  if (!named || !(rows[0].logprob > kLeastLogprob)) {
    return {kernels::StatusCode::Internal,
            "The model gives no usable probabilities (not a number); its weights or the chosen precision may be at "
            "fault. Try --dtype float32."};
  }
  return {};
}

}  // namespace engine
