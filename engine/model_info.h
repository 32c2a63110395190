// What a model directory or file is, told without loading it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/result.h"
#include "kernels/dtype.h"

namespace engine {

struct ShardInfo {
  std::string file;
  uint64_t bytes = 0, expectedBytes = 0;  ///< expected by the headers or the index; 0 = unknown
  bool present = true;
};

/// A parsed description; `problems` in words say what keeps it from loading, `notes` what a user may like to know.
struct ModelInfo {
  std::filesystem::path path;  ///< as given
  std::string modelId;         ///< MODEL_ID, ti_model_config.json, or the directory's name (hub cache: repository's)
  std::string format;          ///< "safetensors", "gguf", "pytorch"
  std::string architecture;    ///< "LlamaForCausalLM", GGUF "llama"
  std::string family;          ///< our name: "llama", "qwen2"; empty when unsupported
  std::string weightType;      ///< "bfloat16", "Q4_1 with Q6_K head": what most bytes are
  uint64_t parameters = 0;
  uint64_t weightBytes = 0;  ///< in the files
  uint32_t nLayers = 0, hiddenSize = 0, nHeads = 0, nKvHeads = 0, headDim = 0, vocabSize = 0;
  uint32_t trainedContext = 0;
  bool tiedHead = false;                ///< the embedding serves as head too
  std::string tokenizer;                ///< one line
  std::string chatTemplate;             ///< Jinja of the model's files, may be empty
  std::string requestedTemplate;        ///< ti_model_config.json or CONV_TEMPLATE
  std::string requestedTemplateSource;  ///< which of the two said so
  std::string licence;
  std::vector<ShardInfo> shards;
  std::map<std::string, double>
      samplingPreset;  ///< generation_config's temperature, top_p, ...: offered, never a default
  std::vector<std::string> problems, notes;
  bool loadable() const { return problems.empty(); }
};

/// Reads headers only; hostile files end as an Error or as `problems`, never as a crash. NotFound when the path holds
/// no model.
Result<ModelInfo> inspectModel(const std::filesystem::path& path);

}  // namespace engine
