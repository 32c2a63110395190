// One token decoded to see that device and weights still answer.
#pragma once

#include "engine/scheduler/block_manager.h"
#include "engine/scheduler/step_runner.h"

namespace engine {

/// Runs a step of that one token in the cache block `block` and sampling slot 0, both of which nobody may hold, and
/// looks at what was sampled: an id below nVocab with a usable probability, or the status is not ok.
kernels::Status decodeCanary(StepRunner& runner, BlockId block, TokenId token, uint32_t nVocab);

}  // namespace engine
