// Words recur: within one text, the tokens of a word seen before are copied from the first time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/tokenizer.h"
#include "engine/tokenizers/hash.h"

namespace engine {

/// Remembers places in one text and one list of ids, both of which must only grow while it is used.
class WordCache {
 public:
  struct Tokens {
    size_t begin = 0, count = 0;  ///< in the list of ids
  };
  static constexpr size_t kLongestWord = 64;

  explicit WordCache(size_t textSize)
      : m_entries(std::bit_ceil(std::clamp<size_t>(textSize / 8, 64, size_t{1} << 14))) {}

  /// The tokens of text[begin, begin + length), when it was seen. The next remember() is about the same word.
  std::optional<Tokens> find(std::string_view text, size_t begin, size_t length) {
    m_current = nullptr;
    if (length > kLongestWord || length < 2) return std::nullopt;
    const std::string_view word = text.substr(begin, length);
    Entry& entry = m_entries[hashBytes(word, 0) & (m_entries.size() - 1)];
    if (entry.length == length && text.compare(entry.textBegin, length, word) == 0) {
      return Tokens{entry.begin, entry.count};
    }
    m_current = &entry;
    return std::nullopt;
  }

  void remember(size_t textBegin, size_t length, Tokens tokens) {
    if (m_current == nullptr) return;
    *m_current = {static_cast<uint32_t>(textBegin), static_cast<uint32_t>(tokens.begin), static_cast<uint16_t>(length),
                  static_cast<uint16_t>(tokens.count)};
  }

 private:
  struct Entry {
    uint32_t textBegin = 0, begin = 0;
    uint16_t length = 0, count = 0;
  };
  std::vector<Entry> m_entries;
  Entry* m_current = nullptr;
};

}  // namespace engine
