// A tokenizer from a SentencePiece .model file.
#pragma once

#include <memory>
#include <string_view>

#include "engine/tokenizer.h"
#include "engine/tokenizers/tokenizer_config.h"

namespace engine {

/// `file` is the whole of tokenizer.model. Damaged where it contradicts itself; Unsupported for unigram and word
/// models, character maps, and files that are no protobuf.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromSentencePiece(std::string_view file,
                                                                    const TokenizerConfig& config);

}  // namespace engine
