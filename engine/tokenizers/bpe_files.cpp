#include "engine/tokenizers/bpe_files.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/text.h"

namespace engine {
namespace {

Error damaged(std::string message) {
  return {ErrorCode::Damaged, std::move(message)};
}

/// "left right", cut at the space after the first character.
Result<void> addSpelledMerge(std::string_view merge, size_t rank, const Vocabulary& vocabulary, MergeTable& out) {
  const size_t space = merge.find(' ', 1);
  if (space == std::string_view::npos) return damaged(fmt::format("merge {} has no space in it", rank));
  return addMerge(merge.substr(0, space), merge.substr(space + 1), rank, vocabulary, out);
}

}  // namespace

Result<void> addMerge(std::string_view left, std::string_view right, size_t rank, const Vocabulary& vocabulary,
                      MergeTable& out) {
  std::string whole(left);
  whole += right;
  const TokenId leftId = vocabulary.find(left), rightId = vocabulary.find(right), wholeId = vocabulary.find(whole);
  if (leftId < 0 || rightId < 0 || wholeId < 0) {
    return damaged(fmt::format("merge {} ('{}' and '{}') has or makes a token that the vocabulary lacks", rank,
                               printable(left), printable(right)));
  }
  out.set(leftId, rightId, {static_cast<uint32_t>(rank), wholeId});
  return {};
}

Result<void> readVocabulary(const nlohmann::json& object, Vocabulary& out) {
  if (!object.is_object() || object.empty() || object.size() > kMaxVocabulary) {
    return damaged(fmt::format("the vocabulary is no JSON object of 1 to {} tokens", kMaxVocabulary));
  }
  for (const auto& [spelling, id] : object.items()) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= kMaxVocabulary) {
      return damaged(
          fmt::format("the id of token '{}' is no number in 0..{}", printable(spelling), kMaxVocabulary - 1));
    }
    const auto number = static_cast<TokenId>(id.get<uint64_t>());
    if (out.contains(number) && out.kind(number) != TokenKind::Unused) {
      return damaged(fmt::format("two tokens have the id {}", number));
    }
    ENGINE_RETURN_IF_ERROR(out.set(number, spelling, TokenKind::Normal));
  }
  return {};
}

Result<void> readMerges(const nlohmann::json& array, const Vocabulary& vocabulary, MergeTable& out) {
  if (!array.is_array()) return damaged("the merges are no JSON array");
  for (size_t rank = 0; rank < array.size(); ++rank) {
    const auto& merge = array[rank];
    if (merge.is_string()) {
      ENGINE_RETURN_IF_ERROR(addSpelledMerge(merge.get_ref<const std::string&>(), rank, vocabulary, out));
    } else if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      ENGINE_RETURN_IF_ERROR(addMerge(merge[0].get_ref<const std::string&>(), merge[1].get_ref<const std::string&>(),
                                      rank, vocabulary, out));
    } else {
      return damaged(fmt::format("merge {} is neither a text nor a pair of texts", rank));
    }
  }
  return {};
}

Result<void> readMergeLines(std::string_view text, const Vocabulary& vocabulary, MergeTable& out) {
  size_t rank = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const bool header = begin == 0 && line.starts_with("#version");
    begin = end + 1;
    if (line.empty() || header) continue;
    ENGINE_RETURN_IF_ERROR(addSpelledMerge(line, rank++, vocabulary, out));
  }
  return {};
}

}  // namespace engine
