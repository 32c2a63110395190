// The part of a memory plan that depends on how much is free: planned before a load, and again once the weights are
// there and what is left has been measured.
#pragma once

#include <string>

#include "engine/memory/step_limits.h"
#include "engine/memory_plan.h"

namespace engine {

/// Blocks of the cache and all that follows from them, for the first device with its other figures filled in.
void planCache(MemoryPlan& plan, const StepLimits& limits, uint32_t trainedContext, bool onGpu);

/// Why it does not fit: numbers, then the ways out in the order of their worth.
std::string shortfallText(const MemoryPlan& plan, bool floatWeights);

}  // namespace engine
