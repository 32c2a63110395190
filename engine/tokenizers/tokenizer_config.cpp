#include "engine/tokenizers/tokenizer_config.h"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "engine/loaders/json_file.h"
#include "engine/loaders/model_directory.h"
#include "engine/text.h"
#include "engine/tokenizers/json_pipeline.h"

namespace engine {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxAddedTokens = 20'000;

/// The file's value; null when it is not there.
Result<Json> readOptional(const std::filesystem::path& directory, const char* name) {
  const auto path = modelFile(directory, name);
  if (!path.ok()) {
    if (path.error().code == ErrorCode::NotFound) return Json();
    return path.error();
  }
  ENGINE_ASSIGN_OR_RETURN(Json value, readJsonFile(*path));
  if (!value.is_object()) return Error{ErrorCode::Damaged, fmt::format("{} is no JSON object", name), name};
  return value;
}

/// A token stated as a text or as an object with `content`.
std::string tokenText(const Json& object, const char* key) {
  const Json* value = jsonMember(object, key);
  if (value == nullptr) return {};
  return value->is_string() ? value->get<std::string>() : jsonText(*value, "content");
}

TokenId firstId(const Json& object, const char* key) {
  const Json* value = jsonMember(object, key);
  if (value != nullptr && value->is_array() && !value->empty()) value = &(*value)[0];
  if (value == nullptr || !value->is_number_unsigned()) return -1;
  const auto id = value->get<uint64_t>();
  return id < kMaxVocabulary ? static_cast<TokenId>(id) : -1;
}

Result<void> readAddedTokens(const Json& config, TokenizerConfig& out) {
  const Json* decoder = jsonMember(config, "added_tokens_decoder");
  if (decoder == nullptr || !decoder->is_object()) return {};
  for (const auto& [key, value] : decoder->items()) {
    AddedToken token;
    const auto [end, code] = std::from_chars(key.data(), key.data() + key.size(), token.id);
    token.text = jsonText(value, "content");
    if (code != std::errc() || end != key.data() + key.size() || token.id < 0 || token.text.empty()) {
      return Error{
          ErrorCode::Damaged,
          fmt::format("tokenizer_config.json: added_tokens_decoder has no usable token at '{}'", printable(key)),
          "tokenizer_config.json"};
    }
    token.special = jsonFlag(value, "special");
    token.normalized = jsonFlag(value, "normalized");
    token.leftStrip = jsonFlag(value, "lstrip");
    token.rightStrip = jsonFlag(value, "rstrip");
    token.singleWord = jsonFlag(value, "single_word");
    out.added.push_back(std::move(token));
  }
  return {};
}

void readSpecials(const Json& file, TokenizerConfig& out) {
  for (const char* key : {"bos_token", "eos_token", "unk_token", "pad_token"}) {
    const std::string token = tokenText(file, key);
    if (!token.empty()) out.special.push_back(token);
  }
  const Json* more = jsonMember(file, "additional_special_tokens");
  if (more == nullptr || !more->is_array()) return;
  for (const Json& token : *more) {
    const std::string spelling = token.is_string() ? token.get<std::string>() : jsonText(token, "content");
    if (!spelling.empty()) out.special.push_back(spelling);
  }
}

}  // namespace

bool TokenizerConfig::addsBosByClass() const {
  return tokenizerClass.starts_with("Llama") || tokenizerClass.starts_with("CodeLlama") ||
         tokenizerClass.starts_with("Gemma");
}

Result<TokenizerConfig> readTokenizerConfig(const std::filesystem::path& directory) {
  TokenizerConfig out;
  ENGINE_ASSIGN_OR_RETURN(const Json config, readOptional(directory, "tokenizer_config.json"));
  ENGINE_ASSIGN_OR_RETURN(const Json map, readOptional(directory, "special_tokens_map.json"));
  ENGINE_ASSIGN_OR_RETURN(const Json added, readOptional(directory, "added_tokens.json"));
  ENGINE_ASSIGN_OR_RETURN(const Json model, readOptional(directory, "config.json"));
  out.tokenizerClass = jsonText(config, "tokenizer_class");
  out.modelType = jsonText(model, "model_type");
  if (const Json* addBos = jsonMember(config, "add_bos_token"); addBos != nullptr && addBos->is_boolean()) {
    out.addBos = addBos->get<bool>();
  }
  const auto spelled = [&](const char* key) {
    const std::string first = tokenText(config, key);
    return first.empty() ? tokenText(map, key) : first;
  };
  out.bos = spelled("bos_token");
  out.eos = spelled("eos_token");
  out.unknown = spelled("unk_token");
  out.bosId = firstId(model, "bos_token_id");
  out.eosId = firstId(model, "eos_token_id");
  readSpecials(config, out);
  readSpecials(map, out);
  ENGINE_RETURN_IF_ERROR(readAddedTokens(config, out));
  if (added.is_object()) {
    std::unordered_set<std::string> known;
    for (const AddedToken& token : out.added) known.insert(token.text);
    const std::unordered_set<std::string> special(out.special.begin(), out.special.end());
    for (const auto& [key, value] : added.items()) {
      if (known.contains(key) || !value.is_number_unsigned() || value.get<uint64_t>() >= kMaxVocabulary) continue;
      AddedToken token;
      token.id = value.get<TokenId>();
      token.text = key;
      token.special = special.contains(key);
      out.added.push_back(std::move(token));
    }
  }
  if (out.added.size() > kMaxAddedTokens) {
    return Error{ErrorCode::Unsupported,
                 fmt::format("{} added tokens; the limit is {}", out.added.size(), kMaxAddedTokens)};
  }
  return out;
}

Result<void> applyConfig(const TokenizerConfig& config, TokenizerBasics& basics) {
  Vocabulary& vocabulary = basics.vocabulary;
  std::unordered_map<TokenId, size_t> listed;
  for (size_t i = 0; i < basics.added.size(); ++i) listed.emplace(basics.added[i].id, i);
  for (const AddedToken& token : config.added) {
    if (!listed.emplace(token.id, basics.added.size()).second) continue;
    const TokenId known = vocabulary.find(token.text);
    if (known >= 0 && known != token.id) {
      return Error{ErrorCode::Damaged,
                   fmt::format("the added token '{}' has id {} in one file and {} in another", printable(token.text),
                               token.id, known),
                   "tokenizer_config.json"};
    }
    const bool unknown = vocabulary.kind(token.id) == TokenKind::Unknown && known == token.id;
    const TokenKind kind = unknown ? TokenKind::Unknown : token.special ? TokenKind::Control : TokenKind::UserDefined;
    ENGINE_RETURN_IF_ERROR(vocabulary.set(token.id, token.text, kind));
    basics.added.push_back(token);
  }
  for (const std::string& spelling : config.special) {
    const TokenId id = vocabulary.find(spelling);
    if (id < 0) continue;
    if (vocabulary.kind(id) != TokenKind::Unknown) vocabulary.setKind(id, TokenKind::Control);
    const auto [place, isNew] = listed.emplace(id, basics.added.size());
    if (!isNew) {
      basics.added[place->second].special = true;
    } else {
      AddedToken token;
      token.id = id;
      token.text = spelling;
      token.special = true;
      basics.added.push_back(std::move(token));
    }
  }
  const auto idOf = [&](const std::string& spelling, TokenId stated) {
    const TokenId id = spelling.empty() ? -1 : vocabulary.find(spelling);
    return id >= 0 || !vocabulary.contains(stated) ? id : stated;
  };
  basics.bos = idOf(config.bos, config.bosId);
  basics.eos = idOf(config.eos, config.eosId);
  return {};
}

}  // namespace engine
