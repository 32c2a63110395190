#include "engine/tokenizers/sentencepiece_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/tokenizers/word_cache.h"
#include "engine/utf8.h"

namespace engine {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // U+2581

/// The value that a spelling like <0x0A> stands for, or -1.
int byteOfSpelling(std::string_view spelling) {
  if (spelling.size() != 6 || spelling.substr(0, 3) != "<0x" || spelling[5] != '>') return -1;
  int value = 0;
  for (const char c : spelling.substr(3, 2)) {
    const bool digit = c >= '0' && c <= '9', upper = c >= 'A' && c <= 'F', lower = c >= 'a' && c <= 'f';
    if (!digit && !upper && !lower) return -1;
    value = value * 16 + (digit ? c - '0' : (upper ? c - 'A' : c - 'a') + 10);
  }
  return value;
}

}  // namespace

/// One call's work: its buffers only grow, so that the cache may point into them.
class SentencePieceTokenizer::Encoder {
 public:
  Encoder(const SentencePieceTokenizer& tokenizer, size_t textSize, std::vector<TokenId>& out)
      : m_tokenizer(tokenizer), m_merger(tokenizer.m_merges.table), m_cache(textSize), m_out(out) {}

  /// Text between tokens that are matched as they stand.
  void stretch(std::string_view text, bool first) {
    const size_t begin = m_text.size();
    m_tokenizer.escape(text, first, m_text);
    if (m_tokenizer.m_userPieces.empty()) {
      words(begin, m_text.size());
      return;
    }
    m_cuts.clear();
    m_tokenizer.m_userPieces.cut(std::string_view(m_text).substr(begin), {}, m_cuts);
    for (const TextCut& cut : m_cuts) {
      if (cut.id >= 0) {
        m_out.push_back(cut.id);
        m_afterUnknown = false;
      } else {
        words(begin + cut.begin, begin + cut.end);
      }
    }
  }

  void endRun() { m_afterUnknown = false; }

 private:
  void words(size_t begin, size_t end) {
    if (!m_tokenizer.m_splitsAtSpaces) {
      word(begin, end);
      return;
    }
    const std::string_view text = std::string_view(m_text).substr(0, end);
    while (begin < end) {
      size_t next = begin;
      while (text.substr(next, kSpace.size()) == kSpace) next += kSpace.size();
      next = std::min(text.find(kSpace, next), end);
      word(begin, next);
      begin = next;
    }
  }

  void word(size_t begin, size_t end) {
    const std::string_view text = m_text;
    // A run of unknown characters may go on from the word before, so nothing is copied behind one.
    if (!m_afterUnknown) {
      if (const auto seen = m_cache.find(text, begin, end - begin)) {
        for (size_t i = 0; i < seen->count; ++i) {
          const TokenId id = m_out[seen->begin + i];
          m_out.push_back(id);
        }
        return;
      }
    }
    const bool cacheable = !m_afterUnknown;
    m_symbols.clear();
    for (size_t at = begin; at < end;) {
      const Utf8Step step = nextUtf8(text.substr(0, end), at);
      // Each byte of what is no UTF-8 is a symbol of its own.
      const uint32_t length = step.kind == Utf8Kind::Valid ? step.length : 1;
      const TokenId id =
          step.kind == Utf8Kind::Valid ? m_tokenizer.charId(text.substr(at, length), step.codePoint) : -1;
      m_symbols.push_back({id, static_cast<uint32_t>(at - begin), length});
      at += length;
    }
    m_merger.merge(m_symbols);
    const size_t first = m_out.size();
    for (const Symbol& symbol : m_symbols) emit(symbol, begin);
    if (cacheable && !m_afterUnknown) m_cache.remember(begin, end - begin, {first, m_out.size() - first});
  }

  void emit(const Symbol& symbol, size_t begin) {
    if (m_tokenizer.vocabulary().contains(symbol.id)) {
      m_out.push_back(symbol.id);
      m_afterUnknown = false;
      return;
    }
    if (m_tokenizer.appendBytes(std::string_view(m_text).substr(begin + symbol.begin, symbol.length), m_out)) return;
    if (m_tokenizer.m_unknown >= 0 && !(m_afterUnknown && m_tokenizer.m_fuseUnknown)) {
      m_out.push_back(m_tokenizer.m_unknown);
    }
    m_afterUnknown = true;
  }

  const SentencePieceTokenizer& m_tokenizer;
  BpeMerger m_merger;
  WordCache m_cache;
  std::vector<TokenId>& m_out;
  std::string m_text;
  std::vector<TextCut> m_cuts;
  std::vector<Symbol> m_symbols;
  bool m_afterUnknown = false;
};

SentencePieceTokenizer::SentencePieceTokenizer(SentencePieceSpec spec)
    : BaseTokenizer(std::move(spec.basics)),
      m_merges(std::move(spec.merges)),
      m_unknown(spec.unknown),
      m_prefix(spec.prefix),
      m_prefixIfMissing(spec.prefixIfMissing),
      m_dropsLeadingSpace(spec.dropsLeadingSpace),
      m_removeExtraSpaces(spec.removeExtraSpaces),
      m_fuseUnknown(spec.fuseUnknown),
      m_byteOfId(vocabulary().size()) {
  std::vector<bool> added(vocabulary().size());
  for (const AddedToken& token : basics().added) {
    m_rawTokens.add(token);
    if (vocabulary().contains(token.id)) added[static_cast<size_t>(token.id)] = true;
  }
  m_bytes.fill(-1);
  for (size_t i = 0; i < vocabulary().size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const std::string_view spelling = vocabulary().spelling(id);
    const TokenKind kind = vocabulary().kind(id);
    if (kind == TokenKind::Byte) {
      const int byte = byteOfSpelling(spelling);
      if (byte < 0) continue;
      m_bytes[static_cast<size_t>(byte)] = id;
      m_byteOfId[i] = static_cast<uint8_t>(byte);
    } else if (kind == TokenKind::UserDefined && !added[i]) {
      m_userPieces.add({id, std::string(spelling)});
    }
    const size_t space = spelling.find(kSpace, 1);
    const bool mergeable = kind == TokenKind::Normal || kind == TokenKind::UserDefined;
    if (!mergeable || space == std::string_view::npos) continue;
    for (size_t at = space; at != std::string_view::npos; at = spelling.find(kSpace, at + 1)) {
      if (at < kSpace.size() || spelling.substr(at - kSpace.size(), kSpace.size()) != kSpace) m_splitsAtSpaces = false;
    }
  }
  m_ascii.fill(-1);
  for (size_t c = 0; c < m_ascii.size(); ++c) {
    const char character = static_cast<char>(c);
    m_ascii[c] = findChar({&character, 1}, static_cast<char32_t>(c));
  }
}

TokenId SentencePieceTokenizer::findChar(std::string_view character, char32_t codePoint) const {
  const TokenId id = vocabulary().find(character);
  const TokenKind kind = vocabulary().kind(id);
  if (id >= 0 && (kind == TokenKind::Normal || kind == TokenKind::UserDefined)) return id;
  const auto part = m_merges.partChars.find(codePoint);
  return part == m_merges.partChars.end() ? -1 : part->second;
}

bool SentencePieceTokenizer::appendBytes(std::string_view bytes, std::vector<TokenId>& out) const {
  const auto idOf = [&](char byte) { return m_bytes[static_cast<uint8_t>(byte)]; };
  if (std::any_of(bytes.begin(), bytes.end(), [&](char byte) { return idOf(byte) < 0; })) return false;
  for (const char byte : bytes) out.push_back(idOf(byte));
  return true;
}

std::string SentencePieceTokenizer::description() const {
  return fmt::format("SentencePiece BPE, {} tokens ({})", vocabSize(), basics().source);
}

std::string SentencePieceTokenizer::plainBytes(TokenId id) const {
  if (vocabulary().kind(id) == TokenKind::Byte) {
    return std::string(1, static_cast<char>(m_byteOfId[static_cast<size_t>(id)]));
  }
  const std::string_view spelling = vocabulary().spelling(id);
  std::string bytes;
  for (size_t at = 0; at < spelling.size();) {
    const bool space = spelling.substr(at, kSpace.size()) == kSpace;
    bytes.push_back(space ? ' ' : spelling[at]);
    at += space ? kSpace.size() : 1;
  }
  return bytes;
}

void SentencePieceTokenizer::escape(std::string_view text, bool first, std::string& out) const {
  if (m_removeExtraSpaces) text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if (text.empty()) return;
  const size_t begin = out.size();
  const bool wanted = m_prefix == DummyPrefix::EveryStretch || (m_prefix == DummyPrefix::FirstStretch && first);
  const bool there = text.front() == ' ' || text.substr(0, kSpace.size()) == kSpace;
  if (wanted && !(m_prefixIfMissing && there)) out += kSpace;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ') {
      out.push_back(text[i]);
    } else if (!m_removeExtraSpaces || text[i - 1] != ' ') {
      out += kSpace;
    }
  }
  while (m_removeExtraSpaces && out.size() > begin && out.ends_with(kSpace)) out.resize(out.size() - kSpace.size());
}

Result<void> SentencePieceTokenizer::encodeText(std::string_view text, std::span<const TextRange> scaffold,
                                                std::vector<TokenId>& out) const {
  std::vector<TextCut> cuts;
  m_rawTokens.cut(text, scaffold, cuts);
  Encoder encoder(*this, text.size(), out);
  for (const TextCut& cut : cuts) {
    if (cut.id >= 0) {
      out.push_back(cut.id);
      encoder.endRun();
    } else {
      encoder.stretch(text.substr(cut.begin, cut.end - cut.begin), cut.begin == 0);
    }
  }
  return {};
}

}  // namespace engine
