#include "engine/tokenizer.h"

#include "engine/utf8.h"

namespace engine {

Result<std::vector<TokenId>> Tokenizer::encodeRanges(std::string_view text, std::span<const TextRange> scaffold,
                                                     bool addSpecial) const {
  std::vector<TokenId> ids;
  size_t done = 0;
  const auto encodeUpTo = [&](size_t end, bool parseSpecial) -> Result<void> {
    if (end == done) return {};
    ENGINE_ASSIGN_OR_RETURN(const auto part, encode(text.substr(done, end - done), {false, parseSpecial}));
    ids.insert(ids.end(), part.begin(), part.end());
    done = end;
    return {};
  };
  for (const TextRange& range : scaffold) {
    ENGINE_RETURN_IF_ERROR(encodeUpTo(range.begin, false));
    ENGINE_RETURN_IF_ERROR(encodeUpTo(range.end, true));
  }
  ENGINE_RETURN_IF_ERROR(encodeUpTo(text.size(), false));
  if (addSpecial && addsBos() && (ids.empty() || ids.front() != bosId())) ids.insert(ids.begin(), bosId());
  return ids;
}

Result<std::vector<TokenId>> Tokenizer::encodeSegments(std::span<const PromptSegment> segments, bool addSpecial) const {
  std::string text;
  std::vector<TextRange> scaffold;
  for (const PromptSegment& segment : segments) {
    if (segment.text.empty()) continue;
    const size_t begin = text.size();
    text += segment.text;
    if (!segment.scaffold) continue;
    if (!scaffold.empty() && scaffold.back().end == begin) {
      scaffold.back().end = text.size();
    } else {
      scaffold.push_back({begin, text.size()});
    }
  }
  return encodeRanges(text, scaffold, addSpecial);
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool special) const {
  std::string bytes, text;
  for (const TokenId id : ids) bytes += tokenBytes(id, special);
  if (dropsLeadingSpace() && !bytes.empty() && bytes.front() == ' ') bytes.erase(0, 1);
  text.reserve(bytes.size());
  drainUtf8(bytes, text, true);
  return text;
}

std::string StreamDecoder::push(TokenId id) {
  std::string bytes = m_tokenizer.tokenBytes(id, false);
  if (m_atStart && !bytes.empty()) {
    if (m_tokenizer.dropsLeadingSpace() && bytes.front() == ' ') bytes.erase(0, 1);
    m_atStart = false;
  }
  m_pending += bytes;
  std::string text;
  drainUtf8(m_pending, text, false);
  return text;
}

std::string StreamDecoder::finish() {
  std::string text;
  drainUtf8(m_pending, text, true);
  return text;
}

}  // namespace engine
