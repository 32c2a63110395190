#include "engine/memory_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "engine/capabilities.h"
#include "engine/decoder/decoder.h"
#include "engine/device.h"
#include "engine/loaders/model_source.h"
#include "engine/memory/plan_cache.h"
#include "engine/memory/program_bytes.h"
#include "engine/memory/step_limits.h"
#include "engine/text.h"

namespace engine {

namespace {

/// Kept free on a host, for everything else that goes on there.
constexpr uint64_t kHostReserve = 256u << 20;
constexpr uint64_t kReserveShare = 32;  // of the total, where that is less

/// What --gpu_memory_utilization leaves alone.
uint64_t gpuReserve(uint64_t total, double utilization) {
  return total - static_cast<uint64_t>(static_cast<double>(total) * std::clamp(utilization, 0.0, 1.0));
}

/// Loading onto a GPU goes through page-locked memory of the host.
Result<void> requireHostRoom(uint64_t pinnedBytes) {
  if (pinnedBytes == 0) return {};
  const HostMemory host = hostMemory();
  if (host.total == 0 || host.free >= pinnedBytes) return {};
  return Error{ErrorCode::OutOfMemory,
               fmt::format("Loading onto the GPU takes {} of the machine's memory for the time of the load, but {} of "
                           "{} are free: close other programs.",
                           formatBytes(pinnedBytes), formatBytes(host.free), formatBytes(host.total)),
               "model-path"};
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
  planCache(plan, limits, config.contextLength, choice.isCuda());
  plan.pinnedBytes = backend->device().pinnedWhileLoading;
  ENGINE_RETURN_IF_ERROR(requireHostRoom(plan.pinnedBytes));
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
  planCache(plan, limits, trainedContext, onGpu);
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
