// Checks what changes from step to step, so that no op meets an index outside its arrays.
#pragma once

#include <cstdint>
#include <span>

#include "kernels/cpu/sampling_slot.h"
#include "kernels/program.h"
#include "kernels/status.h"

namespace kernels::cpu {

struct InputLimits {
  uint32_t maxTokens = 0, maxLogitRows = 0;
  uint64_t nEmbeddings = 0;  ///< rows of the smallest embedding table of the program
  uint32_t nBlocks = 0;      ///< of the KV cache
};

/// InvalidArgument with the entry and the numbers. `seen` [slots] is scratch. Allocates only for a message.
Status checkInputs(const StepInputs& inputs, const InputLimits& limits, std::span<const SamplingSlot> slots,
                   std::span<uint8_t> seen);

}  // namespace kernels::cpu
