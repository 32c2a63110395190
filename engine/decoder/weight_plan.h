// Which stored rows become which weight of the decoder: the one list that the loader loads by and the memory plan
// counts by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/models/description.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace engine {

class ModelSource;

/// Stored rows [first, first + count).
struct RowRange {
  uint64_t first = 0, count = 0;
};

/// One weight of the decoder and where it comes from: rows of a stored tensor, or computed values.
struct PlannedWeight {
  kernels::WeightDesc desc;
  std::optional<size_t> tensor;  ///< index into ModelSource::tensors()
  std::vector<RowRange> rows;    ///< of the tensor, in the order in which they become rows of the weight
  std::vector<float> values;     ///< when there is no tensor: the vector itself
};

/// Index into WeightPlan::weights.
using PlanIndex = uint32_t;

struct PlannedLinear {
  PlanIndex weight = 0;
  std::optional<PlanIndex> bias;
};

struct PlannedLayer {
  PlanIndex attentionNorm = 0, mlpNorm = 0;
  std::vector<PlannedLinear> qkv;     ///< parts of one LinearOp
  std::vector<PlannedLinear> gateUp;  ///< gate, up
  PlannedLinear output, down;
  std::optional<PlanIndex> qNorm, kNorm;
};

struct WeightPlan {
  std::vector<PlannedWeight> weights;
  PlanIndex embedding = 0;
  PlannedLinear head;  ///< the embedding itself when tied
  PlanIndex finalNorm = 0;
  std::optional<PlanIndex> invFreq, alibiSlopes;
  std::vector<PlannedLayer> layers;

  uint64_t storedBytes() const { return m_storedBytes; }
  /// Bytes to be read from files.
  uint64_t m_storedBytes = 0;
};

}  // namespace engine
