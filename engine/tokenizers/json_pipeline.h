// The stages of tokenizer.json around its model: normalizer, pre_tokenizer, post_processor, decoder.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "engine/tokenizers/normalizer.h"
#include "engine/tokenizers/pre_tokenizer.h"
#include "engine/tokenizers/sentencepiece_tokenizer.h"

namespace engine {

/// nullptr when there is no such member.
const nlohmann::json* jsonMember(const nlohmann::json& object, const char* key);
/// Empty when there is no such text.
std::string jsonText(const nlohmann::json& object, const char* key);
bool jsonFlag(const nlohmann::json& object, const char* key, bool fallback = false);

/// True when pre_tokenizer or decoder speak of ByteLevel.
bool usesByteLevel(const nlohmann::json& root);

/// For byte-level vocabularies: the normal form.
Result<NormalForm> normalForm(const nlohmann::json& root);
/// For byte-level vocabularies: the splits, and whether a space is put in front.
Result<void> readPreTokenizer(const nlohmann::json& root, PreTokenizer& out, bool& prefixSpace);

/// For SentencePiece-like vocabularies: what happens to spaces.
Result<void> readSpaceRules(const nlohmann::json& root, SentencePieceSpec& out);

/// The ids that the post-processor puts in front of one text.
Result<std::vector<TokenId>> postProcessorFront(const nlohmann::json& root, const Vocabulary& vocabulary);

}  // namespace engine
