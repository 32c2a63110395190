// Llama 2, 3 and 3.x, and what shares their graph: SmolLM2, Yi, Mistral, distilled models.
#include <array>
#include <string_view>

#include "engine/models/common.h"
#include "engine/models/families.h"

namespace engine {

namespace {

constexpr std::array<std::string_view, 2> kLlamaClasses{"LlamaForCausalLM", "LLaMAForCausalLM"};
constexpr std::array<std::string_view, 1> kMistralClasses{"MistralForCausalLM"};

DecoderConfig fromConfig(ConfigFields& fields) {
  DecoderConfig config;
  readCommonConfig(fields, config);
  readRope(fields, config.headDim, config);
  refuseUnlessSilu(fields);
  if (fields.flag("rope_interleaved", false)) {
    fields.problem("rope_interleaved is true, which is not supported for this architecture");
  }
  const BiasUse attention = fields.flag("attention_bias", false) ? BiasUse::Required : BiasUse::None;
  config.qkvBias = config.outputBias = attention;
  config.mlpBias = fields.flag("mlp_bias", false) ? BiasUse::Required : BiasUse::None;
  return config;
}

DecoderConfig fromMistralConfig(ConfigFields& fields) {
  DecoderConfig config = fromConfig(fields);
  // The class's own default when the key is absent; null means none.
  constexpr uint32_t kDefaultWindow = 4096, kMaxWindow = 1u << 26;
  if (!fields.isNull("sliding_window")) {
    config.windows.assign(config.nLayers, fields.count("sliding_window", 1, kMaxWindow, kDefaultWindow));
  }
  return config;
}

DecoderConfig fromGguf(GgufFields& fields) {
  DecoderConfig config;
  // The conversion permutes the rows of q and k.
  readCommonGguf(fields, kernels::RopeStyle::Interleaved, config);
  return config;
}

}  // namespace

const Architecture& llamaArchitecture() {
  static const Architecture kArchitecture{"llama",     kLlamaClasses, "llama", llamaNames(),
                                          ggufNames(), fromConfig,    fromGguf};
  return kArchitecture;
}

const Architecture& mistralArchitecture() {
  static const Architecture kArchitecture{"mistral",   kMistralClasses,   "",      llamaNames(),
                                          ggufNames(), fromMistralConfig, fromGguf};
  return kArchitecture;
}

}  // namespace engine
