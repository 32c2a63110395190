// What the small files beside a vocabulary say: tokenizer_config.json, special_tokens_map.json, added_tokens.json and
// config.json. All are optional.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/result.h"
#include "engine/tokenizers/base_tokenizer.h"

namespace engine {

struct TokenizerConfig {
  std::string tokenizerClass;  ///< "Qwen2Tokenizer"
  std::string modelType;       ///< "qwen2", of config.json
  std::optional<bool> addBos;
  std::string bos, eos, unknown;     ///< spelled; empty when not said
  TokenId bosId = -1, eosId = -1;    ///< of config.json
  std::vector<AddedToken> added;     ///< with ids
  std::vector<std::string> special;  ///< spellings of further special tokens

  /// True for the classes that put BOS in front unless told otherwise.
  bool addsBosByClass() const;
};

/// Damaged, naming the file, for one that is there and cannot be read.
Result<TokenizerConfig> readTokenizerConfig(const std::filesystem::path& directory);

/// Adds the configuration's tokens to vocabulary and list, and finds BOS and EOS. Texts that the vocabulary has under
/// another id are Damaged.
Result<void> applyConfig(const TokenizerConfig& config, TokenizerBasics& basics);

}  // namespace engine
