#include "engine/memory/step_limits.h"

#include <algorithm>

#include "kernels/backend.h"

namespace engine {

StepLimits stepLimits(const EngineOptions& options, uint32_t contextLength, bool onGpu) {
  StepLimits limits;
  limits.contextLength = std::max(contextLength, 1u);
  const uint32_t batched = std::max(options.maxNumBatchedTokens.value_or(std::max(contextLength, 2048u)), 1u);
  limits.sequences = std::clamp(options.maxNumSeqs, 1u, std::min(batched, kMostSequences));
  limits.prefillTokens = std::min(onGpu ? kGpuPrefillChunk : kPrefillChunk, batched);
  limits.stepTokens = std::min(limits.prefillTokens + limits.sequences, batched);
  limits.requests = std::max(options.limitConcurrency, 1u);
  const uint64_t waiting = 8ull * limits.requests * std::max(options.workerNum, 1u);
  limits.waiting = options.maxWaiting > 0 ? options.maxWaiting
                                          : static_cast<uint32_t>(std::clamp<uint64_t>(waiting, 16, UINT32_MAX));
  return limits;
}

std::vector<StepShape> stepShapes(const StepLimits& limits) {
  std::vector<StepShape> shapes;
  for (uint32_t tokens = 1; tokens < limits.stepTokens; tokens *= 2) {
    shapes.push_back({tokens, std::min(tokens, limits.sequences)});
  }
  shapes.push_back({limits.stepTokens, std::min(limits.stepTokens, limits.sequences)});
  return shapes;
}

uint32_t contextBlocks(uint32_t contextLength) {
  return contextLength / kernels::kKvBlockTokens + (contextLength % kernels::kKvBlockTokens != 0 ? 1 : 0);
}

uint32_t hostKvBlocks(const StepLimits& limits, uint64_t blockBytes, uint64_t freeBytes) {
  const uint64_t one = contextBlocks(limits.contextLength);
  const double affordable =
      kKvFreeShare * static_cast<double>(freeBytes) / static_cast<double>(std::max<uint64_t>(blockBytes, 1));
  const uint64_t wanted = one * (std::min(kKvContexts, limits.sequences) - 1);
  // Block ids are int32.
  constexpr uint64_t kMost = INT32_MAX;
  const uint64_t extra = static_cast<uint64_t>(std::min(affordable, static_cast<double>(wanted)));
  return static_cast<uint32_t>(std::min(one + extra, kMost));
}

uint32_t gpuKvBlocks(const StepLimits& limits, uint64_t blocksThatFit) {
  const uint64_t one = contextBlocks(limits.contextLength);
  constexpr uint64_t kMost = INT32_MAX;
  return static_cast<uint32_t>(std::min(std::clamp<uint64_t>(blocksThatFit, one, one * limits.sequences), kMost));
}

}  // namespace engine
