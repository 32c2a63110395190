// Qwen1.5, Qwen2, Qwen2.5 and models distilled into them: Llama's graph with biases on q, k and v.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "engine/models/common.h"
#include "engine/models/families.h"

namespace engine {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 1> kClasses{"Qwen2ForCausalLM"};
constexpr uint32_t kMaxWindow = 1u << 26;

/// The layers that look at a sliding window only.
void readWindows(ConfigFields& fields, DecoderConfig& config) {
  if (!fields.flag("use_sliding_window", false)) return;
  const uint32_t window = fields.count("sliding_window", 1, kMaxWindow, 4096);
  config.windows.assign(config.nLayers, 0);
  if (const json* types = fields.array("layer_types")) {
    if (types->size() != config.nLayers) {
      fields.problem(fmt::format("layer_types has {} entries for {} layers", types->size(), config.nLayers));
      return;
    }
    for (uint32_t i = 0; i < config.nLayers; ++i) {
      if ((*types)[i] == "sliding_attention") {
        config.windows[i] = window;
      } else if ((*types)[i] != "full_attention") {
        fields.problem(fmt::format("layer_types[{}] is neither full_attention nor sliding_attention", i));
      }
    }
    return;
  }
  const uint32_t firstSliding = fields.count("max_window_layers", 0, 1u << 16, 28);
  for (uint32_t i = firstSliding; i < config.nLayers; ++i) config.windows[i] = window;
}

DecoderConfig fromConfig(ConfigFields& fields) {
  DecoderConfig config;
  readCommonConfig(fields, config);
  readRope(fields, config.headDim, config);
  refuseUnlessSilu(fields);
  readWindows(fields, config);
  config.qkvBias = BiasUse::Required;
  return config;
}

DecoderConfig fromGguf(GgufFields& fields) {
  DecoderConfig config;
  readCommonGguf(fields, kernels::RopeStyle::Half, config);
  config.qkvBias = BiasUse::Required;
  return config;
}

}  // namespace

const Architecture& qwen2Architecture() {
  static const Architecture kArchitecture{"qwen2", kClasses, "qwen2", llamaNames(), ggufNames(), fromConfig, fromGguf};
  return kArchitecture;
}

}  // namespace engine
