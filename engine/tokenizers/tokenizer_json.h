// A tokenizer from tokenizer.json.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "engine/tokenizer.h"
#include "engine/tokenizers/tokenizer_config.h"

namespace engine {

/// Unsupported, naming the part, for a pipeline that would not be followed exactly.
Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(const nlohmann::json& root, const TokenizerConfig& config);

}  // namespace engine
