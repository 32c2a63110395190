// Stands in for a tokenizer where made-up weights are measured and the directory has none.
#pragma once

#include "engine/tokenizer.h"

namespace engine {

/// Ids 0..255 are bytes; ids above, which no text gives, are shown as letters, so that answers have text. No special
/// tokens.
class ByteTokenizer : public Tokenizer {
 public:
  explicit ByteTokenizer(size_t nVocab) : m_nVocab(nVocab) {}

  std::string description() const override { return "none in the directory; one token a byte"; }
  size_t vocabSize() const override { return m_nVocab; }
  Result<std::vector<TokenId>> encode(std::string_view text, const EncodeOptions&) const override {
    std::vector<TokenId> ids;
    ids.reserve(text.size());
    for (const char byte : text) ids.push_back(static_cast<unsigned char>(byte));
    return ids;
  }
  std::string tokenBytes(TokenId id, bool) const override { return tokenText(id); }
  std::string tokenText(TokenId id) const override {
    if (id < 0) return {};
    return std::string(1, static_cast<char>(id < 256 ? id : 'a' + id % 26));
  }
  bool isSpecial(TokenId) const override { return false; }
  TokenId tokenToId(std::string_view text) const override {
    return text.size() == 1 ? static_cast<TokenId>(static_cast<unsigned char>(text[0])) : -1;
  }
  bool dropsLeadingSpace() const override { return false; }
  TokenId bosId() const override { return -1; }
  TokenId eosId() const override { return -1; }
  bool addsBos() const override { return false; }

 private:
  size_t m_nVocab;
};

}  // namespace engine
