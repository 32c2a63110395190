#include "engine/tokenizers/json_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/text.h"

namespace engine {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kSpace = "\xE2\x96\x81";

Error unsupported(const char* stage, std::string_view type) {
  return {ErrorCode::Unsupported, fmt::format("tokenizer.json: {} '{}' is not supported here", stage, printable(type)),
          "tokenizer.json"};
}

/// The parts of a stage in order, sequences taken apart.
std::vector<const Json*> parts(const Json& root, const char* stage, const char* list) {
  std::vector<const Json*> out, open;
  if (const Json* first = jsonMember(root, stage); first != nullptr && first->is_object()) open.push_back(first);
  while (!open.empty()) {
    const Json* part = open.back();
    open.pop_back();
    const Json* inner = jsonText(*part, "type") == "Sequence" ? jsonMember(*part, list) : nullptr;
    if (inner == nullptr || !inner->is_array()) {
      out.push_back(part);
      continue;
    }
    for (size_t i = inner->size(); i > 0; --i) open.push_back(&(*inner)[i - 1]);
  }
  return out;
}

std::vector<const Json*> normalizers(const Json& root) {
  return parts(root, "normalizer", "normalizers");
}
std::vector<const Json*> preTokenizers(const Json& root) {
  return parts(root, "pre_tokenizer", "pretokenizers");
}
std::vector<const Json*> decoders(const Json& root) {
  return parts(root, "decoder", "decoders");
}

Result<SplitBehavior> behaviorOf(const std::string& name) {
  if (name == "Isolated") return SplitBehavior::Isolated;
  if (name == "Removed") return SplitBehavior::Removed;
  if (name == "MergedWithPrevious") return SplitBehavior::MergedWithPrevious;
  if (name == "MergedWithNext") return SplitBehavior::MergedWithNext;
  if (name == "Contiguous") return SplitBehavior::Contiguous;
  return unsupported("split behavior", name);
}

Result<void> addSplit(const Json& part, PreTokenizer& out) {
  ENGINE_ASSIGN_OR_RETURN(const SplitBehavior behavior, behaviorOf(jsonText(part, "behavior")));
  const bool invert = jsonFlag(part, "invert");
  const Json* pattern = jsonMember(part, "pattern");
  const std::string regex = pattern == nullptr ? "" : jsonText(*pattern, "Regex");
  if (!regex.empty()) return out.addPattern(regex, behavior, invert);
  return out.addLiteral(pattern == nullptr ? "" : jsonText(*pattern, "String"), behavior, invert);
}

/// Replacing spaces by the visible one, which is what SentencePiece does.
bool escapesSpaces(const Json& part) {
  const Json* pattern = jsonMember(part, "pattern");
  return jsonText(part, "type") == "Replace" && pattern != nullptr && jsonText(*pattern, "String") == " " &&
         jsonText(part, "content") == kSpace;
}

DummyPrefix metaspacePrefix(const Json& part) {
  const std::string scheme = jsonText(part, "prepend_scheme");
  if (scheme == "never") return DummyPrefix::None;
  if (scheme == "first") return DummyPrefix::FirstStretch;
  if (scheme == "always") return DummyPrefix::EveryStretch;
  return jsonFlag(part, "add_prefix_space", true) ? DummyPrefix::EveryStretch : DummyPrefix::None;
}

bool isMetaspace(const Json& part) {
  const std::string replacement = jsonText(part, "replacement");
  return jsonText(part, "type") == "Metaspace" && (replacement == kSpace || replacement.empty());
}

}  // namespace

const Json* jsonMember(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() ? nullptr : &*found;
}

std::string jsonText(const Json& object, const char* key) {
  const Json* value = jsonMember(object, key);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

bool jsonFlag(const Json& object, const char* key, bool fallback) {
  const Json* value = jsonMember(object, key);
  return value != nullptr && value->is_boolean() ? value->get<bool>() : fallback;
}

bool usesByteLevel(const Json& root) {
  const auto isByteLevel = [](const Json* part) { return jsonText(*part, "type") == "ByteLevel"; };
  const auto before = preTokenizers(root), after = decoders(root);
  return std::any_of(before.begin(), before.end(), isByteLevel) || std::any_of(after.begin(), after.end(), isByteLevel);
}

Result<NormalForm> normalForm(const Json& root) {
  NormalForm form = NormalForm::None;
  for (const Json* part : normalizers(root)) {
    const std::string type = jsonText(*part, "type");
    NormalForm found = NormalForm::None;
    if (type == "NFC") found = NormalForm::Nfc;
    if (type == "NFD") found = NormalForm::Nfd;
    if (type == "NFKC") found = NormalForm::Nfkc;
    if (type == "NFKD") found = NormalForm::Nfkd;
    if (found == NormalForm::None || (form != NormalForm::None && form != found))
      return unsupported("normalizer", type);
    form = found;
  }
  return form;
}

Result<void> readPreTokenizer(const Json& root, PreTokenizer& out, bool& prefixSpace) {
  bool first = true;
  for (const Json* part : preTokenizers(root)) {
    const std::string type = jsonText(*part, "type");
    if (type == "Split") {
      ENGINE_RETURN_IF_ERROR(addSplit(*part, out));
    } else if (type == "Digits") {
      out.addDigits(jsonFlag(*part, "individual_digits"));
    } else if (type == "Punctuation") {
      const std::string behavior = jsonText(*part, "behavior");
      ENGINE_ASSIGN_OR_RETURN(const SplitBehavior how, behaviorOf(behavior.empty() ? "Isolated" : behavior));
      ENGINE_RETURN_IF_ERROR(out.addPattern(R"([\p{P}!-/:-@\[-`{-~])", how));
    } else if (type == "ByteLevel") {
      if (jsonFlag(*part, "add_prefix_space", true)) {
        if (!first) return unsupported("pre_tokenizer", "ByteLevel with add_prefix_space after another");
        prefixSpace = true;
      }
      if (jsonFlag(*part, "use_regex", true)) {
        ENGINE_RETURN_IF_ERROR(out.addPattern(std::string(patternText(ScanPattern::Gpt2))));
      }
    } else {
      return unsupported("pre_tokenizer", type);
    }
    first = false;
  }
  return {};
}

Result<void> readSpaceRules(const Json& root, SentencePieceSpec& out) {
  out.prefix = DummyPrefix::None;
  out.dropsLeadingSpace = false;
  bool escapes = false;
  for (const Json* part : normalizers(root)) {
    const std::string type = jsonText(*part, "type");
    if (type == "Prepend" && jsonText(*part, "prepend") == kSpace && out.prefix == DummyPrefix::None) {
      out.prefix = DummyPrefix::EveryStretch;
    } else if (escapesSpaces(*part)) {
      escapes = true;
    } else {
      return unsupported("normalizer", type);
    }
  }
  for (const Json* part : preTokenizers(root)) {
    const std::string type = jsonText(*part, "type");
    const Json* pattern = jsonMember(*part, "pattern");
    const bool splitsSpaces = type == "Split" && pattern != nullptr && jsonText(*pattern, "String") == " ";
    if (isMetaspace(*part) && out.prefix == DummyPrefix::None) {
      escapes = true;
      out.prefix = metaspacePrefix(*part);
      out.prefixIfMissing = true;
    } else if (!splitsSpaces || !escapes) {  // no space is left to split at
      return unsupported("pre_tokenizer", type);
    }
  }
  if (!escapes) return unsupported("pipeline", "neither byte-level nor with spaces made visible");
  for (const Json* part : decoders(root)) {
    const std::string type = jsonText(*part, "type");
    const Json* start = jsonMember(*part, "start");
    const bool strips = type == "Strip" && jsonText(*part, "content") == " " && start != nullptr &&
                        start->is_number_unsigned() && start->get<uint64_t>() > 0;
    const bool metaspace = isMetaspace(*part) && metaspacePrefix(*part) != DummyPrefix::None;
    if (strips || metaspace) out.dropsLeadingSpace = true;
  }
  return {};
}

Result<std::vector<TokenId>> postProcessorFront(const Json& root, const Vocabulary& vocabulary) {
  std::vector<TokenId> front;
  for (const Json* part : parts(root, "post_processor", "processors")) {
    if (jsonText(*part, "type") != "TemplateProcessing") continue;
    const Json* single = jsonMember(*part, "single");
    const Json* specials = jsonMember(*part, "special_tokens");
    if (single == nullptr || !single->is_array() || specials == nullptr) continue;
    for (const Json& item : *single) {
      const Json* special = jsonMember(item, "SpecialToken");
      if (special == nullptr) break;
      const Json* entry = jsonMember(*specials, jsonText(*special, "id").c_str());
      const Json* ids = entry == nullptr ? nullptr : jsonMember(*entry, "ids");
      if (ids == nullptr || !ids->is_array()) return unsupported("post_processor", "TemplateProcessing without ids");
      for (const Json& id : *ids) {
        const bool known = id.is_number_unsigned() && id.get<uint64_t>() < vocabulary.size();
        if (!known || front.size() >= 16) return unsupported("post_processor", "TemplateProcessing with unknown ids");
        front.push_back(static_cast<TokenId>(id.get<uint64_t>()));
      }
    }
  }
  return front;
}

}  // namespace engine
