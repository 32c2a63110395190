// Checks what changes from step to step, so that no op meets an index outside its arrays.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "kernels/program.h"
#include "kernels/status.h"

namespace kernels {

struct InputLimits {
  uint32_t maxTokens = 0, maxLogitRows = 0;
  uint64_t nEmbeddings = 0;  ///< rows of the smallest embedding table of the program
  uint32_t nBlocks = 0;      ///< of the KV cache
};

/// InvalidArgument with the entry and the numbers. `seen` has a byte of scratch for each sampling slot; `lastToken`
/// says what a slot sampled last, or 0 where the device alone knows. Allocates only for a message.
Status checkInputs(const StepInputs& inputs, const InputLimits& limits,
                   const std::function<int32_t(uint32_t slot)>& lastToken, std::span<uint8_t> seen);

}  // namespace kernels
