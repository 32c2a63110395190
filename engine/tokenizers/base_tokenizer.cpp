#include "engine/tokenizers/base_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace engine {

BaseTokenizer::BaseTokenizer(TokenizerBasics basics)
    : m_basics(std::move(basics)), m_added(m_basics.vocabulary.size()) {
  for (const AddedToken& token : m_basics.added) {
    if (m_basics.vocabulary.contains(token.id)) m_added[static_cast<size_t>(token.id)] = true;
  }
}

Result<std::vector<TokenId>> BaseTokenizer::encode(std::string_view text, const EncodeOptions& options) const {
  const TextRange whole{0, text.size()};
  const std::span<const TextRange> scaffold(&whole, options.parseSpecial ? 1 : 0);
  ENGINE_ASSIGN_OR_RETURN(auto ids, encodeRanges(text, scaffold, false));
  if (options.addSpecial) ids.insert(ids.begin(), m_basics.front.begin(), m_basics.front.end());
  return ids;
}

Result<std::vector<TokenId>> BaseTokenizer::encodeRanges(std::string_view text, std::span<const TextRange> scaffold,
                                                         bool addSpecial) const {
  if (text.size() > kMaxTextBytes) {
    return Error{ErrorCode::InvalidArgument, fmt::format("the text is {} bytes long; at most {} are tokenized at once",
                                                         text.size(), kMaxTextBytes)};
  }
  try {
    std::vector<TokenId> ids;
    ids.reserve(text.size() / 4 + 16);
    ENGINE_RETURN_IF_ERROR(encodeText(text, scaffold, ids));
    const std::vector<TokenId>& front = m_basics.front;
    const bool there = ids.size() >= front.size() && std::equal(front.begin(), front.end(), ids.begin());
    if (addSpecial && !there) ids.insert(ids.begin(), front.begin(), front.end());
    return ids;
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, fmt::format("no memory to tokenize a text of {} bytes", text.size())};
  } catch (const std::length_error&) {
    return Error{ErrorCode::OutOfMemory, fmt::format("no memory to tokenize a text of {} bytes", text.size())};
  }
}

bool BaseTokenizer::isSpecial(TokenId id) const {
  switch (m_basics.vocabulary.kind(id)) {
    case TokenKind::Control:
    case TokenKind::Unknown:
    case TokenKind::Unused:
      return m_basics.vocabulary.contains(id);
    default:
      return false;
  }
}

std::string BaseTokenizer::tokenBytes(TokenId id, bool special) const {
  if (!m_basics.vocabulary.contains(id)) return {};
  if (isSpecial(id)) return special ? tokenText(id) : std::string();
  return m_added[static_cast<size_t>(id)] ? tokenText(id) : plainBytes(id);
}

}  // namespace engine
