#include "ui/math/parse_math.h"

#include <array>

#include "ui/math/math_symbols.h"

namespace ui {

namespace {

constexpr qsizetype kMaxLength = 8000;
constexpr int kMaxDepth = 24, kMaxNodes = 3000;

using Kind = MathNode::Kind;

struct Environment {
  const char* name;
  const char* open;
  const char* close;
  const char* columns;  ///< repeated
};

constexpr std::array<Environment, 18> kEnvironments = {{{"matrix", "", "", "c"},
                                                        {"smallmatrix", "", "", "c"},
                                                        {"pmatrix", "(", ")", "c"},
                                                        {"bmatrix", "[", "]", "c"},
                                                        {"Bmatrix", "{", "}", "c"},
                                                        {"vmatrix", "|", "|", "c"},
                                                        {"Vmatrix", "‖", "‖", "c"},
                                                        {"cases", "{", "", "l"},
                                                        {"aligned", "", "", "rl"},
                                                        {"align", "", "", "rl"},
                                                        {"align*", "", "", "rl"},
                                                        {"split", "", "", "rl"},
                                                        {"gathered", "", "", "c"},
                                                        {"gather", "", "", "c"},
                                                        {"gather*", "", "", "c"},
                                                        {"equation", "", "", "c"},
                                                        {"equation*", "", "", "c"},
                                                        {"array", "", "", "c"}}};

MathNode symbol(const QString& text, MathClass spacing, MathFont font) {
  MathNode node;
  node.kind = Kind::Symbol;
  node.text = text;
  node.spacing = spacing;
  node.font = font;
  return node;
}

class Parser {
 public:
  explicit Parser(QStringView tex) : m_tex(tex) {}

  std::optional<MathNode> parse() {
    MathNode row = parseRow(0, Stop::End);
    if (m_failed || m_at < m_tex.size()) return std::nullopt;
    return row;
  }

 private:
  enum class Stop { End, Brace, Bracket, Right, Cell };

  MathNode fail() {
    m_failed = true;
    return {};
  }
  bool done() const { return m_failed || m_at >= m_tex.size(); }
  QChar peek() const { return m_at < m_tex.size() ? m_tex[m_at] : QChar(); }
  void skipBlank() {
    while (m_at < m_tex.size() && m_tex[m_at].isSpace()) ++m_at;
  }
  bool take(QStringView mark) {
    if (!m_tex.mid(m_at).startsWith(mark)) return false;
    m_at += mark.size();
    return true;
  }
  bool commandAhead(QStringView name) const {
    const QStringView rest = m_tex.mid(m_at);
    return rest.startsWith(name) && (rest.size() == name.size() || !rest[name.size()].isLetter());
  }

  /// Up to what ends it, which is left where it is.
  MathNode parseRow(int depth, Stop stop) {
    MathNode row;
    if (depth > kMaxDepth) return fail();
    const MathFont outer = m_font;
    while (!done()) {
      skipBlank();
      const QChar c = peek();
      if (m_at >= m_tex.size() || c == u'}' || (stop == Stop::Bracket && c == u']')) break;
      if (stop == Stop::Cell && (c == u'&' || m_tex.mid(m_at).startsWith(u"\\\\") || commandAhead(u"\\end"))) break;
      if (stop == Stop::Right && (commandAhead(u"\\right") || commandAhead(u"\\middle"))) break;
      if (c == u'_' || c == u'^' || c == u'\'') {
        scripts(row, depth);
        continue;
      }
      if (commandAhead(u"\\limits") || commandAhead(u"\\nolimits")) {
        const bool limits = commandAhead(u"\\limits");
        m_at += limits ? 7 : 9;
        if (!row.children.empty()) row.children.back().limits = limits;
        continue;
      }
      if (commandAhead(u"\\over")) {
        m_at += 5;
        MathNode fraction;
        fraction.kind = Kind::Fraction;
        fraction.amount = 1;
        fraction.children.push_back(std::move(row));
        fraction.children.push_back(parseRow(depth + 1, stop));
        row = {};
        row.children.push_back(std::move(fraction));
        break;
      }
      MathNode next = atom(depth);
      if (m_failed || ++m_nodes > kMaxNodes) return fail();
      row.children.push_back(std::move(next));
    }
    m_font = outer;
    return row;
  }

  void scripts(MathNode& row, int depth) {
    MathNode node;
    node.kind = Kind::Scripts;
    node.children.resize(3);
    if (!row.children.empty()) {
      node.children[0] = std::move(row.children.back());
      row.children.pop_back();
    }
    node.spacing = node.children[0].spacing;
    node.limits = node.children[0].limits;
    bool below = false, above = false;
    while (!done()) {
      skipBlank();
      const QChar c = peek();
      if (c == u'\'') {
        QString primes;
        while (peek() == u'\'') ++m_at, primes += QChar(0x2032);
        node.children[2].children.push_back(symbol(primes, MathClass::Ordinary, MathFont::Upright));
        continue;
      }
      if (c != u'_' && c != u'^') break;
      bool& taken = c == u'_' ? below : above;
      if (std::exchange(taken, true)) {
        fail();
        return;
      }
      ++m_at;
      node.children[c == u'_' ? 1 : 2].children.push_back(argument(depth + 1));
    }
    row.children.push_back(std::move(node));
  }

  /// A group in braces, or one atom.
  MathNode argument(int depth) {
    if (depth > kMaxDepth) return fail();
    skipBlank();
    if (m_at >= m_tex.size()) return fail();
    if (peek() == u'{') return group(depth);
    if (peek() == u'}' || peek() == u'&' || peek() == u'_' || peek() == u'^') return fail();
    return atom(depth);
  }

  MathNode group(int depth) {
    ++m_at;
    MathNode inner = parseRow(depth + 1, Stop::Brace);
    if (peek() != u'}') return fail();
    ++m_at;
    return inner;
  }

  /// What stands between braces, as it is.
  QString raw() {
    skipBlank();
    if (peek() != u'{') return m_failed = true, QString();
    int depth = 0;
    const qsizetype begin = m_at + 1;
    for (; m_at < m_tex.size(); ++m_at) {
      if (m_tex[m_at] == u'\\') {
        ++m_at;
      } else if (m_tex[m_at] == u'{') {
        ++depth;
      } else if (m_tex[m_at] == u'}' && --depth == 0) {
        return m_tex.mid(begin, m_at++ - begin).toString();
      }
    }
    m_failed = true;
    return {};
  }

  MathNode atom(int depth) {
    const QChar c = peek();
    if (c == u'{') return group(depth);
    if (c == u'\\') return command(depth);
    if (c == u'&' || c == u'#' || c == u'$' || c == u'%') return fail();
    ++m_at;
    if (c == u'~') return space(0.25);
    char32_t letter = c.unicode();
    if (c.isHighSurrogate() && m_at < m_tex.size()) letter = QChar::surrogateToUcs4(c, m_tex[m_at++]);
    if (c.isLetter()) return symbol(mathLetter(letter, m_font), MathClass::Ordinary, m_font);
    if (c.isDigit()) return number(c);
    switch (c.unicode()) {
      case u'+':
      case u'*':
        return symbol(c == u'*' ? QString(QChar(0x2217)) : QString(c), MathClass::Binary, MathFont::Upright);
      case u'-':
        return symbol(QString(QChar(0x2212)), MathClass::Binary, MathFont::Upright);
      case u'=':
      case u'<':
      case u'>':
      case u':':
        return symbol(QString(c), MathClass::Relation, MathFont::Upright);
      case u',':
      case u';':
        return symbol(QString(c), MathClass::Punctuation, MathFont::Upright);
      case u'(':
      case u'[':
        return symbol(QString(c), MathClass::Opening, MathFont::Upright);
      case u')':
      case u']':
      case u'!':
      case u'?':
        return symbol(QString(c), MathClass::Closing, MathFont::Upright);
      default:
        return symbol(QString::fromUcs4(&letter, 1), MathClass::Ordinary, MathFont::Upright);
    }
  }

  MathNode number(QChar first) {
    QString digits(first);
    while (m_at < m_tex.size() &&
           (peek().isDigit() || (peek() == u'.' && m_at + 1 < m_tex.size() && m_tex[m_at + 1].isDigit()))) {
      digits += m_tex[m_at++];
    }
    if (m_font == MathFont::Italic || m_font == MathFont::Upright)
      return symbol(digits, MathClass::Ordinary, MathFont::Upright);
    QString letters;
    for (const QChar digit : digits) letters += mathLetter(digit.unicode(), m_font);
    return symbol(letters, MathClass::Ordinary, m_font);
  }

  static MathNode space(double em) {
    MathNode node;
    node.kind = Kind::Space;
    node.amount = em;
    return node;
  }

  QStringView name() {
    ++m_at;
    qsizetype end = m_at;
    while (end < m_tex.size() && m_tex[end].unicode() < 0x80 && m_tex[end].isLetter()) ++end;
    if (end == m_at && end < m_tex.size()) ++end;
    const QStringView found = m_tex.mid(m_at, end - m_at);
    m_at = end;
    return found;
  }

  MathNode command(int depth) {
    const QStringView word = name();
    if (word.isEmpty()) return fail();
    if (word == u"frac" || word == u"dfrac" || word == u"tfrac" || word == u"cfrac") return fraction(depth, 1);
    if (word == u"binom" || word == u"dbinom" || word == u"tbinom") {
      MathNode fenced;
      fenced.kind = Kind::Fenced;
      fenced.text = QStringLiteral("(");
      fenced.other = QStringLiteral(")");
      fenced.children.push_back(fraction(depth, 0));
      return fenced;
    }
    if (word == u"sqrt") return root(depth);
    if (word == u"left") return fenced(depth);
    if (word == u"begin") return environment(depth);
    if (word == u"text" || word == u"textrm" || word == u"mbox" || word == u"textit" || word == u"textbf" ||
        word == u"texttt") {
      return symbol(raw(), MathClass::Ordinary, word == u"texttt" ? MathFont::Mono : MathFont::Text);
    }
    if (word == u"operatorname") {
      const bool limits = take(u"*");
      MathNode node = symbol(raw(), MathClass::Operator, MathFont::Upright);
      node.limits = limits;
      return node;
    }
    if (const auto font = fontOf(word)) {
      const MathFont outer = std::exchange(m_font, *font);
      MathNode inner = argument(depth + 1);
      m_font = outer;
      return inner;
    }
    if (const QString accent = mathAccent(word); !accent.isEmpty()) {
      MathNode node;
      node.kind = Kind::Accent;
      node.text = accent;
      node.limits = word == u"overbrace" || word == u"underbrace";
      node.children.push_back(argument(depth + 1));
      return node;
    }
    if (word == u"overset" || word == u"underset" || word == u"stackrel") return stacked(depth, word != u"underset");
    if (word == u"boxed" || word == u"mathstrut" || word == u"phantom") return argument(depth + 1);
    if (word == u"not") return negated(depth);
    if (word == u"mod" || word == u"bmod") return symbol(QStringLiteral("mod"), MathClass::Binary, MathFont::Upright);
    if (word == u"pmod") {
      MathNode row = space(0.6);
      MathNode all;
      all.children = {row, symbol(QStringLiteral("(mod "), MathClass::Ordinary, MathFont::Text), argument(depth + 1),
                      symbol(QStringLiteral(")"), MathClass::Closing, MathFont::Upright)};
      return all;
    }
    if (word == u"tag" || word == u"label") return raw(), MathNode();
    if (word == u"displaystyle" || word == u"textstyle" || word == u"scriptstyle" || word == u"nonumber" ||
        word == u"notag") {
      return {};
    }
    for (const QStringView size : {u"bigl", u"bigr", u"Bigl", u"Bigr", u"biggl", u"biggr", u"big", u"Big", u"bigg"}) {
      if (word == size) return skipBlank(), delimiter(word.back() == u'r' ? MathClass::Closing : MathClass::Opening);
    }
    if (word == u",") return space(0.17);
    if (word == u":" || word == u">") return space(0.22);
    if (word == u";" || word == u" ") return space(0.28);
    if (word == u"!") return space(-0.17);
    if (word == u"quad") return space(1);
    if (word == u"qquad") return space(2);
    if (auto found = mathSymbol(word)) return std::move(*found);
    return fail();
  }

  static std::optional<MathFont> fontOf(QStringView word) {
    if (word == u"mathrm" || word == u"mathsf" || word == u"rm") return MathFont::Upright;
    if (word == u"mathbf" || word == u"boldsymbol" || word == u"bm") return MathFont::Bold;
    if (word == u"mathbb") return MathFont::Double;
    if (word == u"mathcal" || word == u"mathscr") return MathFont::Script;
    if (word == u"mathfrak") return MathFont::Fraktur;
    if (word == u"mathit") return MathFont::Italic;
    if (word == u"mathtt") return MathFont::Mono;
    return std::nullopt;
  }

  MathNode fraction(int depth, double bar) {
    MathNode node;
    node.kind = Kind::Fraction;
    node.amount = bar;
    node.children.push_back(argument(depth + 1));
    node.children.push_back(argument(depth + 1));
    return node;
  }

  MathNode root(int depth) {
    MathNode node;
    node.kind = Kind::Root;
    skipBlank();
    std::optional<MathNode> degree;
    if (take(u"[")) {
      degree = parseRow(depth + 1, Stop::Bracket);
      if (!take(u"]")) return fail();
    }
    node.children.push_back(argument(depth + 1));
    if (degree) node.children.push_back(std::move(*degree));
    return node;
  }

  /// ( [ | . \langle ...: what \left and \right take.
  MathNode delimiter(MathClass spacing) {
    skipBlank();
    if (m_at >= m_tex.size()) return fail();
    if (peek() == u'\\') {
      auto found = mathSymbol(name());
      if (!found || found->text.size() > 1) return fail();
      found->spacing = spacing;
      return std::move(*found);
    }
    const QChar c = m_tex[m_at++];
    if (!QStringView(u"()[]|/.<>").contains(c)) return fail();
    const QString shape = c == u'.'   ? QString()
                          : c == u'<' ? QString(QChar(0x27e8))
                          : c == u'>' ? QString(QChar(0x27e9))
                                      : QString(c);
    return symbol(shape, spacing, MathFont::Upright);
  }

  MathNode fenced(int depth) {
    MathNode node;
    node.kind = Kind::Fenced;
    node.text = delimiter(MathClass::Opening).text;
    MathNode inner = parseRow(depth + 1, Stop::Right);
    while (!m_failed && commandAhead(u"\\middle")) {
      m_at += 7;
      inner.children.push_back(delimiter(MathClass::Relation));
      inner.children.push_back(parseRow(depth + 1, Stop::Right));
      if (++m_nodes > kMaxNodes) return fail();
    }
    if (!commandAhead(u"\\right")) return fail();
    m_at += 6;
    node.other = delimiter(MathClass::Closing).text;
    node.children.push_back(std::move(inner));
    return node;
  }

  MathNode environment(int depth) {
    const QString which = raw();
    const Environment* found = nullptr;
    for (const Environment& one : kEnvironments) {
      if (which == QLatin1String(one.name)) found = &one;
    }
    if (found == nullptr || depth + 1 > kMaxDepth) return fail();
    MathNode grid;
    grid.kind = Kind::Grid;
    grid.other = QString::fromLatin1(found->columns);
    if (which == u"array") {
      grid.other.clear();
      for (const QChar c : raw()) {
        if (c == u'l' || c == u'c' || c == u'r') grid.other += c;
      }
      if (grid.other.isEmpty()) return fail();
    }
    std::vector<std::vector<MathNode>> rows(1);
    size_t columns = 1;
    while (!done()) {
      rows.back().push_back(parseRow(depth + 1, Stop::Cell));
      columns = std::max(columns, rows.back().size());
      if (++m_nodes > kMaxNodes) return fail();
      if (take(u"&")) continue;
      if (take(u"\\\\")) {
        skipBlank();
        if (commandAhead(u"\\hline")) m_at += 6;
        rows.emplace_back();
        continue;
      }
      break;
    }
    if (!commandAhead(u"\\end")) return fail();
    m_at += 4;
    if (raw() != which) return fail();
    if (rows.size() > 1 && rows.back().size() == 1 && rows.back()[0].children.empty()) rows.pop_back();
    grid.columns = static_cast<int>(columns);
    if (columns * rows.size() > static_cast<size_t>(kMaxNodes)) return fail();
    for (std::vector<MathNode>& cells : rows) {
      cells.resize(columns);
      for (MathNode& cell : cells) grid.children.push_back(std::move(cell));
    }
    if (*found->open == 0 && *found->close == 0) return grid;
    MathNode node;
    node.kind = Kind::Fenced;
    node.text = QString::fromUtf8(found->open);
    node.other = QString::fromUtf8(found->close);
    node.children.push_back(std::move(grid));
    return node;
  }

  /// One over the other.
  MathNode stacked(int depth, bool above) {
    MathNode node;
    node.kind = Kind::Scripts;
    node.children.resize(3);
    node.children[above ? 2 : 1] = argument(depth + 1);
    node.children[0] = argument(depth + 1);
    node.spacing = node.children[0].spacing;
    node.limits = true;
    node.large = true;  // even where there is little room
    return node;
  }

  MathNode negated(int depth) {
    MathNode node = argument(depth + 1);
    if (node.kind != Kind::Symbol) return fail();
    node.text += QChar(0x0338);
    return node;
  }

  QStringView m_tex;
  qsizetype m_at = 0;
  int m_nodes = 0;
  MathFont m_font = MathFont::Italic;
  bool m_failed = false;
};

}  // namespace

std::optional<MathNode> parseMath(QStringView tex) {
  tex = tex.trimmed();
  if (tex.isEmpty() || tex.size() > kMaxLength) return std::nullopt;
  return Parser(tex).parse();
}

}  // namespace ui
