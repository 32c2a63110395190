// SentencePiece byte-pair encoding: Llama-2, Mistral, Yi and their kin, from whichever file.
#pragma once

#include <array>

#include "engine/tokenizers/base_tokenizer.h"
#include "engine/tokenizers/bpe_merger.h"
#include "engine/tokenizers/piece_merges.h"

namespace engine {

/// Where a space is put in front of the text.
enum class DummyPrefix {
  None,
  EveryStretch,  ///< before each stretch between specials
  FirstStretch,  ///< only where the text begins
};

struct SentencePieceSpec {
  TokenizerBasics basics;
  PieceMerges merges;
  TokenId unknown = -1;  ///< for characters without piece or bytes; -1 leaves them out
  DummyPrefix prefix = DummyPrefix::EveryStretch;
  bool prefixIfMissing = false;    ///< not before a text that begins with a space
  bool dropsLeadingSpace = true;   ///< decoding takes one space off the front
  bool removeExtraSpaces = false;  ///< spaces at the ends are dropped, runs of them become one
  bool fuseUnknown = true;         ///< a run of unknown characters is one token
};

class SentencePieceTokenizer final : public BaseTokenizer {
 public:
  explicit SentencePieceTokenizer(SentencePieceSpec spec);

  std::string description() const override;
  bool dropsLeadingSpace() const override { return m_dropsLeadingSpace; }

 protected:
  Result<void> encodeText(std::string_view text, std::span<const TextRange> scaffold,
                          std::vector<TokenId>& out) const override;
  std::string plainBytes(TokenId id) const override;

 private:
  class Encoder;
  void escape(std::string_view text, bool first, std::string& out) const;
  /// The id that a character starts merging with, or -1.
  TokenId charId(std::string_view character, char32_t codePoint) const {
    return codePoint < m_ascii.size() ? m_ascii[codePoint] : findChar(character, codePoint);
  }
  /// False, with nothing appended, when one of the bytes has no piece.
  bool appendBytes(std::string_view bytes, std::vector<TokenId>& out) const;
  TokenId findChar(std::string_view character, char32_t codePoint) const;

  PieceMerges m_merges;
  TokenId m_unknown;
  DummyPrefix m_prefix;
  bool m_prefixIfMissing, m_dropsLeadingSpace, m_removeExtraSpaces, m_fuseUnknown;
  AddedTokenMatcher m_rawTokens, m_userPieces;
  std::array<TokenId, 256> m_bytes{};  ///< of byte pieces, or -1
  std::array<TokenId, 128> m_ascii{};  ///< of characters, or -1
  std::vector<uint8_t> m_byteOfId;     ///< value of a byte piece
  bool m_splitsAtSpaces = true;        ///< no piece goes on past the start of a run of spaces
};

}  // namespace engine
