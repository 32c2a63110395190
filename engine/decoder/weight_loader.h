// Weights from files to a backend: large positioned reads by several threads, each piece repacked as it lands, or read
// straight into the memory that it leaves for a GPU from.
#pragma once

#include <vector>

#include "engine/decoder/weight_plan.h"
#include "engine/load_control.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace engine {

class ModelSource;

struct LoadedWeights {
  std::vector<kernels::WeightId> ids;  ///< in the plan's order
  uint64_t bytesRead = 0;              ///< from files
  uint64_t bytesDirect = 0;            ///< of these, past the page cache, which did not have them
};

/// Creates and fills every weight of the plan. Host memory beyond the weights themselves stays within a few buffers.
/// Cancelled within 50 ms of the flag.
Result<LoadedWeights> loadWeights(const WeightPlan& plan, const ModelSource& source, kernels::Backend& backend,
                                  const LoadControl& control, uint32_t nThreads);

}  // namespace engine
