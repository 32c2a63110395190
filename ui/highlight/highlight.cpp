#include "ui/highlight/highlight.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "ui/highlight/language.h"

namespace ui {

namespace {

constexpr qsizetype kLongestWord = 40;
constexpr qsizetype kLongestChar = 12;  // '\u{10ffff}'
constexpr int kDeepestComment = 1000;

using Words = std::unordered_map<std::string, CodeInk>;

/// A row with its lists taken apart.
struct Prepared {
  const CodeLanguage* row = nullptr;
  Words words;
  std::vector<QString> lineComments;
  QString blockOpen, blockClose, quotes;
};

std::vector<std::string> split(const char* list) {
  std::vector<std::string> words;
  for (const char* at = list; *at != 0;) {
    const char* end = at;
    while (*end != 0 && *end != ' ') ++end;
    if (end > at) words.emplace_back(at, end);
    at = *end == 0 ? end : end + 1;
  }
  return words;
}

/// Made when a language is first seen and kept; called on one thread at a time.
const Prepared& prepared(const CodeLanguage& row) {
  static std::vector<std::unique_ptr<Prepared>> all(languages().size());
  std::unique_ptr<Prepared>& one = all[static_cast<size_t>(&row - languages().data())];
  if (one) return *one;
  one = std::make_unique<Prepared>();
  one->row = &row;
  for (const std::string& word : split(row.types)) one->words[word] = CodeInk::Type;
  for (const std::string& word : split(row.keywords)) one->words[word] = CodeInk::Keyword;
  for (const std::string& mark : split(row.lineComments)) one->lineComments.push_back(QString::fromStdString(mark));
  one->blockOpen = QString::fromLatin1(row.blockOpen);
  one->blockClose = QString::fromLatin1(row.blockClose);
  one->quotes = QString::fromLatin1(row.quotes);
  return *one;
}

bool startsWord(QChar c) {
  return c.isLetter() || c == u'_';
}

bool continuesWord(QChar c) {
  return c.isLetterOrNumber() || c == u'_';
}

bool isBlank(QChar c) {
  return c == u' ' || c == u'\t' || c == u'\r';
}

class Pass {
 public:
  Pass(QStringView code, const Prepared& language, HighlightState& state)
      : m_code(code), m_language(language), m_flags(language.row->flags), m_state(state) {}

  QList<InlineRun> run() {
    using Inside = HighlightState::Inside;
    if ((m_flags & DiffLines) != 0) return diff();
    while (m_at < m_code.size()) {
      if (m_state.inside == Inside::BlockComment) {
        blockComment();
      } else if (m_state.inside == Inside::Text) {
        text();
      } else if (m_state.inside == Inside::Tag) {
        tag();
      } else {
        step();
      }
    }
    return std::move(m_runs);
  }

 private:
  bool has(unsigned flag) const { return (m_flags & flag) != 0; }
  QChar at(qsizetype index) const { return index < m_code.size() ? m_code[index] : QChar(); }
  bool here(const QString& mark) const { return !mark.isEmpty() && m_code.mid(m_at).startsWith(mark); }

  /// Inks up to `end`.
  void put(qsizetype end, CodeInk ink) {
    end = std::min(end, m_code.size());
    const int length = static_cast<int>(end - m_at);
    if (length <= 0) return;
    if (!m_runs.isEmpty() && m_runs.last().ink == ink) {
      m_runs.last().length += length;
    } else {
      m_runs.append({length, 0, {}, ink});
    }
    for (; m_at < end; ++m_at) {
      const QChar c = m_code[m_at];
      if (c == u'\n') {
        m_lineStart = true;
        m_words = 0;
      } else if (!isBlank(c)) {
        m_lineStart = false;
      }
    }
  }

  /// Where `c` stands from `from` on and before `limit`; -1 when it does not.
  qsizetype findBefore(QChar c, qsizetype from, qsizetype limit) const {
    if (from >= m_code.size()) return -1;
    const qsizetype found = m_code.mid(from, std::max<qsizetype>(0, limit - from)).indexOf(c);
    return found < 0 ? -1 : from + found;
  }

  qsizetype lineEnd() const {
    const qsizetype end = m_code.indexOf(u'\n', m_at);
    return end < 0 ? m_code.size() : end;
  }

  QList<InlineRun> diff() {
    while (m_at < m_code.size()) {
      const QStringView line = m_code.mid(m_at, lineEnd() - m_at);
      const bool head =
          line.startsWith(u"+++") || line.startsWith(u"---") || line.startsWith(u"diff ") || line.startsWith(u"index ");
      const CodeInk ink = head                     ? CodeInk::Keyword
                          : line.startsWith(u"@@") ? CodeInk::Function
                          : line.startsWith(u'+')  ? CodeInk::String
                          : line.startsWith(u'-')  ? CodeInk::Number
                          : line.startsWith(u'#')  ? CodeInk::Comment
                                                   : CodeInk::Plain;
      put(lineEnd() + 1, ink);
    }
    return std::move(m_runs);
  }

  void step() {
    if (here(m_language.blockOpen)) {
      m_state.inside = HighlightState::Inside::BlockComment;
      m_state.depth = 1;
      return put(m_at + m_language.blockOpen.size(), CodeInk::Comment);
    }
    const QChar c = m_code[m_at];
    if (has(Markup)) return markup(c);
    if (lineComment()) return;
    if (has(Backslash)) return command(c);
    if (c == u'#' && m_lineStart && has(Directives)) return directive();
    if (m_language.quotes.contains(c)) return quote(c);
    if (c.isDigit() || (c == u'.' && at(m_at + 1).isDigit())) return number();
    if (has(Sigils) && (c == u'$' || c == u'@') && (startsWord(at(m_at + 1)) || at(m_at + 1) == u'{')) return sigil();
    if (startsWord(c) || (has(DashWords) && (c == u'@' || c == u'-') && startsWord(at(m_at + 1)))) return word();
    put(m_at + 1, CodeInk::Plain);
  }

  bool lineComment() {
    for (const QString& mark : m_language.lineComments) {
      const bool word = mark[0].isLetter();
      const QStringView found = m_code.mid(m_at, mark.size());
      if (word ? found.compare(mark, Qt::CaseInsensitive) != 0 || continuesWord(at(m_at + mark.size()))
               : found != mark) {
        continue;
      }
      if ((has(CommentAtStart) || word) && !m_lineStart) continue;
      if (has(SpaceComments) && !m_lineStart && m_at > 0 && !isBlank(m_code[m_at - 1])) continue;
      put(lineEnd(), CodeInk::Comment);
      return true;
    }
    return false;
  }

  void blockComment() {
    qsizetype end = m_at;
    while (end < m_code.size()) {
      const QStringView rest = m_code.mid(end);
      if (rest.startsWith(m_language.blockClose)) {
        end += m_language.blockClose.size();
        if (--m_state.depth > 0) continue;
        m_state = {};
        break;
      }
      if (has(NestedComments) && rest.startsWith(m_language.blockOpen)) {
        m_state.depth = std::min(m_state.depth + 1, kDeepestComment);
        end += m_language.blockOpen.size();
      } else {
        ++end;
      }
    }
    put(end, CodeInk::Comment);
  }

  void quote(QChar c) {
    if (c == u'\'' && has(CharQuote)) return character();
    m_state.inside = HighlightState::Inside::Text;
    m_state.quote = c.unicode();
    m_state.triple = has(TripleQuotes) && at(m_at + 1) == c && at(m_at + 2) == c;
    m_opening = m_state.triple ? 3 : 1;
    text();
  }

  /// 'x' or '\n'; a lone ' is a lifetime or part of a name.
  void character() {
    qsizetype end = m_at + 1;
    if (at(end) == u'\\') {
      end = findBefore(u'\'', end + 2, m_at + kLongestChar);
    } else {
      end += at(end).isHighSurrogate() ? 2 : 1;
      if (at(end) != u'\'') end = -1;
    }
    if (end < 0) {
      qsizetype name = m_at + 1;
      while (continuesWord(at(name))) ++name;
      return put(name, CodeInk::Type);
    }
    put(end + 1, CodeInk::String);
  }

  void text() {
    const QChar quote(m_state.quote);
    const bool lines = m_state.triple || has(LinesInText) || (has(LinesInBacktick) && quote == u'`');
    qsizetype end = m_at + std::exchange(m_opening, 0);
    for (; end < m_code.size(); ++end) {
      const QChar c = m_code[end];
      if (c == u'\\' && !has(NoEscape)) {
        ++end;
      } else if (c == u'\n' && !lines) {
        m_state = {};  // a text that was not closed ends with its line
        break;
      } else if (c == quote && (!m_state.triple || (at(end + 1) == quote && at(end + 2) == quote))) {
        end += m_state.triple ? 3 : 1;
        m_state = {};
        break;
      }
    }
    put(end, keyBefore(end) ? CodeInk::Function : CodeInk::String);
  }

  /// A text just before a colon names a value, in languages of keys.
  bool keyBefore(qsizetype end) const {
    if (!has(Keys) || m_state.inside != HighlightState::Inside::Code) return false;
    while (isBlank(at(end))) ++end;
    return at(end) == u':';
  }

  void number() {
    qsizetype end = m_at + 1;
    const bool hex = m_code[m_at] == u'0' && (at(end) == u'x' || at(end) == u'X');
    for (; end < m_code.size(); ++end) {
      const QChar c = m_code[end];
      const QChar before = m_code[end - 1].toLower();
      const bool sign = (c == u'+' || c == u'-') && !hex && before == u'e';
      const bool point = c == u'.' && at(end + 1) != u'.';
      if (!continuesWord(c) && !sign && !point && !(c == u'\'' && at(end + 1).isDigit())) break;
    }
    if (m_code[end - 1] == u'.') --end;
    put(end, CodeInk::Number);
  }

  void sigil() {
    qsizetype end = m_at + 1;
    if (at(end) == u'{') {
      const qsizetype close = findBefore(u'}', end, lineEnd());
      end = close < 0 ? end : close + 1;
    } else {
      while (continuesWord(at(end))) ++end;
    }
    if (m_code[m_at] == u'@' && inkOf(m_code.mid(m_at, end - m_at)) == CodeInk::Keyword)
      return put(end, CodeInk::Keyword);
    put(end, CodeInk::Type);
  }

  CodeInk inkOf(QStringView word) const {
    if (word.size() > kLongestWord) return CodeInk::Plain;
    std::array<char, kLongestWord> letters{};
    size_t length = 0;
    for (const QChar c : word) {
      if (c.unicode() > 0x7f) return CodeInk::Plain;
      const char letter = static_cast<char>(c.unicode());
      const bool upper = letter >= 'A' && letter <= 'Z';
      letters[length++] = has(NoCase) && upper ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    const auto found = m_language.words.find(std::string(letters.data(), length));
    return found != m_language.words.end() ? found->second : CodeInk::Plain;
  }

  void word() {
    const bool first = m_words++ == 0;
    qsizetype end = m_at + 1;
    while (end < m_code.size() && (continuesWord(m_code[end]) || (has(DashWords) && m_code[end] == u'-') ||
                                   (m_code[end] == u'*' && has(DashWords) && has(LinesInText) && !has(Sigils)))) {
      ++end;
    }
    if (end < m_code.size() && (m_code[end] == u'?' || m_code[end] == u'!') &&
        inkOf(m_code.mid(m_at, end + 1 - m_at)) != CodeInk::Plain) {
      ++end;
    }
    const QStringView word = m_code.mid(m_at, end - m_at);
    CodeInk ink = inkOf(word);
    qsizetype next = end;
    while (isBlank(at(next))) ++next;
    const QChar after = at(next);
    if (ink == CodeInk::Plain) {
      const bool call = after == u'(' && !has(DashWords);
      const bool macro = at(end) == u'!' && (at(end + 1) == u'(' || at(end + 1) == u'[' || at(end + 1) == u'{');
      const bool key = has(Keys) && first && (after == u':' || after == u'=');
      const bool capital = has(CapitalTypes) && word[0].isUpper();
      ink = key || macro              ? CodeInk::Function
            : capital                 ? CodeInk::Type
            : call                    ? CodeInk::Function
            : first && has(FirstWord) ? (after == u':' ? CodeInk::Function : CodeInk::Keyword)
                                      : CodeInk::Plain;
    } else if (ink == CodeInk::Keyword && has(NoCase) && !has(FirstWord) && after == u'(' && at(next - 1) != u' ' &&
               has(NoEscape) && m_language.quotes.contains(u'`')) {
      ink = functionInSql(word) ? CodeInk::Function : ink;
    }
    put(end, ink);
  }

  /// Words of SQL that are calls where a parenthesis follows at once.
  static bool functionInSql(QStringView word) {
    for (const QLatin1String name : {QLatin1String("left"), QLatin1String("right"), QLatin1String("replace"),
                                     QLatin1String("range"), QLatin1String("first"), QLatin1String("last")}) {
      if (word.compare(name, Qt::CaseInsensitive) == 0) return true;
    }
    return false;
  }

  void directive() {
    qsizetype end = m_at + 1;
    while (isBlank(at(end))) ++end;
    while (continuesWord(at(end))) ++end;
    const bool include = m_code.mid(m_at, end - m_at).endsWith(u"include");
    put(end, CodeInk::Keyword);
    while (isBlank(at(end))) ++end;
    put(end, CodeInk::Plain);
    if (!include || at(m_at) != u'<') return;
    const qsizetype close = findBefore(u'>', m_at, lineEnd());
    if (close >= 0) put(close + 1, CodeInk::String);
  }

  void command(QChar c) {
    qsizetype end = m_at + 1;
    if (c == u'\\') {
      while (at(end).isLetter()) ++end;
      return put(std::max(end, m_at + 2), CodeInk::Keyword);
    }
    if (c == u'$') return put(end, CodeInk::String);
    put(end, c.isDigit() ? CodeInk::Number : c == u'{' || c == u'}' ? CodeInk::Function : CodeInk::Plain);
  }

  void markup(QChar c) {
    const QChar next = at(m_at + 1);
    if (c == u'<' && (next.isLetter() || next == u'/' || next == u'!' || next == u'?')) {
      qsizetype end = m_at + 2;
      while (continuesWord(at(end)) || at(end) == u'-' || at(end) == u':') ++end;
      m_state.inside = HighlightState::Inside::Tag;
      return put(end, CodeInk::Keyword);
    }
    const qsizetype close = c == u'&' ? findBefore(u';', m_at, m_at + kLongestChar) : -1;
    if (close >= 0) return put(close + 1, CodeInk::Number);
    put(m_at + 1, CodeInk::Plain);
  }

  void tag() {
    const QChar c = m_code[m_at];
    if (m_state.quote != 0 || c == u'"' || c == u'\'') return attribute();
    qsizetype end = m_at + 1;
    if (c == u'>' || ((c == u'/' || c == u'?') && at(end) == u'>')) {
      m_state = {};
      return put(c == u'>' ? end : end + 1, CodeInk::Keyword);
    }
    if (!startsWord(c) && c != u':' && c != u'@') return put(end, CodeInk::Plain);
    while (continuesWord(at(end)) || at(end) == u'-' || at(end) == u':' || at(end) == u'.') ++end;
    put(end, CodeInk::Type);
  }

  void attribute() {
    const bool opens = m_state.quote == 0;
    const QChar quote = opens ? m_code[m_at] : QChar(m_state.quote);
    const qsizetype close = m_code.indexOf(quote, m_at + (opens ? 1 : 0));
    m_state.quote = close < 0 ? quote.unicode() : u'\0';
    put(close < 0 ? m_code.size() : close + 1, CodeInk::String);
  }

  QStringView m_code;
  const Prepared& m_language;
  unsigned m_flags;
  HighlightState& m_state;
  QList<InlineRun> m_runs;
  qsizetype m_at = 0, m_opening = 0;
  int m_words = 0;
  bool m_lineStart = true;
};

}  // namespace

const CodeLanguage* findLanguage(QStringView fence) {
  static const auto byName = [] {
    std::unordered_map<std::string, const CodeLanguage*> map;
    for (const CodeLanguage& row : languages()) {
      for (const std::string& name : split(row.names)) map.emplace(name, &row);
    }
    return map;
  }();
  fence = fence.trimmed();
  if (fence.startsWith(u"language-")) fence = fence.mid(9);
  qsizetype end = 0;
  while (end < fence.size() && !fence[end].isSpace() && fence[end] != u'{' && fence[end] != u',' &&
         fence[end] != u':') {
    ++end;
  }
  const auto found = byName.find(fence.left(end).toString().toLower().toStdString());
  return found != byName.end() ? found->second : nullptr;
}

QString languageLabel(const QString& fence) {
  const CodeLanguage* row = findLanguage(fence);
  return row != nullptr ? QString::fromLatin1(row->label) : fence;
}

QStringList languageLabels() {
  QStringList labels;
  for (const CodeLanguage& row : languages()) labels.append(QString::fromLatin1(row.label));
  return labels;
}

QList<InlineRun> highlightCode(QStringView code, const CodeLanguage* language, HighlightState& state) {
  if (language == nullptr) {
    if (code.isEmpty()) return {};
    return {{static_cast<int>(code.size()), 0, {}, CodeInk::Plain}};
  }
  return Pass(code, prepared(*language), state).run();
}

}  // namespace ui
