// Which stored rows become which weight of the decoder: the one list that the loader loads by and the memory plan
// counts by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/models/registry.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace engine {

class ModelSource;

/// Stored rows [first, first + count) of a matrix, or elements of a vector.
struct RowRange {
  uint64_t first = 0, count = 0;
};

/// One of `count` devices that share a model (tensor parallel): of q, k, v, gate, up and the head each has some rows;
/// of the attention's output and of down, whose inputs are those rows' results, the columns that go with them, so that
/// the devices' results are summed up; everything else, a tied head too, it has whole.
struct WeightShard {
  uint32_t rank = 0, count = 1;
};

/// One weight of the decoder and where it comes from.
struct PlannedWeight {
  kernels::WeightDesc desc;
  std::optional<size_t> tensor;  ///< index into ModelSource::tensors()
  std::vector<RowRange> rows;    ///< of the tensor, in the order in which they become rows of the weight
  uint64_t firstCol = 0;         ///< of the tensor: where the weight's desc.cols columns begin
  uint64_t storedCols = 0;       ///< of a matrix's tensor; desc.cols where it is taken whole
  /// A computed vector; when there is a tensor as well, it holds divisors of these values. With neither, the weight is
  /// made up (LoadFormat::Dummy).
  std::vector<float> values;
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
  uint64_t storedBytes = 0;  ///< to be read from files; whole rows of a matrix that only some columns are taken of
};

/// Plans the weights of a model. Trusts the tensors over the description for the size of the vocabulary and a tied
/// head, and corrects `description` so. Damaged for a missing tensor or a wrong shape, Unsupported for a storage type
/// without kernels, each with the tensor's name. With `dummyFormat`, no tensor is looked at and all matrices have that
/// format. With a `shard` of several, only what that device has; InvalidArgument where heads, gated width or a stored
/// block of columns cannot be shared out evenly, with the numbers.
Result<WeightPlan> planWeights(const ModelSource& source, ModelDescription& description,
                               std::optional<kernels::WeightFormat> dummyFormat = {}, WeightShard shard = {});

/// Bytes of all weights of a plan once they are on this backend.
uint64_t weightBytes(const WeightPlan& plan, const kernels::Backend& backend);
/// Of these, the bytes that every step streams: matrices and the head, not the embedding.
uint64_t streamedBytes(const WeightPlan& plan, const kernels::Backend& backend);

/// Base frequencies of the rotary embedding with its scaling.
std::vector<float> inverseFrequencies(const RopeConfig& rope);
/// Slopes of linear attention biases.
std::vector<float> alibiSlopes(uint32_t nHeads);

}  // namespace engine
