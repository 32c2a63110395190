#include "engine/capabilities.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace engine {

std::vector<QuantizationMode> quantizationModes(const ModelInfo& model) {
  static constexpr std::array kModes = {std::pair{Quantization::None, "none"},
                                        std::pair{Quantization::Ifq, "ifq"},
                                        std::pair{Quantization::IfqNf4, "ifq_nf4"},
                                        std::pair{Quantization::Fp8, "fp8"},
                                        std::pair{Quantization::SmoothQuant, "smoothquant"},
                                        std::pair{Quantization::Auto, "auto"}};
  const bool packed = model.format == "gguf";
  std::vector<QuantizationMode> modes;
  for (const auto& [mode, name] : kModes) {
    QuantizationMode& out = modes.emplace_back();
    out.mode = mode;
    out.name = name;
    out.available = mode == Quantization::None;
    if (out.available) continue;
    out.reason = packed
                     ? "A .gguf file runs in the type it is stored in."
                     : "This build does not quantise while loading; weights run in the type that they are stored in.";
  }
  return modes;
}

std::vector<GpuAbility> gpuAbilities(const kernels::CudaDevice& device) {
  const bool usable = kernels::isUsable(device), tensors = device.major >= 8, hopper = device.major == 9;
  std::vector<GpuAbility> out;
  out.push_back({"engine", usable,
                 usable ? "The CUDA engine runs on it."
                        : fmt::format("It has compute capability {}.{}; {}.{} or newer is needed.", device.major,
                                      device.minor, kernels::kOldestGpuMajor, kernels::kOldestGpuMinor)});
  if (!usable) return out;
  out.push_back(
      {"bfloat16", tensors, tensors ? "bfloat16 is as fast as float16." : "bfloat16 is slow on it; float16 is not."});
  out.push_back({"tensor core kernels", tensors,
                 tensors ? "Attention and products of few rows run on tensor cores."
                         : "Attention and products of few rows take the plain kernels, which are slower."});
  out.push_back({"asynchronous tiles", hopper,
                 hopper ? "Long prompts take the attention kernels made for it."
                        : "Long prompts take the kernels of older GPUs."});
  out.push_back({"quantized weights", false,
                 "Blocks of a .gguf file become the compute type while they are loaded: they take as much memory as "
                 "16-bit weights."});
  return out;
}

}  // namespace engine
