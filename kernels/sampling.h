// Sampling as the kernels see it: a slot's parameters and history live in the backend, SampleOp reads and updates them.
// Order: repetition penalty, frequency and presence penalties, logit bias, temperature (0 = arg max), top-k, top-p on
// what is left renormalised, min-p relative to the largest remaining, softmax, draw. The draw uses a counter-based
// generator keyed by (seed, index of the token in the answer), so it does not depend on what else runs.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace kernels {

/// Sampling state of one running sequence. Ranges are checked by the caller (engine/generation.h).
struct SlotSampling {
  float temperature = 1.0f;  ///< 0 = greedy
  float topP = 1.0f;
  float minP = 0.0f;
  int32_t topK = 0;  ///< <= 0: off
  float presencePenalty = 0.0f, frequencyPenalty = 0.0f, repetitionPenalty = 1.0f;
  uint64_t seed = 0;
  uint64_t drawIndex = 0;    ///< tokens of this answer sampled so far (not 0 when a preempted sequence resumes)
  int32_t topLogprobs = -1;  ///< -1: none wanted; 0..20: that many alternatives besides the sampled token's own
  std::vector<std::pair<int32_t, float>> logitBias;  ///< token, bias; <= -100 bans
  /// Tokens that the repetition penalty sees (prompt and answer so far).
  std::vector<int32_t> promptHistory;
  /// Tokens that presence and frequency penalties see besides (the answer so far; also part of the repetition penalty).
  std::vector<int32_t> answerHistory;
  std::vector<int32_t>
      bannedTokens;  ///< never sampled (stop ids under ignore_eos stay allowed; this is for min_tokens)
};

struct TokenLogprob {
  int32_t token = 0;
  float logprob = 0.0f;  ///< natural log of softmax of the raw logits; at most 0, finite (clamped to -9999)
};

/// Result of one logit row of a step.
struct SampledRow {
  int32_t token = -1;             ///< -1 where nothing was sampled
  float logprob = 0.0f;           ///< set when topLogprobs >= 0
  std::vector<TokenLogprob> top;  ///< the topLogprobs most probable, descending
};

}  // namespace kernels
