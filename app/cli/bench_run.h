// Timed requests for `hearth-cli bench`.
#pragma once

#include <cstdint>

#include "engine/engine.h"

namespace app::cli {

struct DecodeShape {
  uint32_t context = 0;    ///< prompt tokens; at least 1 is used
  uint32_t tokens = 128;   ///< to decode, a sequence
  uint32_t sequences = 1;  ///< at once
};

struct BenchResult {
  double tokensPerSecond = 0;
  double meanContext = 0;  ///< tokens in a sequence's cache, over the timed part
};

/// All sequences together, while all of them decode.
engine::Result<BenchResult> benchDecode(engine::Engine& engine, const DecodeShape& shape);
/// A prompt of so many tokens, from its start to its first token.
engine::Result<BenchResult> benchPrefill(engine::Engine& engine, uint32_t tokens);

}  // namespace app::cli
