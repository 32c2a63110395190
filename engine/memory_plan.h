// What a choice of options costs in memory, computed from headers before anything is loaded. The loader allocates by
// it, the window draws it, `hearth-cli estimate` prints it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/model_info.h"
#include "engine/options.h"
#include "engine/result.h"

namespace engine {

/// Planned or measured bytes on one device (or in host memory).
struct DeviceMemoryPlan {
  std::string device;          ///< "cpu", "cuda:0"
  uint64_t total = 0;          ///< of the device
  uint64_t otherPrograms = 0;  ///< in use by others when measured
  uint64_t weights = 0;
  uint64_t kvCache = 0;
  uint64_t activations = 0;  ///< step buffers, scratch, sampling slots, tokenizer tables
  uint64_t reserve = 0;      ///< kept free: (1 - gpu_memory_utilization) of the total on a GPU
  uint64_t needed() const { return weights + kvCache + activations; }
  /// Bytes left for us, less what is needed; negative = missing.
  int64_t freeAfter() const {
    return static_cast<int64_t>(total) - static_cast<int64_t>(otherPrograms) - static_cast<int64_t>(reserve) -
           static_cast<int64_t>(needed());
  }
};

struct MemoryPlan {
  std::vector<DeviceMemoryPlan> devices;
  uint32_t contextLength = 0;  ///< tokens, as asked or the model's own
  uint32_t kvBlocks = 0;       ///< blocks of 16 tokens in the cache
  uint64_t kvBytesPerToken = 0;
  uint64_t weightBytesPerToken =
      0;                        ///< bytes that one decode step streams: matrices with the head, without the embedding
  uint32_t largestContext = 0;  ///< most tokens of context that fit with these options; 0 when even the weights do not
  uint64_t pinnedBytes = 0;     ///< page-locked host memory that loading takes at most, given back after it
  bool fits = false;
  std::string shortfall;  ///< when it does not fit: numbers and ways out, in spec.md's order
};

/// Plans for a model and options on the machine as it is now. Never changes the user's numbers.
Result<MemoryPlan> planMemory(const ModelInfo& model, const EngineOptions& options);

/// Free and total host memory as the system says now (cgroup limits respected).
struct HostMemory {
  uint64_t total = 0, free = 0, usedByUs = 0;
};
HostMemory hostMemory();

}  // namespace engine
