// What both kinds of tokenizer share: vocabulary, added tokens, and the ids put in front.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/tokenizers/added_tokens.h"
#include "engine/tokenizers/vocabulary.h"

namespace engine {

/// Longest text that is encoded at once.
inline constexpr size_t kMaxTextBytes = size_t{1} << 28;

/// What every source of a tokenizer tells.
struct TokenizerBasics {
  std::string source;  ///< for people: "tokenizer.json", "smollm"
  Vocabulary vocabulary;
  std::vector<AddedToken> added;
  TokenId bos = -1, eos = -1;
  std::vector<TokenId> front;  ///< what addSpecial puts in front: mostly nothing or BOS
};

class BaseTokenizer : public Tokenizer {
 public:
  size_t vocabSize() const override { return m_basics.vocabulary.size(); }
  Result<std::vector<TokenId>> encode(std::string_view text, const EncodeOptions& options) const override;
  Result<std::vector<TokenId>> encodeRanges(std::string_view text, std::span<const TextRange> scaffold,
                                            bool addSpecial) const override;
  std::string tokenBytes(TokenId id, bool special) const override;
  std::string tokenText(TokenId id) const override { return std::string(m_basics.vocabulary.spelling(id)); }
  bool isSpecial(TokenId id) const override;
  TokenId tokenToId(std::string_view text) const override { return m_basics.vocabulary.find(text); }
  TokenId bosId() const override { return m_basics.bos; }
  TokenId eosId() const override { return m_basics.eos; }
  bool addsBos() const override { return !m_basics.front.empty(); }

 protected:
  explicit BaseTokenizer(TokenizerBasics basics);

  /// Appends the ids of `text` to `out`; text is at most kMaxTextBytes long.
  virtual Result<void> encodeText(std::string_view text, std::span<const TextRange> scaffold,
                                  std::vector<TokenId>& out) const = 0;
  /// Raw bytes of a token that is neither special nor added.
  virtual std::string plainBytes(TokenId id) const = 0;

  const Vocabulary& vocabulary() const { return m_basics.vocabulary; }
  const TokenizerBasics& basics() const { return m_basics; }

 private:
  TokenizerBasics m_basics;
  std::vector<bool> m_added;  ///< ids whose spelling is their text
};

}  // namespace engine
