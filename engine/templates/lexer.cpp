#include <algorithm>
#include <optional>

#include "engine/templates/budget.h"
#include "engine/templates/token.h"
#include "engine/templates/unicode.h"
#include "engine/utf8.h"

namespace engine::jinja {

namespace {

bool isNameByte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool isDigitByte(char c) {
  return c >= '0' && c <= '9';
}

bool isSpaceAt(std::string_view text, size_t position, size_t* length) {
  return isSpace(decodeAt(text, position, length));
}

/// Line ends become \n and one at the very end goes, as jinja2 does.
std::string normaliseNewlines(std::string_view source) {
  std::string result;
  result.reserve(source.size());
  for (size_t i = 0; i < source.size(); ++i) {
    if (source[i] == '\r') {
      result += '\n';
      if (i + 1 < source.size() && source[i + 1] == '\n') ++i;
    } else {
      result += source[i];
    }
  }
  if (!result.empty() && result.back() == '\n') result.pop_back();
  return result;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : m_source(normaliseNewlines(source)), m_text(m_source) {}

  std::vector<Token> run() {
    while (m_position < m_text.size()) {
      const size_t tag = findTag();
      data(tag);
      if (tag == std::string_view::npos) break;
      switch (m_text[tag + 1]) {
        case '#':
          comment();
          break;
        case '%':
          if (!rawBlock()) code(TokenType::BlockBegin, TokenType::BlockEnd, "%}");
          break;
        default:
          code(TokenType::VariableBegin, TokenType::VariableEnd, "}}");
      }
    }
    add(TokenType::End, "");
    return std::move(m_tokens);
  }

 private:
  [[noreturn]] void fail(const std::string& message) const { throw Failure{message, m_line}; }

  void add(TokenType type, std::string text) { m_tokens.push_back({type, m_line, std::move(text)}); }

  void advance(size_t to) {
    m_line += static_cast<uint32_t>(std::count(m_text.begin() + static_cast<ptrdiff_t>(m_position),
                                               m_text.begin() + static_cast<ptrdiff_t>(to), '\n'));
    m_lineStart = to > m_position ? m_text[to - 1] == '\n' : m_lineStart;
    m_position = to;
  }

  size_t findTag() const {
    size_t at = m_position;
    while ((at = m_text.find('{', at)) != std::string_view::npos && at + 1 < m_text.size()) {
      const char next = m_text[at + 1];
      if (next == '{' || next == '%' || next == '#') return at;
      ++at;
    }
    return std::string_view::npos;
  }

  /// Emits the text up to the tag, stripped as the tag asks for.
  void data(size_t tag) {
    const size_t end = tag == std::string_view::npos ? m_text.size() : tag;
    std::string_view text = m_text.substr(m_position, end - m_position);
    if (tag != std::string_view::npos) text = strippedBefore(text, tag);
    if (!text.empty()) add(TokenType::Data, std::string(text));
    advance(end);
  }

  std::string_view strippedBefore(std::string_view text, size_t tag) const {
    const char sign = tag + 2 < m_text.size() ? m_text[tag + 2] : ' ';
    if (sign == '-') return stripRight(text);
    if (sign == '+' || m_text[tag + 1] == '{') return text;
    const size_t newline = text.rfind('\n');
    const size_t lineStart = newline == std::string_view::npos ? 0 : newline + 1;
    if (lineStart == 0 && !m_lineStart) return text;
    size_t length = 0;
    for (size_t i = lineStart; i < text.size(); i += length) {
      if (!isSpaceAt(text, i, &length)) return text;
    }
    return text.substr(0, lineStart);
  }

  static std::string_view stripRight(std::string_view text) {
    size_t end = 0, length = 0;
    for (size_t i = 0; i < text.size(); i += length) {
      if (!isSpaceAt(text, i, &length)) end = i + length;
    }
    return text.substr(0, end);
  }

  /// Where text goes on after a tag that closes at `close` ("-}}" strips, "%}" and "#}" eat one line end).
  size_t afterTag(size_t close, bool strip, bool trim) const {
    size_t at = close + 2, length = 0;
    if (strip) {
      while (at < m_text.size() && isSpaceAt(m_text, at, &length)) at += length;
    } else if (trim && at < m_text.size() && m_text[at] == '\n') {
      ++at;
    }
    return at;
  }

  void comment() {
    const size_t close = m_text.find("#}", m_position + 2);
    if (close == std::string_view::npos) fail("a comment is not closed with #}");
    const char sign = m_text[close - 1];
    const bool inside = close > m_position + 2;
    advance(afterTag(close, inside && sign == '-', !(inside && sign == '+')));
  }

  /// {% raw %} … {% endraw %}; false when this is another tag.
  bool rawBlock() {
    const std::optional<size_t> begin = matchTag(m_position, "raw");
    if (!begin) return false;
    advance(*begin);
    for (size_t at = m_position; (at = m_text.find("{%", at)) != std::string_view::npos; ++at) {
      const std::optional<size_t> end = matchTag(at, "endraw");
      if (!end) continue;
      const std::string_view text = strippedBefore(m_text.substr(m_position, at - m_position), at);
      if (!text.empty()) add(TokenType::Data, std::string(text));
      advance(*end);
      return true;
    }
    fail("{% raw %} is not closed with {% endraw %}");
  }

  /// The position after "{% name %}" at `at`, or nothing when something else stands there.
  std::optional<size_t> matchTag(size_t at, std::string_view name) const {
    size_t i = at + 2;
    if (i < m_text.size() && (m_text[i] == '-' || m_text[i] == '+')) ++i;
    i = skipSpaces(i);
    if (m_text.substr(i, name.size()) != name) return {};
    i = skipSpaces(i + name.size());
    const bool strip = i < m_text.size() && m_text[i] == '-', keep = i < m_text.size() && m_text[i] == '+';
    if (strip || keep) ++i;
    if (m_text.substr(i, 2) != "%}") return {};
    return afterTag(i, strip, !keep);
  }

  size_t skipSpaces(size_t i) const {
    size_t length = 0;
    while (i < m_text.size() && isSpaceAt(m_text, i, &length)) i += length;
    return i;
  }

  void code(TokenType begin, TokenType end, std::string_view close) {
    add(begin, "");
    size_t at = m_position + 2;
    if (at < m_text.size() && (m_text[at] == '-' || m_text[at] == '+')) ++at;
    advance(at);
    std::string open;
    for (;;) {
      advance(skipSpaces(m_position));
      if (m_position >= m_text.size()) fail("a tag is not closed with " + std::string(close));
      const char sign = m_text[m_position];
      const bool strip = sign == '-', keep = sign == '+' && end == TokenType::BlockEnd;
      const size_t closeAt = m_position + (strip || keep ? 1 : 0);
      if (open.empty() && m_text.substr(closeAt, 2) == close) {
        add(end, "");
        advance(afterTag(closeAt, strip, end == TokenType::BlockEnd && !keep));
        return;
      }
      token(&open);
    }
  }

  void token(std::string* open) {
    const char c = m_text[m_position];
    if (c == '\'' || c == '"') return string(c);
    if (isDigitByte(c)) return number();
    if (isNameByte(c)) {
      size_t end = m_position;
      while (end < m_text.size() && isNameByte(m_text[end])) ++end;
      return take(TokenType::Name, end);
    }
    constexpr std::string_view kLong[] = {"==", "!=", ">=", "<=", "//", "**"};
    for (const std::string_view op : kLong) {
      if (m_text.substr(m_position, 2) == op) return take(TokenType::Operator, m_position + 2);
    }
    constexpr std::string_view kShort = "+-/*%~[](){}><=.:|,;";
    if (kShort.find(c) == std::string_view::npos) {
      fail(std::string("unexpected character '") + c + "'");
    }
    balance(c, open);
    take(TokenType::Operator, m_position + 1);
  }

  void balance(char c, std::string* open) const {
    const size_t opening = std::string_view("([{").find(c), closing = std::string_view(")]}").find(c);
    if (opening != std::string_view::npos) open->push_back(")]}"[opening]);
    if (closing == std::string_view::npos) return;
    if (open->empty()) fail(std::string("unexpected '") + c + "'");
    if (open->back() != c) fail(std::string("unexpected '") + c + "', expected '" + open->back() + "'");
    open->pop_back();
  }

  void take(TokenType type, size_t end) {
    add(type, std::string(m_text.substr(m_position, end - m_position)));
    advance(end);
  }

  void number() {
    size_t end = m_position;
    const auto digits = [&] {
      while (end < m_text.size() && (isDigitByte(m_text[end]) ||
                                     (m_text[end] == '_' && end + 1 < m_text.size() && isDigitByte(m_text[end + 1])))) {
        ++end;
      }
    };
    digits();
    bool real = false;
    if (end + 1 < m_text.size() && m_text[end] == '.' && isDigitByte(m_text[end + 1])) {
      real = true;
      ++end;
      digits();
    }
    if (end < m_text.size() && (m_text[end] == 'e' || m_text[end] == 'E')) {
      size_t exponent = end + 1;
      if (exponent < m_text.size() && (m_text[exponent] == '+' || m_text[exponent] == '-')) ++exponent;
      if (exponent < m_text.size() && isDigitByte(m_text[exponent])) {
        real = true;
        end = exponent;
        digits();
      }
    }
    std::string text(m_text.substr(m_position, end - m_position));
    std::erase(text, '_');
    add(real ? TokenType::Real : TokenType::Integer, std::move(text));
    advance(end);
  }

  void string(char quote) {
    std::string value;
    size_t i = m_position + 1;
    for (;; ++i) {
      if (i >= m_text.size()) fail("a string is not closed");
      if (m_text[i] == quote) break;
      if (m_text[i] != '\\') {
        value += m_text[i];
        continue;
      }
      if (++i >= m_text.size()) fail("a string is not closed");
      i = escape(i, &value);
    }
    add(TokenType::String, std::move(value));
    advance(i + 1);
  }

  /// Decodes the escape whose letter is at `i`; returns the position of its last byte.
  size_t escape(size_t i, std::string* value) const {
    constexpr std::string_view kNamed = "n\nt\tr\r\\\\''\"\"a\ab\bf\fv\v";
    const char c = m_text[i];
    for (size_t k = 0; k < kNamed.size(); k += 2) {
      if (kNamed[k] == c) {
        *value += kNamed[k + 1];
        return i;
      }
    }
    if (c == '\n') return i;
    if (c == 'x' || c == 'u' || c == 'U') {
      const size_t digits = c == 'x' ? 2 : c == 'u' ? 4 : 8;
      char32_t code = 0;
      for (size_t k = 1; k <= digits; ++k) {
        const int digit = i + k < m_text.size() ? hexDigit(m_text[i + k]) : -1;
        if (digit < 0) fail(std::string("\\") + c + " needs " + std::to_string(digits) + " hexadecimal digits");
        code = code * 16 + static_cast<char32_t>(digit);
      }
      if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) fail("an escape is no Unicode character");
      appendUtf8(*value, code);
      return i + digits;
    }
    if (c >= '0' && c <= '7') {
      char32_t code = 0;
      size_t k = 0;
      for (; k < 3 && i + k < m_text.size() && m_text[i + k] >= '0' && m_text[i + k] <= '7'; ++k) {
        code = code * 8 + static_cast<char32_t>(m_text[i + k] - '0');
      }
      appendUtf8(*value, code);
      return i + k - 1;
    }
    *value += '\\';
    *value += c;
    return i;
  }

  static int hexDigit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  std::string m_source;
  std::string_view m_text;
  size_t m_position = 0;
  uint32_t m_line = 1;
  bool m_lineStart = true;  ///< the text before m_position ends with a line end, or there is none
  std::vector<Token> m_tokens;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source) {
  return Lexer(source).run();
}

}  // namespace engine::jinja
