#include "engine/models/common.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/text.h"

namespace engine {

namespace {

using nlohmann::json;

// Far above every published model, and small enough that products of two stay within 64 bits.
constexpr uint32_t kMaxHidden = 1u << 18, kMaxIntermediate = 1u << 20, kMaxLayers = 1024, kMaxHeads = 4096;
constexpr uint32_t kMaxHeadDim = 1024, kMaxVocab = 1u << 22, kMaxContext = 1u << 26;
constexpr double kMaxTheta = 1e12, kMaxFactor = 1e4;

void checkHeads(FieldReader& fields, std::string_view headsKey, std::string_view kvKey, DecoderConfig& config) {
  if (config.nHeads % config.nKvHeads != 0) {
    fields.problem(fmt::format("{} ({}) is no multiple of {} ({})", fields.shown(headsKey), config.nHeads,
                               fields.shown(kvKey), config.nKvHeads));
    config.nKvHeads = config.nHeads;
  }
}

/// The head's width where the files do not say.
uint32_t derivedHeadDim(FieldReader& fields, std::string_view hiddenKey, std::string_view headsKey,
                        const DecoderConfig& config) {
  if (config.hiddenSize % config.nHeads != 0) {
    fields.problem(fmt::format("{} ({}) is no multiple of {} ({}), and no head size is given", fields.shown(hiddenKey),
                               config.hiddenSize, fields.shown(headsKey), config.nHeads));
  }
  return std::max(1u, config.hiddenSize / config.nHeads);
}

void readScaling(FieldReader& outer, ConfigFields& fields, std::string_view where, DecoderConfig& config) {
  RopeConfig& rope = config.rope;
  const std::string type =
      fields.string("rope_type").value_or(fields.has("type") ? fields.string("type").value_or("") : "default");
  if (type == "linear") {
    rope.scaling = RopeScalingKind::Linear;
    rope.factor = fields.real("factor", 1.0, kMaxFactor);
  } else if (type == "llama3") {
    rope.scaling = RopeScalingKind::Llama3;
    rope.factor = fields.real("factor", 1.0, kMaxFactor);
    rope.lowFreqFactor = fields.real("low_freq_factor", 1e-3, 1e6);
    rope.highFreqFactor = fields.real("high_freq_factor", 1e-3, 1e6);
    rope.originalContext = fields.count("original_max_position_embeddings", 1, kMaxContext);
    if (fields.problems().empty() && rope.highFreqFactor <= rope.lowFreqFactor) {
      fields.problem(fmt::format("high_freq_factor ({}) must be above low_freq_factor ({})", rope.highFreqFactor,
                                 rope.lowFreqFactor));
    }
  } else if (type != "default") {
    outer.problem(
        fmt::format("{} has the type \"{}\", which this build does not support; default, linear and llama3 are", where,
                    printable(type)));
  }
  for (const std::string& text : fields.problems()) outer.problem(fmt::format("{}: {}", where, text));
}

}  // namespace

const TensorNames& llamaNames() {
  static const TensorNames kNames = [] {
    TensorNames names;
    names.embedding = "model.embed_tokens";
    names.finalNorm = "model.norm";
    names.head = "lm_head";
    names.attentionNorm = "model.layers.{}.input_layernorm";
    names.mlpNorm = "model.layers.{}.post_attention_layernorm";
    names.q = "model.layers.{}.self_attn.q_proj";
    names.k = "model.layers.{}.self_attn.k_proj";
    names.v = "model.layers.{}.self_attn.v_proj";
    names.output = "model.layers.{}.self_attn.o_proj";
    names.gate = "model.layers.{}.mlp.gate_proj";
    names.up = "model.layers.{}.mlp.up_proj";
    names.down = "model.layers.{}.mlp.down_proj";
    names.qNorm = "model.layers.{}.self_attn.q_norm";
    names.kNorm = "model.layers.{}.self_attn.k_norm";
    return names;
  }();
  return kNames;
}

const TensorNames& ggufNames() {
  static const TensorNames kNames = [] {
    TensorNames names;
    names.embedding = "token_embd";
    names.finalNorm = "output_norm";
    names.head = "output";
    names.attentionNorm = "blk.{}.attn_norm";
    names.mlpNorm = "blk.{}.ffn_norm";
    names.q = "blk.{}.attn_q";
    names.k = "blk.{}.attn_k";
    names.v = "blk.{}.attn_v";
    names.output = "blk.{}.attn_output";
    names.gate = "blk.{}.ffn_gate";
    names.up = "blk.{}.ffn_up";
    names.down = "blk.{}.ffn_down";
    names.qNorm = "blk.{}.attn_q_norm";
    names.kNorm = "blk.{}.attn_k_norm";
    names.ropeFactors = "rope_freqs";
    return names;
  }();
  return kNames;
}

void readCommonConfig(ConfigFields& fields, DecoderConfig& config) {
  config.hiddenSize = fields.count("hidden_size", 1, kMaxHidden);
  config.intermediateSize = fields.count("intermediate_size", 1, kMaxIntermediate);
  config.nLayers = fields.count("num_hidden_layers", 1, kMaxLayers);
  config.nHeads = fields.count("num_attention_heads", 1, kMaxHeads);
  config.nKvHeads = fields.count("num_key_value_heads", 1, kMaxHeads, config.nHeads);
  checkHeads(fields, "num_attention_heads", "num_key_value_heads", config);
  config.headDim = fields.has("head_dim") ? fields.count("head_dim", 1, kMaxHeadDim)
                                          : derivedHeadDim(fields, "hidden_size", "num_attention_heads", config);
  config.vocabSize = fields.count("vocab_size", 1, kMaxVocab);
  config.contextLength = fields.count("max_position_embeddings", 1, kMaxContext);
  config.normEps = static_cast<float>(fields.real("rms_norm_eps", 1e-12, 1.0, 1e-6));
  config.tiedHead = fields.flag("tie_word_embeddings", false);
  config.eosIds = fields.ids("eos_token_id");
  const std::vector<int32_t> bos = fields.ids("bos_token_id");
  config.bosId = bos.empty() ? -1 : bos.front();
  if (const json* quantized = fields.object("quantization_config")) {
    ConfigFields inner(*quantized);
    fields.problem(fmt::format("quantization_config: weights quantized with \"{}\" are not supported by this build",
                               printable(inner.string("quant_method").value_or("?"))));
  }
}

void readRope(ConfigFields& fields, uint32_t dims, DecoderConfig& config) {
  RopeConfig& rope = config.rope;
  rope.dims = dims;
  if (dims % 2 != 0) fields.problem(fmt::format("the rotary embedding needs an even number of dims, not {}", dims));
  if (const json* parameters = fields.object("rope_parameters")) {
    ConfigFields inner(*parameters, "rope_parameters.");
    rope.theta = inner.real("rope_theta", 1.0, kMaxTheta, fields.real("rope_theta", 1.0, kMaxTheta, 10000.0));
    readScaling(fields, inner, "rope_parameters", config);
    return;
  }
  rope.theta = fields.real("rope_theta", 1.0, kMaxTheta, 10000.0);
  if (const json* scaling = fields.object("rope_scaling")) {
    ConfigFields inner(*scaling);
    readScaling(fields, inner, "rope_scaling", config);
  }
}

void refuseUnlessSilu(ConfigFields& fields) {
  const std::string activation = fields.string("hidden_act").value_or("silu");
  if (activation != "silu" && activation != "swish") {
    fields.problem(
        fmt::format("hidden_act is \"{}\"; this architecture is supported with silu", printable(activation)));
  }
}

void readCommonGguf(GgufFields& fields, kernels::RopeStyle style, DecoderConfig& config) {
  config.hiddenSize = fields.count(".embedding_length", 1, kMaxHidden);
  config.intermediateSize = fields.count(".feed_forward_length", 1, kMaxIntermediate);
  config.nLayers = fields.count(".block_count", 1, kMaxLayers);
  config.nHeads = fields.count(".attention.head_count", 1, kMaxHeads);
  config.nKvHeads = fields.count(".attention.head_count_kv", 1, kMaxHeads, config.nHeads);
  checkHeads(fields, ".attention.head_count", ".attention.head_count_kv", config);
  config.headDim = fields.has(".attention.key_length")
                       ? fields.count(".attention.key_length", 1, kMaxHeadDim)
                       : derivedHeadDim(fields, ".embedding_length", ".attention.head_count", config);
  const uint32_t valueLength = fields.count(".attention.value_length", 1, kMaxHeadDim, config.headDim);
  if (valueLength != config.headDim) {
    fields.problem(fmt::format("{} ({}) differs from {} ({}), which is not supported",
                               fields.shown(".attention.value_length"), valueLength,
                               fields.shown(".attention.key_length"), config.headDim));
  }
  const uint64_t tokens = fields.file().arraySize("tokenizer.ggml.tokens");
  const auto fallback = static_cast<uint32_t>(std::clamp<uint64_t>(tokens, 1, kMaxVocab));
  config.vocabSize = fields.count(".vocab_size", 1, kMaxVocab, fallback);
  config.contextLength = fields.count(".context_length", 1, kMaxContext);
  config.normEps = static_cast<float>(fields.real(".attention.layer_norm_rms_epsilon", 1e-12, 1.0));
  if (fields.count(".expert_count", 0, 1u << 16, 0) > 0) {
    fields.problem(fields.shown(".expert_count") + ": mixtures of experts are not supported by this build");
  }
  if (const uint32_t window = fields.count(".attention.sliding_window", 0, kMaxContext, 0); window > 0) {
    config.windows.assign(config.nLayers, window);
  }

  RopeConfig& rope = config.rope;
  rope.style = style;
  rope.dims = fields.count(".rope.dimension_count", 2, config.headDim, config.headDim);
  if (rope.dims % 2 != 0) {
    fields.problem(fmt::format("the rotary embedding needs an even number of dims, not {}", rope.dims));
  }
  rope.theta = fields.real(".rope.freq_base", 1.0, kMaxTheta, 10000.0);
  const std::string scaling = fields.string(".rope.scaling.type").value_or("none");
  if (scaling == "linear") {
    rope.scaling = RopeScalingKind::Linear;
    rope.factor = fields.real(".rope.scaling.factor", 1.0, kMaxFactor);
  } else if (scaling != "none") {
    fields.problem(fmt::format("{} is \"{}\", which this build does not support; none and linear are",
                               fields.shown(".rope.scaling.type"), printable(scaling)));
  }

  // No biases are promised by the metadata: the tensors tell.
  config.qkvBias = config.outputBias = config.mlpBias = BiasUse::IfStored;
  constexpr uint32_t kNone = ~0u;
  const uint32_t bos = fields.count("tokenizer.ggml.bos_token_id", 0, kNone, kNone);
  if (bos < config.vocabSize) config.bosId = static_cast<int32_t>(bos);
  for (const char* key :
       {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id", "tokenizer.ggml.eom_token_id"}) {
    const uint32_t id = fields.count(key, 0, kNone, kNone);
    if (id < config.vocabSize) config.eosIds.push_back(static_cast<int32_t>(id));
  }
}

}  // namespace engine
