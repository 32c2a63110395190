// Finds tokens that are matched as whole texts, before any splitting or merging.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/tokenizer.h"

namespace engine {

/// Longest text of such a token.
inline constexpr size_t kMaxAddedToken = 512;

struct AddedToken {
  TokenId id = -1;
  std::string text;
  bool special = false;     ///< matched in scaffold only
  bool normalized = false;  ///< matched against normalised text
  bool leftStrip = false;   ///< takes white space before it
  bool rightStrip = false;  ///< takes white space after it
  bool singleWord = false;  ///< only between non-word characters
};

/// A cut of a text: a token, or ordinary text where `id` is -1.
struct TextCut {
  size_t begin = 0, end = 0;
  TokenId id = -1;
};

class AddedTokenMatcher {
 public:
  /// Texts that are empty or longer than kMaxAddedToken are left out; of equal texts the first stays.
  void add(AddedToken token);
  bool empty() const { return m_tokens.empty(); }

  /// Appends the cuts of `text` in order, longest match first from the left. Special tokens match only within one
  /// range of `scaffold` (sorted, disjoint); a token that is not special and marks turns in the scaffold does not match
  /// outside of it.
  void cut(std::string_view text, std::span<const TextRange> scaffold, std::vector<TextCut>& out) const;

 private:
  struct Match {
    const AddedToken* token = nullptr;
    size_t end = 0;
  };
  Match longest(std::string_view text, size_t position, size_t scaffoldEnd, std::span<const TokenId> markers) const;
  std::vector<TokenId> markersIn(std::string_view text, std::span<const TextRange> scaffold) const;

  struct Node {
    std::unordered_map<uint8_t, uint32_t> children;
    int32_t token = -1;
  };
  std::vector<AddedToken> m_tokens;
  std::vector<Node> m_nodes = std::vector<Node>(1);
  std::array<bool, 256> m_starts{};
  bool m_anyPlain = false;  ///< some token is not special
};

}  // namespace engine
