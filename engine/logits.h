// A model's logits for given ids, without scheduler, sampling or template: what `hearth-cli logits` prints and what
// implementations are compared by.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/options.h"
#include "engine/result.h"

namespace engine {

struct LogitsQuestion {
  bool allPositions = false;   ///< logits after every id, not only the last
  uint32_t lastPositions = 1;  ///< without it, logits after so many of the last ids
  uint32_t greedy = 0;         ///< ids to decode after them, end tokens ignored
  uint32_t stepTokens = 0;     ///< ids that go in at a time; 0: what suits
};

struct LogitsAnswer {
  uint32_t vocab = 0;
  std::vector<float> logits;    ///< [positions, vocab]
  std::vector<int32_t> greedy;  ///< decoded ids
  std::vector<float> margins;   ///< largest minus second largest logit, at each of them
};

/// Loads the model by itself, on the device of the options. InvalidArgument for ids outside the vocabulary or none at
/// all. One answer for each prompt.
Result<std::vector<LogitsAnswer>> computeLogits(const EngineOptions& options,
                                                std::span<const std::vector<int32_t>> prompts,
                                                const LogitsQuestion& question);

}  // namespace engine
