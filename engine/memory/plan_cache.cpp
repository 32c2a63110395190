#include "engine/memory/plan_cache.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/text.h"
#include "kernels/backend.h"

namespace engine {

namespace {

/// The context that the shortfall recommends when it would fit.
constexpr uint32_t kShortContext = 4096;

}  // namespace

void planCache(MemoryPlan& plan, const StepLimits& limits, uint32_t trainedContext, bool onGpu) {
  DeviceMemoryPlan& device = plan.devices.front();
  const uint64_t blockBytes = std::max<uint64_t>(1, plan.kvBytesPerToken * kernels::kKvBlockTokens);
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

}  // namespace engine
