// Timed requests for `hearth-cli bench`.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.h"
#include "engine/step_profile.h"

namespace app::cli {

struct DecodeShape {
  uint32_t context = 0;    ///< prompt tokens; at least 1 is used
  uint32_t tokens = 128;   ///< to decode, a sequence
  uint32_t sequences = 1;  ///< at once
};

struct BenchResult {
  double tokensPerSecond = 0;
  double meanContext = 0;  ///< tokens in a sequence's cache, over the timed part
  /// By the device's own clock, a decode step in the middle: at work, and waiting for the host before it; the latter of
  /// the slowest hundredth too. Negative where the device has no clock.
  double deviceSeconds = -1, gapSeconds = -1, worstGapSeconds = -1;
  /// By the same clock, at work on each chunk of a prompt.
  std::vector<double> chunkSeconds = {};
};

/// Many sequences from their submission to their end.
struct ThroughputResult {
  double seconds = 0;
  double answerTokensPerSecond = 0, totalTokensPerSecond = 0;  ///< total: prompts too
  double decodeTokensPerSecond = 0;                            ///< while all of them decode; 0 where they never do
  double firstTokenSeconds = 0;                                ///< median over the sequences
};

/// Time from handing in a prompt to its first token.
struct CachedResult {
  double coldSeconds = 0, cachedSeconds = 0;
  int64_t cachedTokens = 0;  ///< of the prompt, as the engine says
};

/// All sequences together, while all of them decode.
engine::Result<BenchResult> benchDecode(engine::Engine& engine, const DecodeShape& shape);
/// A prompt of so many tokens, from its start to its first token.
engine::Result<BenchResult> benchPrefill(engine::Engine& engine, uint32_t tokens);
/// `shape.context` tokens in and `shape.tokens` out of each sequence, all submitted at once.
engine::Result<ThroughputResult> benchThroughput(engine::Engine& engine, const DecodeShape& shape);
/// A prompt of so many tokens, and then another that begins with the same 90 per cent of it. The engine needs its
/// prefix cache.
engine::Result<CachedResult> benchCached(engine::Engine& engine, uint32_t tokens);
/// Times the ops of the steps that such a run takes, after one run that is not timed. No
/// steps where the engine cannot tell.
engine::Result<engine::StepProfiles> benchOps(engine::Engine& engine, const DecodeShape& shape);

}  // namespace app::cli
