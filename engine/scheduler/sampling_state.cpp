#include "engine/scheduler/sampling_state.h"

#include <algorithm>

namespace engine {

uint64_t answerSeed(uint64_t requestSeed, int index) {
  if (index == 0) return requestSeed;
  // SplitMix64: neighbouring seeds and indices give unrelated streams.
  uint64_t value = requestSeed + static_cast<uint64_t>(index) * 0x9e3779b97f4a7c15ull;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ull;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebull;
  return value ^ (value >> 31);
}

kernels::SlotSampling samplingState(const Sequence& sequence) {
  const SamplingParams& params = sequence.request->request.sampling;
  kernels::SlotSampling state;
  state.temperature = static_cast<float>(params.temperature);
  state.topP = static_cast<float>(params.topP);
  state.minP = static_cast<float>(params.minP);
  state.topK = static_cast<int32_t>(std::clamp<int64_t>(params.topK, 0, INT32_MAX));
  state.presencePenalty = static_cast<float>(params.presencePenalty);
  state.frequencyPenalty = static_cast<float>(params.frequencyPenalty);
  state.repetitionPenalty = static_cast<float>(params.repetitionPenalty);
  state.seed = answerSeed(sequence.request->seed, sequence.index);
  state.drawIndex = sequence.nGenerated();
  state.topLogprobs = params.topLogprobs;
  for (const auto& [token, bias] : params.logitBias) state.logitBias.emplace_back(token, static_cast<float>(bias));
  const auto answer = sequence.tokens.begin() + sequence.nPrompt;
  const bool repetition = params.repetitionPenalty != 1.0;
  // Without penalties nobody looks at the history, and a long prompt is not copied.
  if (repetition) state.promptHistory.assign(sequence.tokens.begin(), answer);
  if (repetition || params.presencePenalty != 0.0 || params.frequencyPenalty != 0.0) {
    state.answerHistory.assign(answer, sequence.tokens.end());
  }
  return state;
}

}  // namespace engine
