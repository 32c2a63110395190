// Weights from files to a backend: large positioned reads by several threads, each piece repacked as it lands.
#pragma once

#include <vector>

#include "engine/decoder/weight_plan.h"
#include "engine/load_control.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace engine {

class ModelSource;

/// Creates and fills every weight of the plan; ids are in the plan's order. Host memory beyond the weights themselves
/// stays within a few buffers. Cancelled within 50 ms of the flag.
Result<std::vector<kernels::WeightId>> loadWeights(const WeightPlan& plan, const ModelSource& source,
                                                   kernels::Backend& backend, const LoadControl& control,
                                                   uint32_t nThreads);

}  // namespace engine
