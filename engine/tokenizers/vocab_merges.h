// A byte-level tokenizer from vocab.json and merges.txt.
#pragma once

#include <filesystem>
#include <memory>

#include "engine/tokenizer.h"

namespace engine {

/// How the text is split follows from the tokenizer's class or the model's type; GPT-2's way where neither says.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromVocabMerges(const std::filesystem::path& directory);

}  // namespace engine
