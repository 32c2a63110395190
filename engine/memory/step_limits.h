// How large a step and the KV cache may be: the one place where options become the numbers that the memory plan counts
// and the scheduler keeps.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/options.h"

namespace engine {

/// Bounds of one step. `sequences` is also the number of sampling slots.
struct StepLimits {
  uint32_t contextLength = 0;
  uint32_t sequences = 0;      ///< answers that run at once, and logit rows of a step
  uint32_t prefillTokens = 0;  ///< prompt tokens of a step, all prompts together
  uint32_t stepTokens = 0;     ///< rows of the flat batch
  uint32_t requests = 0;       ///< requests in progress
  uint32_t waiting = 0;        ///< requests that may queue
};

/// Prompt tokens that one step reads at most. The weights are streamed once for all of them, and past some hundred
/// rows a longer chunk is no faster a token; a shorter one lets other answers go on and cancels be seen.
inline constexpr uint32_t kPrefillChunk = 512;
/// The same on a GPU, whose tensor cores want more rows, and which is through with them as fast.
inline constexpr uint32_t kGpuPrefillChunk = 2048;

/// Most answers at once that any option may ask for; loadEngine refuses more.
inline constexpr uint32_t kMostSequences = 4096;

/// `contextLength` is what the options or, without, the model say.
StepLimits stepLimits(const EngineOptions& options, uint32_t contextLength, bool onGpu);

/// Shape of a program: it runs any step of at most so many rows.
struct StepShape {
  uint32_t tokens = 0, logitRows = 0;
};
/// The programs to build, small to large; the last one takes every step that the limits allow. Programs of one backend
/// share their buffers, so the memory plan counts the last alone.
std::vector<StepShape> stepShapes(const StepLimits& limits);

/// Contexts of full length that the cache holds when memory allows, and the share of the memory still free that may go
/// to those beyond the first.
inline constexpr uint32_t kKvContexts = 4;
inline constexpr double kKvFreeShare = 0.25;

/// Blocks of the KV cache in host memory: always one full context; up to kKvContexts of them within kKvFreeShare of
/// `freeBytes` (free host memory after weights, activations and the first context); never more than all sequences
/// could use.
uint32_t hostKvBlocks(const StepLimits& limits, uint64_t blockBytes, uint64_t freeBytes);

/// Blocks of the KV cache on a GPU, where `blocksThatFit` is all that memory allows: all of them, up to what all
/// sequences could use; at least one full context, which then does not fit.
uint32_t gpuKvBlocks(const StepLimits& limits, uint64_t blocksThatFit);

/// Blocks that hold one full context.
uint32_t contextBlocks(uint32_t contextLength);

}  // namespace engine
