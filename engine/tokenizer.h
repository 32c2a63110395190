// Text to token ids and back. Implementations in engine/tokenizers; all are immutable and safe to share between
// threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/result.h"

namespace engine {

using TokenId = int32_t;

struct EncodeOptions {
  bool addSpecial = false;    ///< BOS and the like, where the model's tokenizer adds them
  bool parseSpecial = false;  ///< text that spells a special token becomes that token
};

/// A stretch of a rendered prompt. Scaffold comes from the template (its specials are parsed), content from people.
struct PromptSegment {
  std::string text;
  bool scaffold = false;
};

/// Half-open range of bytes in a text.
struct TextRange {
  size_t begin = 0, end = 0;
};

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// "byte-level BPE, 49152 tokens (llama-bpe)": one line for people.
  virtual std::string description() const = 0;
  virtual size_t vocabSize() const = 0;

  /// Time is O(n log n) in the text's length and stack is constant, whatever the text. Invalid UTF-8 is taken as bytes
  /// where the vocabulary has bytes, else as U+FFFD. Fails only on a pattern that exceeds its match limit.
  virtual Result<std::vector<TokenId>> encode(std::string_view text, const EncodeOptions& options) const = 0;

  /// Encodes a prompt whose template-written parts are `scaffold` (sorted, disjoint): specials are recognised only
  /// wholly inside one of them, all else is ordinary text. The ids are those of the whole text where the rest holds no
  /// special's spelling. With `addSpecial`, BOS comes in front unless the text already begins with it. The base class
  /// encodes each stretch by itself, which is enough for tokenizers that never merge across.
  virtual Result<std::vector<TokenId>> encodeRanges(std::string_view text, std::span<const TextRange> scaffold,
                                                    bool addSpecial) const;

  /// Raw bytes of one token as it appears inside a text (a leading ▁ is a space); empty for control tokens unless
  /// `special`.
  virtual std::string tokenBytes(TokenId id, bool special) const = 0;
  /// The vocabulary's own spelling ("Ġthe", "<|im_end|>"), empty when out of range.
  virtual std::string tokenText(TokenId id) const = 0;
  virtual bool isSpecial(TokenId id) const = 0;
  /// The id spelled exactly so (specials included), or -1.
  virtual TokenId tokenToId(std::string_view text) const = 0;
  /// True when decoding drops one leading space of the whole text (SentencePiece's dummy prefix).
  virtual bool dropsLeadingSpace() const = 0;

  virtual TokenId bosId() const = 0;  ///< -1 when there is none
  virtual TokenId eosId() const = 0;  ///< -1 when there is none
  virtual bool addsBos() const = 0;   ///< addSpecial puts bosId() in front

  /// Whole-text decoding; invalid UTF-8 becomes U+FFFD. `special` keeps control tokens' spelling.
  std::string decode(std::span<const TokenId> ids, bool special = false) const;
  /// encodeRanges over the joined segments: scaffold with specials parsed, content as plain text, so that text which
  /// looks like a special token stays text.
  Result<std::vector<TokenId>> encodeSegments(std::span<const PromptSegment> segments, bool addSpecial) const;
};

/// Turns a stream of tokens into UTF-8 text: a code point split over tokens is held back until it is complete, bytes
/// that can never become one turn into U+FFFD.
class StreamDecoder {
 public:
  explicit StreamDecoder(const Tokenizer& tokenizer) : m_tokenizer(tokenizer) {}
  /// Text that became complete with this token; may be empty.
  std::string push(TokenId id);
  /// What is still held, as U+FFFD per invalid sequence; call once at the end.
  std::string finish();
  /// True while bytes of an incomplete code point are held.
  bool pending() const { return !m_pending.empty(); }

 private:
  const Tokenizer& m_tokenizer;
  std::string m_pending;  ///< bytes of an incomplete code point
  bool m_atStart = true;
};

}  // namespace engine
