// What this build can do with a model, with the reason where it cannot, and what a choice costs without asking the
// files again: for pages that offer choices.
#pragma once

#include <string>
#include <vector>

#include "engine/memory_plan.h"
#include "engine/model_info.h"
#include "engine/options.h"
#include "kernels/cuda_module.h"

namespace engine {

/// A quantization mode as --quantization spells it.
struct QuantizationMode {
  Quantization mode = Quantization::None;
  std::string name;
  bool available = false;
  std::string reason;  ///< why it is not available, one sentence; empty when it is
};

/// Every mode in the order of the flag's help.
std::vector<QuantizationMode> quantizationModes(const ModelInfo& model);

/// Something that a GPU does for a model, or does not.
struct GpuAbility {
  std::string name;
  bool available = false;
  std::string note;  ///< what that means, one sentence
};

/// What the CUDA engine can do on this GPU, in the order of importance.
std::vector<GpuAbility> gpuAbilities(const kernels::CudaDevice& device);

/// The same plan for another context length, from its numbers alone: exact as long as the step buffers do not depend on
/// the context, which they do only below 2,048 tokens with more sequences than that. `trainedContext` bounds the
/// largest one that is told. `options` are those of the plan; its context length is not looked at.
MemoryPlan planForContext(MemoryPlan plan, const EngineOptions& options, uint32_t trainedContext,
                          uint32_t contextLength);

}  // namespace engine
