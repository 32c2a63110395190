#include "engine/tokenizers/scanner.h"

#include "engine/unicode_class.h"
#include "engine/utf8.h"

namespace engine {
namespace {

/// What stands at a place; length 0 is the end.
struct Char {
  char32_t codePoint = 0;
  uint32_t length = 0;
  CharClass kind = CharClass::Other;
  bool letter() const { return length != 0 && kind == CharClass::Letter; }
  bool number() const { return length != 0 && kind == CharClass::Number; }
  bool space() const { return length != 0 && (kind == CharClass::Space || kind == CharClass::Newline); }
  bool newline() const { return length != 0 && kind == CharClass::Newline; }
  bool other() const { return length != 0 && kind == CharClass::Other; }
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : m_text(text) {}

  Char at(uint32_t position) const {
    if (position >= m_text.size()) return {};
    const Utf8Step step = nextUtf8(m_text, position);
    if (step.kind != Utf8Kind::Valid) return {0xFFFD, 1, CharClass::Other};
    return {step.codePoint, step.length, charClass(step.codePoint)};
  }

  uint32_t skip(uint32_t position, bool (Char::*wanted)() const) const {
    for (Char c = at(position); (c.*wanted)(); c = at(position)) position += c.length;
    return position;
  }

  /// 's 't 're 've 'm 'll 'd at `position`, or the same position.
  uint32_t contraction(uint32_t position, bool ignoreCase) const {
    if (m_text[position] != '\'') return position;
    const auto lower = [&](const Char& c) -> char32_t {
      if (c.length == 0) return 0;
      if (!ignoreCase) return c.codePoint;
      if (c.codePoint == 0x17F) return 's';  // long s folds to s
      return c.codePoint >= 'A' && c.codePoint <= 'Z' ? c.codePoint + 32 : c.codePoint;
    };
    const Char first = at(position + 1);
    const uint32_t afterFirst = position + 1 + first.length;
    switch (lower(first)) {
      case 's':
      case 't':
      case 'm':
      case 'd':
        return afterFirst;
      case 'r':
      case 'v':
        return lower(at(afterFirst)) == 'e' ? afterFirst + 1 : position;
      case 'l':
        return lower(at(afterFirst)) == 'l' ? afterFirst + 1 : position;
      default:
        return position;
    }
  }

  /// \s+(?!\S)|\s+ at a white space.
  uint32_t spaces(uint32_t position) const {
    uint32_t end = position, last = position;
    for (Char c = at(end); c.space(); c = at(end)) {
      last = end;
      end += c.length;
    }
    return end == m_text.size() || last == position ? end : last;
  }

  uint32_t gpt2(uint32_t position) const {
    if (const uint32_t end = contraction(position, false); end != position) return end;
    const Char first = at(position);
    const uint32_t body = first.codePoint == ' ' ? position + 1 : position;
    const Char c = body == position ? first : at(body);
    if (c.letter()) return skip(body, &Char::letter);
    if (c.number()) return skip(body, &Char::number);
    if (c.other()) return skip(body, &Char::other);
    return spaces(position);
  }

  uint32_t llama3(uint32_t position, uint32_t digits) const {
    if (const uint32_t end = contraction(position, true); end != position) return end;
    const Char first = at(position);
    const uint32_t second = position + first.length;
    if (first.letter()) return skip(second, &Char::letter);
    if (first.number()) {
      uint32_t end = second;
      for (uint32_t i = 1; i < digits; ++i) {
        const Char c = at(end);
        if (!c.number()) break;
        end += c.length;
      }
      return end;
    }
    if (!first.newline() && at(second).letter()) return skip(second, &Char::letter);
    const uint32_t body = first.codePoint == ' ' ? second : position;
    if (at(body).other()) return skip(skip(body, &Char::other), &Char::newline);
    return lines(position);
  }

 private:
  /// \s*[\r\n]+|\s+(?!\S)|\s+ at a white space: up to the run's last newline, if it has one.
  uint32_t lines(uint32_t position) const {
    uint32_t afterNewline = position;
    for (uint32_t end = position;;) {
      const Char c = at(end);
      if (!c.space()) break;
      end += c.length;
      if (c.newline()) afterNewline = end;
    }
    return afterNewline != position ? afterNewline : spaces(position);
  }

  std::string_view m_text;
};

}  // namespace

std::string_view patternText(ScanPattern pattern) {
  switch (pattern) {
    case ScanPattern::Llama3:
      return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    case ScanPattern::Qwen2:
      return R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
    case ScanPattern::Gpt2:
      return R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";
  }
  return {};
}

void scanPieces(ScanPattern pattern, std::string_view text, TextPiece whole, std::vector<TextPiece>& out) {
  const Scanner scanner(text.substr(whole.begin, whole.end - whole.begin));
  const uint32_t length = whole.end - whole.begin;
  for (uint32_t position = 0; position < length;) {
    uint32_t end = 0;
    switch (pattern) {
      case ScanPattern::Llama3:
        end = scanner.llama3(position, 3);
        break;
      case ScanPattern::Qwen2:
        end = scanner.llama3(position, 1);
        break;
      case ScanPattern::Gpt2:
        end = scanner.gpt2(position);
        break;
    }
    out.push_back({whole.begin + position, whole.begin + end});
    position = end;
  }
}

}  // namespace engine
