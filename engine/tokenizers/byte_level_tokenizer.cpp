#include "engine/tokenizers/byte_level_tokenizer.h"

#include <fmt/format.h>

#include "engine/tokenizers/byte_alphabet.h"
#include "engine/tokenizers/word_cache.h"

namespace engine {

/// One call's work: its buffers only grow, so that the cache may point into them.
class ByteLevelTokenizer::Encoder {
 public:
  Encoder(const ByteLevelTokenizer& tokenizer, size_t textSize, std::vector<TokenId>& out)
      : m_tokenizer(tokenizer), m_merger(tokenizer.m_merges), m_cache(textSize), m_out(out) {}

  /// Text between tokens that are matched as they stand. `scaffold` holds its ranges in the text's own bytes.
  Result<void> stretch(std::string_view text, std::span<const TextRange> scaffold) {
    const size_t begin = m_text.size();
    const bool prefix = m_tokenizer.m_prefixSpace && text.front() != ' ';
    if (prefix) m_text += ' ';
    std::vector<TextRange> ranges;
    ENGINE_RETURN_IF_ERROR(normalize(text, scaffold, begin, ranges));
    if (m_tokenizer.m_normalizedTokens.empty()) return words(begin, m_text.size());
    m_cuts.clear();
    m_tokenizer.m_normalizedTokens.cut(std::string_view(m_text).substr(begin), ranges, m_cuts);
    for (const TextCut& cut : m_cuts) {
      if (cut.id >= 0) {
        m_out.push_back(cut.id);
      } else {
        ENGINE_RETURN_IF_ERROR(words(begin + cut.begin, begin + cut.end));
      }
    }
    return {};
  }

 private:
  /// Appends the normal form of `text` to m_text; `ranges` become the places of `scaffold` after `begin`.
  Result<void> normalize(std::string_view text, std::span<const TextRange> scaffold, size_t begin,
                         std::vector<TextRange>& ranges) {
    const NormalForm form = m_tokenizer.m_form;
    if (m_tokenizer.m_normalizedTokens.empty() || scaffold.empty()) {
      return appendNormalized(form, text, m_text);
    }
    size_t done = 0;
    for (const TextRange& range : scaffold) {
      ENGINE_RETURN_IF_ERROR(appendNormalized(form, text.substr(done, range.begin - done), m_text));
      const size_t start = m_text.size() - begin;
      ENGINE_RETURN_IF_ERROR(appendNormalized(form, text.substr(range.begin, range.end - range.begin), m_text));
      ranges.push_back({start, m_text.size() - begin});
      done = range.end;
    }
    return appendNormalized(form, text.substr(done), m_text);
  }

  Result<void> words(size_t begin, size_t end) {
    m_pieces.clear();
    ENGINE_RETURN_IF_ERROR(
        m_tokenizer.m_preTokenizer.split(std::string_view(m_text).substr(begin, end - begin), m_pieces));
    for (const TextPiece& piece : m_pieces) word(begin + piece.begin, piece.end - piece.begin);
    return {};
  }

  void word(size_t begin, size_t length) {
    const std::string_view text = m_text;
    if (length == 1) {
      const TokenId id = m_tokenizer.m_bytes[static_cast<uint8_t>(text[begin])];
      if (id >= 0) m_out.push_back(id);
      return;
    }
    if (const auto seen = m_cache.find(text, begin, length)) {
      for (size_t i = 0; i < seen->count; ++i) {
        const TokenId id = m_out[seen->begin + i];
        m_out.push_back(id);
      }
      return;
    }
    const size_t first = m_out.size();
    if (!wholeWord(text.substr(begin, length))) {
      m_symbols.clear();
      for (size_t i = 0; i < length; ++i) {
        const TokenId id = m_tokenizer.m_bytes[static_cast<uint8_t>(text[begin + i])];
        if (id >= 0) m_symbols.push_back({id, static_cast<uint32_t>(i), 1});
      }
      m_merger.merge(m_symbols);
      for (const Symbol& symbol : m_symbols) m_out.push_back(symbol.id);
    }
    m_cache.remember(begin, length, {first, m_out.size() - first});
  }

  bool wholeWord(std::string_view word) {
    if (!m_tokenizer.m_ignoreMerges || word.size() > m_tokenizer.m_longestToken) return false;
    m_spelling.clear();
    appendByteSpelling(word, m_spelling);
    const TokenId id = m_tokenizer.vocabulary().find(m_spelling);
    if (id < 0 || m_tokenizer.vocabulary().kind(id) != TokenKind::Normal) return false;
    m_out.push_back(id);
    return true;
  }

  const ByteLevelTokenizer& m_tokenizer;
  BpeMerger m_merger;
  WordCache m_cache;
  std::vector<TokenId>& m_out;
  std::string m_text, m_spelling;
  std::vector<TextCut> m_cuts;
  std::vector<TextPiece> m_pieces;
  std::vector<Symbol> m_symbols;
};

ByteLevelTokenizer::ByteLevelTokenizer(ByteLevelSpec spec)
    : BaseTokenizer(std::move(spec.basics)),
      m_merges(std::move(spec.merges)),
      m_form(spec.form),
      m_preTokenizer(std::move(spec.preTokenizer)),
      m_ignoreMerges(spec.ignoreMerges),
      m_prefixSpace(spec.prefixSpace) {
  for (const AddedToken& token : basics().added) {
    // A special's spelling is searched as it stands: normal form never makes one.
    (token.normalized && !token.special ? m_normalizedTokens : m_rawTokens).add(token);
  }
  for (size_t byte = 0; byte < 256; ++byte) {
    std::string spelling;
    const char c = static_cast<char>(byte);
    appendByteSpelling({&c, 1}, spelling);
    const TokenId id = vocabulary().find(spelling);
    m_bytes[byte] = vocabulary().kind(id) == TokenKind::Normal ? id : -1;
  }
  for (size_t id = 0; id < vocabulary().size(); ++id) {
    m_longestToken = std::max(m_longestToken, vocabulary().spelling(static_cast<TokenId>(id)).size());
  }
}

std::string ByteLevelTokenizer::description() const {
  return fmt::format("byte-level BPE, {} tokens ({})", vocabSize(), basics().source);
}

std::string ByteLevelTokenizer::plainBytes(TokenId id) const {
  return bytesOfSpelling(vocabulary().spelling(id));
}

Result<void> ByteLevelTokenizer::encodeText(std::string_view text, std::span<const TextRange> scaffold,
                                            std::vector<TokenId>& out) const {
  std::vector<TextCut> cuts;
  m_rawTokens.cut(text, scaffold, cuts);
  Encoder encoder(*this, text.size(), out);
  std::vector<TextRange> inside;
  size_t firstRange = 0;
  for (const TextCut& cut : cuts) {
    if (cut.id >= 0) {
      out.push_back(cut.id);
      continue;
    }
    inside.clear();
    while (firstRange < scaffold.size() && scaffold[firstRange].end <= cut.begin) ++firstRange;
    for (size_t i = firstRange; i < scaffold.size() && scaffold[i].begin < cut.end; ++i) {
      inside.push_back(
          {std::max(scaffold[i].begin, cut.begin) - cut.begin, std::min(scaffold[i].end, cut.end) - cut.begin});
    }
    ENGINE_RETURN_IF_ERROR(encoder.stretch(text.substr(cut.begin, cut.end - cut.begin), inside));
  }
  return {};
}

}  // namespace engine
