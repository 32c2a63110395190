#include "ui/markdown/math_spans.h"

#include <algorithm>
#include <array>

#include "ui/markdown/fence.h"

namespace ui {

namespace {

constexpr size_t kLongestInline = 1000, kLongestDisplay = 3900, kLongestCode = 4000;
constexpr size_t kMostSpans = 20000;
constexpr std::array<std::string_view, 9> kEnvironments = {"equation", "equation*", "align",   "align*", "gather",
                                                           "gather*",  "aligned",   "pmatrix", "bmatrix"};

bool isSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isWord(char c) {
  return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (static_cast<unsigned char>(c) >= 0x80);
}

class Taker {
 public:
  explicit Taker(std::string_view text) : m_text(text) {}

  TextWithoutMath run() {
    m_out.text.reserve(m_text.size());
    while (m_at < m_text.size()) {
      if (m_at == 0 || m_text[m_at - 1] == '\n') {
        if (codeLine()) continue;
      }
      step();
    }
    return std::move(m_out);
  }

 private:
  /// A line of fenced code, or a fence itself, goes through as it is.
  bool codeLine() {
    const size_t end = std::min(m_text.find('\n', m_at), m_text.size() - 1) + 1;
    std::string_view line = m_text.substr(m_at, end - m_at);
    if (line.ends_with('\n')) line.remove_suffix(1);
    const bool inside = m_fence.length > 0;
    // A fence may stand behind the mark of a list's item.
    std::string_view behind = line;
    const size_t mark = behind.find_first_not_of(" \t>");
    if (!inside && mark != std::string_view::npos) {
      size_t item = mark;
      while (item < behind.size() && isDigit(behind[item])) ++item;
      if (item < behind.size() && std::string_view("-*+.)").find(behind[item]) != std::string_view::npos) ++item;
      if (item > mark && item < behind.size() && behind[item] == ' ') behind.remove_prefix(item);
    }
    m_fence.follow(behind);
    if (!inside && m_fence.length == 0) return false;
    copy(end);
    return true;
  }

  void copy(size_t end) {
    for (; m_at < end; ++m_at) {
      // U+FDD0 to U+FDEF are for marks alone.
      const bool mark = m_text[m_at] == '\xef' && m_at + 2 < m_text.size() && m_text[m_at + 1] == '\xb7' &&
                        static_cast<unsigned char>(m_text[m_at + 2]) >= 0x90 &&
                        static_cast<unsigned char>(m_text[m_at + 2]) <= 0xaf;
      if (mark) {
        m_out.text += "\xef\xbf\xbd";
        m_at += 2;
      } else {
        m_out.text += m_text[m_at];
      }
    }
  }

  bool here(std::string_view mark) const { return m_text.substr(m_at, mark.size()) == mark; }

  void step() {
    const char c = m_text[m_at];
    if (c == '`') return code();
    if (c == '$') {
      if (here("$$") ? take("$$", "$$", kLongestDisplay, true) : dollar()) return;
      return copy(m_at + (here("$$") ? 2 : 1));
    }
    if (c == '\\') {
      if (here("\\[") && take("\\[", "\\]", kLongestDisplay, true)) return;
      if (here("\\(") && take("\\(", "\\)", kLongestInline, false)) return;
      if (here("\\begin{") && environment()) return;
      return copy(std::min(m_at + 2, m_text.size()));
    }
    copy(m_at + 1);
  }

  /// A span of code goes through as it is; backticks that nothing closes are text.
  void code() {
    const size_t ticks = std::min(m_text.find_first_not_of('`', m_at), m_text.size()) - m_at;
    const size_t limit = std::min(m_text.size(), m_at + kLongestCode);
    size_t at = m_at + ticks;
    while (at < limit) {
      const size_t open = m_text.substr(0, limit).find('`', at);
      if (open == std::string_view::npos) break;
      const size_t close = std::min(m_text.find_first_not_of('`', open), m_text.size());
      if (close - open == ticks) {
        const std::string_view within = m_text.substr(m_at, close - m_at);
        if (within.find("\n\n") != std::string_view::npos) break;
        return copy(close);
      }
      at = close;
    }
    copy(m_at + ticks);
  }

  bool put(size_t end, bool display) {
    if (m_out.spans.size() >= kMostSpans) return false;
    m_out.text += kMathMark;
    m_out.text += std::to_string(m_out.spans.size());
    m_out.text += kMathMarkEnd;
    m_out.spans.push_back({std::string(m_text.substr(m_at, end - m_at)), display});
    m_at = end;
    return true;
  }

  bool take(std::string_view open, std::string_view close, size_t longest, bool display) {
    const size_t begin = m_at + open.size();
    const std::string_view room = m_text.substr(begin, longest);
    const size_t length = room.find(close);
    if (length == std::string_view::npos) return false;
    const std::string_view inner = room.substr(0, length);
    if (inner.find_first_not_of(" \t\r\n") == std::string_view::npos) return false;
    if (inner.find("\n\n") != std::string_view::npos || inner.find('`') != std::string_view::npos) return false;
    return put(begin + length + close.size(), display);
  }

  bool dollar() {
    const char before = m_at > 0 ? m_text[m_at - 1] : ' ';
    const char first = m_at + 1 < m_text.size() ? m_text[m_at + 1] : ' ';
    if (isWord(before) || isSpace(first) || first == '$') return false;
    const size_t begin = m_at + 1;
    const std::string_view room = m_text.substr(begin, kLongestInline);
    for (size_t i = 1; i < room.size(); ++i) {
      if (room[i] == '\\') {
        ++i;
        continue;
      }
      if (room[i] == '`' || (room[i] == '\n' && room[i - 1] == '\n')) return false;
      if (room[i] != '$') continue;
      const char next = i + 1 < room.size() ? room[i + 1] : ' ';
      if (isSpace(room[i - 1]) || isDigit(next) || next == '$') return false;
      const std::string_view inner = room.substr(0, i);
      const bool price = isDigit(first) && inner.find(' ') != std::string_view::npos &&
                         inner.find_first_of("\\^_=+<>{") == std::string_view::npos;
      return !price && put(begin + i + 1, false);
    }
    return false;
  }

  bool environment() {
    for (const std::string_view name : kEnvironments) {
      const std::string open = "\\begin{" + std::string(name) + "}", close = "\\end{" + std::string(name) + "}";
      if (here(open)) return take(open, close, kLongestDisplay, true);
    }
    return false;
  }

  std::string_view m_text;
  size_t m_at = 0;
  Fence m_fence;
  TextWithoutMath m_out;
};

}  // namespace

TextWithoutMath takeMath(std::string_view text) {
  const bool none = text.find('$') == std::string_view::npos && text.find("\\(") == std::string_view::npos &&
                    text.find("\\[") == std::string_view::npos && text.find("\\begin{") == std::string_view::npos &&
                    text.find("\xef\xb7") == std::string_view::npos;
  if (none) return {std::string(text), {}};
  return Taker(text).run();
}

std::string_view bareMath(std::string_view source) {
  const size_t mark = source.starts_with("$$") ? 2 : source.starts_with('$') ? 1 : 2;
  if (source.starts_with("\\begin") || source.size() < 2 * mark) return source;
  return source.substr(mark, source.size() - 2 * mark);
}

}  // namespace ui
