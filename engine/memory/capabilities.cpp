#include "engine/capabilities.h"

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
                     ? "The weights of a .gguf file run in the type that they are stored in."
                     : "This build does not quantise while loading; weights run in the type that they are stored in.";
  }
  return modes;
}

}  // namespace engine
