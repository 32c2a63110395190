// What stands beside a model's weights: its chat template, licence, tokenizer, sampling preset, product name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/loaders/model_source.h"

namespace engine {

/// What ti_model_config.json says; empty where it is silent.
struct ProductConfig {
  std::string modelId, templateName;
};

// Each reads one small file at most, bounded, and appends to `problems` when that file is there but unusable.
ProductConfig readProductConfig(const ModelSource& source, std::vector<std::string>& problems);
/// chat_template.jinja, else tokenizer_config.json's chat_template (of a list, the one named "default", else the
/// first), else GGUF's key. Empty when there is none.
std::string readChatTemplate(const ModelSource& source, std::vector<std::string>& problems);
/// Names of generation_config.json's sampling values and what they are.
std::map<std::string, double> readSamplingPreset(const ModelSource& source);
/// From GGUF's key or the front matter of README.md. Empty when neither says.
std::string readLicence(const ModelSource& source);
/// One line about the tokenizer files; empty when there are none.
std::string tokenizerLine(const ModelSource& source);
/// What is missing where tokenizerLine() is empty.
std::string missingTokenizer(const ModelSource& source);

}  // namespace engine
