// Finds and reads the tokenizer of a model.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/tokenizer.h"

namespace engine {

/// Reads the tokenizer of a model directory (tokenizer.json, tokenizer.model, or vocab.json with merges.txt) or of a
/// .gguf file. NotFound when there is none; Damaged or Unsupported, naming file and part, when it cannot be used.
Result<std::shared_ptr<const Tokenizer>> loadTokenizer(const std::filesystem::path& modelPath);

}  // namespace engine
