// A tokenizer from the metadata of a GGUF file.
#pragma once

#include <memory>

#include "engine/loaders/gguf.h"
#include "engine/tokenizer.h"

namespace engine {

/// NotFound when the file has no vocabulary; Damaged or Unsupported with the key that is wrong.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromGguf(const GgufFile& file);

}  // namespace engine
