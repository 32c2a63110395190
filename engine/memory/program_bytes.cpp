#include "engine/memory/program_bytes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace engine {

namespace {

/// Every weight of a layer.
std::vector<PlanIndex> weightsOf(const PlannedLayer& layer) {
  std::vector<PlanIndex> out{layer.attentionNorm, layer.mlpNorm};
  const auto add = [&out](const PlannedLinear& linear) {
    out.push_back(linear.weight);
    if (linear.bias) out.push_back(*linear.bias);
  };
  for (const PlannedLinear& part : layer.qkv) add(part);
  for (const PlannedLinear& part : layer.gateUp) add(part);
  add(layer.output);
  add(layer.down);
  if (layer.qNorm) out.push_back(*layer.qNorm);
  if (layer.kNorm) out.push_back(*layer.kNorm);
  return out;
}

}  // namespace

Result<uint64_t> programBytes(const DecoderConfig& config, const WeightPlan& plan, std::span<const ProgramShape> shapes,
                              kernels::Backend& scratch) {
  DecoderConfig reduced = config;
  WeightPlan reducedPlan;
  reducedPlan.embedding = plan.embedding;
  reducedPlan.head = plan.head;
  reducedPlan.finalNorm = plan.finalNorm;
  reducedPlan.invFreq = plan.invFreq;
  reducedPlan.alibiSlopes = plan.alibiSlopes;
  reduced.windows.clear();
  std::set<std::string> seen;
  std::set<PlanIndex> needed{plan.embedding, plan.head.weight, plan.finalNorm};
  if (plan.head.bias) needed.insert(*plan.head.bias);
  if (plan.invFreq) needed.insert(*plan.invFreq);
  if (plan.alibiSlopes) needed.insert(*plan.alibiSlopes);
  for (uint32_t i = 0; i < config.nLayers; ++i) {
    std::string kind = fmt::format("{}", config.window(i));
    const std::vector<PlanIndex> weights = weightsOf(plan.layers[i]);
    for (const PlanIndex index : weights) {
      const kernels::WeightDesc& desc = plan.weights[index].desc;
      kind += fmt::format(",{}:{}x{}", static_cast<int>(desc.format), desc.rows, desc.cols);
    }
    if (!seen.insert(kind).second) continue;
    needed.insert(weights.begin(), weights.end());
    reducedPlan.layers.push_back(plan.layers[i]);
    reduced.windows.push_back(config.window(i));
  }
  // The last layer runs on fewer rows than the others, so every kind comes before it.
  if (config.nLayers > 1) {
    const std::vector<PlanIndex> weights = weightsOf(plan.layers.back());
    needed.insert(weights.begin(), weights.end());
    reducedPlan.layers.push_back(plan.layers.back());
    reduced.windows.push_back(config.window(config.nLayers - 1));
  }
  reduced.nLayers = static_cast<uint32_t>(reducedPlan.layers.size());
  std::vector<kernels::WeightId> ids(plan.weights.size());
  for (const PlanIndex index : needed) {
    ENGINE_RETURN_IF_BAD_STATUS(scratch.createWeight(plan.weights[index].desc, &ids[index]));
  }
  uint64_t most = 0;
  for (const ProgramShape& shape : shapes) {
    const uint64_t bytes = scratch.programBytes(buildStepProgram(reduced, reducedPlan, ids, shape).program);
    if (bytes == 0) {
      return Error{ErrorCode::Unsupported, "the model's sizes are not supported by this device", "model-path"};
    }
    most = std::max(most, bytes);
  }
  return most;
}

}  // namespace engine
