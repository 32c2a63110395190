// Byte-level byte-pair encoding: GPT-2, Llama-3, Qwen2, SmolLM2 and their kin.
#pragma once

#include <array>
#include <memory>

#include "engine/tokenizers/base_tokenizer.h"
#include "engine/tokenizers/bpe_merger.h"
#include "engine/tokenizers/normalizer.h"
#include "engine/tokenizers/pre_tokenizer.h"

namespace engine {

struct ByteLevelSpec {
  TokenizerBasics basics;
  MergeTable merges;
  NormalForm form = NormalForm::None;
  PreTokenizer preTokenizer;
  bool ignoreMerges = false;  ///< a word that is a token is that token, whatever the merges say
  bool prefixSpace = false;   ///< a stretch that does not begin with a space gets one
};

class ByteLevelTokenizer final : public BaseTokenizer {
 public:
  explicit ByteLevelTokenizer(ByteLevelSpec spec);

  std::string description() const override;
  bool dropsLeadingSpace() const override { return false; }

 protected:
  Result<void> encodeText(std::string_view text, std::span<const TextRange> scaffold,
                          std::vector<TokenId>& out) const override;
  std::string plainBytes(TokenId id) const override;

 private:
  class Encoder;

  MergeTable m_merges;
  NormalForm m_form;
  PreTokenizer m_preTokenizer;
  bool m_ignoreMerges, m_prefixSpace;
  AddedTokenMatcher m_rawTokens, m_normalizedTokens;
  std::array<TokenId, 256> m_bytes{};  ///< id of each byte by itself, or -1
  size_t m_longestToken = 0;           ///< bytes
};

}  // namespace engine
