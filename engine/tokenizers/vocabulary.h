// Token ids and their spellings, both ways, in three flat arrays.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"
#include "engine/tokenizer.h"

namespace engine {

/// Most tokens any vocabulary may have, and the bytes of one spelling.
inline constexpr size_t kMaxVocabulary = size_t{1} << 22;
inline constexpr size_t kMaxSpelling = size_t{1} << 16;

/// Numbered as in SentencePiece and GGUF files.
enum class TokenKind : uint8_t { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };

/// Ids without a spelling are Unused. A spelling that occurs twice belongs to the first id that got it.
class Vocabulary {
 public:
  /// InvalidArgument for an id or a spelling beyond the limits. An id given twice takes the later spelling.
  Result<void> set(TokenId id, std::string_view spelling, TokenKind kind);
  void setKind(TokenId id, TokenKind kind) { m_entries[static_cast<size_t>(id)].kind = kind; }

  size_t size() const { return m_entries.size(); }
  bool contains(TokenId id) const { return id >= 0 && static_cast<size_t>(id) < m_entries.size(); }
  /// Empty when out of range.
  std::string_view spelling(TokenId id) const;
  TokenKind kind(TokenId id) const {
    return contains(id) ? m_entries[static_cast<size_t>(id)].kind : TokenKind::Unused;
  }
  /// -1 when no token is spelled so.
  TokenId find(std::string_view spelling) const;

 private:
  struct Entry {
    uint32_t offset = 0, length = 0;
    TokenKind kind = TokenKind::Unused;
  };
  void grow();
  size_t slotOf(std::string_view spelling) const;

  std::string m_arena;
  std::vector<Entry> m_entries;
  std::vector<uint32_t> m_slots;  ///< open addressing, id + 1; 0 = free
  size_t m_used = 0;
};

}  // namespace engine
