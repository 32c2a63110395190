#include "engine/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "engine/capabilities.h"
#include "engine/decoder/decoder.h"
#include "engine/device.h"
#include "engine/loaders/model_source.h"
#include "engine/memory/program_bytes.h"
#include "engine/memory/step_limits.h"
#include "engine/text.h"

namespace engine {

namespace {

/// Kept free on a host, for everything else that goes on there.
constexpr uint64_t kHostReserve = 256u << 20;
constexpr uint64_t kReserveShare = 32;  // of the total, where that is less
/// The context that the shortfall recommends when it would fit.
constexpr uint32_t kShortContext = 4096;

/// Numbers, then the ways out in the order of their worth.
std::string shortfallText(const MemoryPlan& plan, bool floatWeights) {
  const DeviceMemoryPlan& device = plan.devices.front();
  const uint64_t taken = device.otherPrograms + device.reserve;
  const uint64_t free = device.total > taken ? device.total - taken : 0;
  std::string text = fmt::format(
      "It needs {} of memory (weights {}, KV cache for {} tokens {}, step buffers {}), but {} of {} are free. Ways "
      "out: "
      "more memory, or closing other programs; ",
      formatBytes(device.needed()), formatBytes(device.weights), plan.contextLength, formatBytes(device.kvCache),
      formatBytes(device.activations), formatBytes(free), formatBytes(device.total));
  if (floatWeights) {
    text += "int8 or 4-bit weights (ifq, ifq_nf4, or a Q8_0 or Q4_K .gguf of the same model; recommended); ";
  } else {
    text += "a .gguf of the same model with fewer bits a weight (recommended); ";
  }
  if (plan.largestContext > 0) {
    const uint32_t context = std::min(plan.largestContext, kShortContext);
    text += fmt::format("a shorter context (--max-model-len {}, recommended; up to {} fit); ", context,
                        plan.largestContext);
  } else {
    text += "a shorter context (--max-model-len) does not help, the weights alone do not fit; ";
  }
  return text + "on a GPU also a higher --gpu_memory_utilization (0.95) and eager mode.";
}

/// What --gpu_memory_utilization leaves alone.
uint64_t gpuReserve(uint64_t total, double utilization) {
  return total - static_cast<uint64_t>(static_cast<double>(total) * std::clamp(utilization, 0.0, 1.0));
}

/// Everything that depends on the cache's size, for a machine with these bytes free for it.
void planCache(MemoryPlan& plan, const StepLimits& limits, uint64_t blockBytes, uint32_t trainedContext, bool onGpu) {
  DeviceMemoryPlan& device = plan.devices.front();
  const uint64_t firstContext = uint64_t{contextBlocks(limits.contextLength)} * blockBytes;
  device.kvCache = 0;
  const int64_t forCache = device.freeAfter();
  const uint64_t blocksThatFit = forCache > 0 ? static_cast<uint64_t>(forCache) / blockBytes : 0;
  const uint64_t afterFirst = forCache > 0 && static_cast<uint64_t>(forCache) > firstContext
                                  ? static_cast<uint64_t>(forCache) - firstContext
                                  : 0;
  plan.kvBlocks = onGpu ? gpuKvBlocks(limits, blocksThatFit) : hostKvBlocks(limits, blockBytes, afterFirst);
  device.kvCache = uint64_t{plan.kvBlocks} * blockBytes;
  const uint64_t mostTokens = std::max(trainedContext, limits.contextLength);
  plan.largestContext = static_cast<uint32_t>(std::min<uint64_t>(blocksThatFit * kernels::kKvBlockTokens, mostTokens));
  plan.fits = device.freeAfter() >= 0;
}

Result<MemoryPlan> planFor(const ModelInfo& model, const EngineOptions& options) {
  ENGINE_ASSIGN_OR_RETURN(const std::unique_ptr<ModelSource> source, ModelSource::open(model.path));
  ENGINE_RETURN_IF_ERROR(requireLoadable(*source, true));
  ENGINE_ASSIGN_OR_RETURN(ModelDescription description, describeModel(*source));
  const DecoderConfig& config = description.config;
  const kernels::DType stored = source->storedDType();
  const ComputeType compute = computeType(options, stored);
  ENGINE_ASSIGN_OR_RETURN(const WeightPlan weights, planWeights(*source, description, dummyFormat(options, stored)));

  ENGINE_ASSIGN_OR_RETURN(const DeviceChoice choice, chooseDevice(options));
  const StepLimits limits = stepLimits(options, options.maxModelLen.value_or(config.contextLength), choice.isCuda());
  ENGINE_ASSIGN_OR_RETURN(const std::unique_ptr<kernels::Backend> backend, openBackend(options, choice, compute.cache));
  const kernels::MemoryInfo memory = backend->memory();

  MemoryPlan plan;
  plan.contextLength = limits.contextLength;
  plan.weightBytesPerToken = streamedBytes(weights, *backend);
  DeviceMemoryPlan& device = plan.devices.emplace_back();
  device.device = choice.name;
  device.total = memory.total;
  device.otherPrograms = memory.total - std::min(memory.total, memory.free);
  device.reserve = choice.isCuda() ? gpuReserve(memory.total, options.memoryUtilization)
                                   : std::min(kHostReserve, memory.total / kReserveShare);
  device.weights = weightBytes(weights, *backend);
  std::vector<ProgramShape> shapes;
  for (const StepShape& step : stepShapes(limits)) {
    ProgramShape& shape = shapes.emplace_back();
    shape.maxTokens = step.tokens;
    shape.maxLogitRows = step.logitRows;
    shape.precision = compute.precision;
  }
  ENGINE_ASSIGN_OR_RETURN(device.activations, programBytes(config, weights, shapes, *backend));

  const uint64_t blockBytes = std::max<uint64_t>(1, kernels::kvBlockBytes(kvCacheDesc(config, 1, compute.cache)));
  plan.kvBytesPerToken = blockBytes / kernels::kKvBlockTokens;
  planCache(plan, limits, blockBytes, config.contextLength, choice.isCuda());
  if (!plan.fits) plan.shortfall = shortfallText(plan, source->kind() != SourceKind::Gguf);
  return plan;
}

}  // namespace

MemoryPlan planForContext(MemoryPlan plan, const EngineOptions& options, uint32_t trainedContext,
                          uint32_t contextLength) {
  if (plan.devices.empty() || plan.kvBytesPerToken == 0) return plan;
  const bool onGpu = plan.devices.front().device != "cpu";
  const StepLimits limits = stepLimits(options, contextLength, onGpu);
  plan.contextLength = limits.contextLength;
  planCache(plan, limits, plan.kvBytesPerToken * kernels::kKvBlockTokens, trainedContext, onGpu);
  plan.shortfall.clear();
  return plan;
}

Result<MemoryPlan> planMemory(const ModelInfo& model, const EngineOptions& options) {
  try {
    return planFor(model, options);
  } catch (const std::exception& e) {
    return Error{ErrorCode::OutOfMemory, fmt::format("no memory to plan with: {}", e.what()), "model-path"};
  }
}

}  // namespace engine
