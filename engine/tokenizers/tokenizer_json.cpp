#include "engine/tokenizers/tokenizer_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/text.h"
#include "engine/tokenizers/bpe_files.h"
#include "engine/tokenizers/byte_level_tokenizer.h"
#include "engine/tokenizers/json_pipeline.h"
#include "engine/tokenizers/sentencepiece_tokenizer.h"

namespace engine {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxAddedTokens = 20'000;

Error damaged(std::string message) {
  return {ErrorCode::Damaged, "tokenizer.json: " + message, "tokenizer.json"};
}
Error unsupported(std::string message) {
  return {ErrorCode::Unsupported, "tokenizer.json: " + message, "tokenizer.json"};
}

Result<void> readAddedTokens(const Json& root, TokenizerBasics& basics) {
  const auto list = root.find("added_tokens");
  if (list == root.end() || list->is_null()) return {};
  if (!list->is_array() || list->size() > kMaxAddedTokens) {
    return damaged(fmt::format("added_tokens is no array of at most {}", kMaxAddedTokens));
  }
  for (const Json& entry : *list) {
    const std::string text = jsonText(entry, "content");
    const Json* id = jsonMember(entry, "id");
    if (text.empty() || id == nullptr || !id->is_number_unsigned() || id->get<uint64_t>() >= kMaxVocabulary) {
      return damaged("an added token without content or usable id");
    }
    AddedToken token;
    token.id = id->get<TokenId>();
    token.text = text;
    token.special = jsonFlag(entry, "special");
    token.normalized = jsonFlag(entry, "normalized");
    token.leftStrip = jsonFlag(entry, "lstrip");
    token.rightStrip = jsonFlag(entry, "rstrip");
    token.singleWord = jsonFlag(entry, "single_word");
    ENGINE_RETURN_IF_ERROR(
        basics.vocabulary.set(token.id, text, token.special ? TokenKind::Control : TokenKind::UserDefined));
    basics.added.push_back(std::move(token));
  }
  return {};
}

/// What stands in front: as post-processor and configuration say.
Result<void> decideFront(const Json& root, const TokenizerConfig& config, TokenizerBasics& basics) {
  ENGINE_ASSIGN_OR_RETURN(basics.front, postProcessorFront(root, basics.vocabulary));
  // The class without rules of its own goes by the post-processor alone.
  const bool generic = config.tokenizerClass.empty() || config.tokenizerClass.starts_with("PreTrainedTokenizer");
  if (config.addBos == false && !generic) basics.front.clear();
  const bool wanted = config.addBos.value_or(config.addsBosByClass());
  if (wanted && basics.front.empty() && basics.bos >= 0) basics.front.push_back(basics.bos);
  if (basics.bos < 0 && basics.front.size() == 1) basics.bos = basics.front[0];
  return {};
}

Result<std::shared_ptr<const Tokenizer>> byteLevel(const Json& root, const Json& model, TokenizerBasics basics) {
  ByteLevelSpec spec;
  ENGINE_ASSIGN_OR_RETURN(spec.form, normalForm(root));
  ENGINE_RETURN_IF_ERROR(readPreTokenizer(root, spec.preTokenizer, spec.prefixSpace));
  ENGINE_RETURN_IF_ERROR(readMerges(model["merges"], basics.vocabulary, spec.merges));
  spec.ignoreMerges = jsonFlag(model, "ignore_merges");
  spec.basics = std::move(basics);
  return std::shared_ptr<const Tokenizer>(std::make_shared<ByteLevelTokenizer>(std::move(spec)));
}

Result<std::shared_ptr<const Tokenizer>> sentencePiece(const Json& root, const Json& model, TokenizerBasics basics) {
  SentencePieceSpec spec;
  ENGINE_RETURN_IF_ERROR(readSpaceRules(root, spec));
  ENGINE_RETURN_IF_ERROR(readMerges(model["merges"], basics.vocabulary, spec.merges.table));
  if (jsonFlag(model, "byte_fallback")) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const TokenId id = basics.vocabulary.find(fmt::format("<0x{:02X}>", byte));
      if (id >= 0) basics.vocabulary.setKind(id, TokenKind::Byte);
    }
  }
  const std::string unknown = jsonText(model, "unk_token");
  spec.unknown = unknown.empty() ? -1 : basics.vocabulary.find(unknown);
  if (spec.unknown >= 0) basics.vocabulary.setKind(spec.unknown, TokenKind::Unknown);
  spec.fuseUnknown = jsonFlag(model, "fuse_unk");
  spec.basics = std::move(basics);
  return std::shared_ptr<const Tokenizer>(std::make_shared<SentencePieceTokenizer>(std::move(spec)));
}

}  // namespace

Result<std::shared_ptr<const Tokenizer>> tokenizerFromJson(const Json& root, const TokenizerConfig& config) {
  const Json* model = jsonMember(root, "model");
  if (model == nullptr || !model->is_object()) return damaged("no model in it");
  const std::string type = jsonText(*model, "type");
  const bool isBpe = type == "BPE" || (type.empty() && model->contains("merges"));
  if (!isBpe) return unsupported(fmt::format("a model of type '{}'; BPE is supported", printable(type)));
  for (const char* key : {"continuing_subword_prefix", "end_of_word_suffix"}) {
    if (!jsonText(*model, key).empty()) return unsupported(fmt::format("'{}' is not supported", key));
  }
  if (!model->contains("vocab") || !model->contains("merges")) return damaged("no vocabulary or no merges");

  TokenizerBasics basics;
  basics.source = "tokenizer.json";
  ENGINE_RETURN_IF_ERROR(readVocabulary((*model)["vocab"], basics.vocabulary));
  ENGINE_RETURN_IF_ERROR(readAddedTokens(root, basics));
  ENGINE_RETURN_IF_ERROR(applyConfig(config, basics));
  ENGINE_RETURN_IF_ERROR(decideFront(root, config, basics));
  return usesByteLevel(root) ? byteLevel(root, *model, std::move(basics))
                             : sentencePiece(root, *model, std::move(basics));
}

}  // namespace engine
