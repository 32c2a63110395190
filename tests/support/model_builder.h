// Tiny model directories made by code, broken ones too.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace engine::testing {

/// A Llama-like model in Hugging Face layout with float32 weights; tests change a part before write().
struct ModelBuilder {
  nlohmann::json config = {{"architectures", {"LlamaForCausalLM"}},
                           {"hidden_size", 8},
                           {"intermediate_size", 12},
                           {"num_hidden_layers", 2},
                           {"num_attention_heads", 2},
                           {"vocab_size", 10},
                           {"max_position_embeddings", 64},
                           {"rms_norm_eps", 1e-5},
                           {"eos_token_id", 2}};
  struct Tensor {
    std::string dtype = "F32";
    std::vector<uint64_t> shape;
    std::string bytes = {};  ///< made up when empty
  };
  std::map<std::string, Tensor> tensors = llamaTensors(8, 12, 2, 10);

  static std::map<std::string, Tensor> llamaTensors(uint64_t hidden, uint64_t inner, uint32_t layers, uint64_t vocab) {
    std::map<std::string, Tensor> out;
    out["model.embed_tokens.weight"].shape = {vocab, hidden};
    out["model.norm.weight"].shape = {hidden};
    out["lm_head.weight"].shape = {vocab, hidden};
    for (uint32_t i = 0; i < layers; ++i) {
      const std::string layer = "model.layers." + std::to_string(i) + ".";
      out[layer + "input_layernorm.weight"].shape = {hidden};
      out[layer + "post_attention_layernorm.weight"].shape = {hidden};
      for (const char* name : {"q", "k", "v", "o"}) {
        out[layer + "self_attn." + name + "_proj.weight"].shape = {hidden, hidden};
      }
      for (const char* name : {"gate", "up"}) out[layer + "mlp." + name + "_proj.weight"].shape = {inner, hidden};
      out[layer + "mlp.down_proj.weight"].shape = {hidden, inner};
    }
    return out;
  }

  /// A safetensors file of these tensors.
  static std::string safetensors(const std::map<std::string, Tensor>& tensors) {
    const std::map<std::string, size_t> sizes{{"F64", 8}, {"F32", 4}, {"F16", 2}, {"BF16", 2}, {"I8", 1}, {"I64", 8}};
    nlohmann::json header = nlohmann::json::object();
    std::string data;
    for (const auto& [name, tensor] : tensors) {
      size_t bytes = sizes.at(tensor.dtype);
      for (const uint64_t dim : tensor.shape) bytes *= dim;
      const size_t begin = data.size();
      data += tensor.bytes.empty() ? std::string(bytes, '\0') : tensor.bytes;
      header[name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
    }
    const std::string text = header.dump();
    std::string out(8, '\0');
    const uint64_t length = text.size();
    std::memcpy(out.data(), &length, sizeof length);
    return out + text + data;
  }

  void write(const TempFolder& folder) const {
    folder.write("config.json", config.dump());
    folder.write("model.safetensors", safetensors(tensors));
    folder.write("tokenizer.json", "{}");
  }
};

}  // namespace engine::testing
