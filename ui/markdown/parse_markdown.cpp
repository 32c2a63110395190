#include "ui/markdown/parse_markdown.h"

#include <md4c.h>

#include <QUrl>
#include <algorithm>
#include <climits>
#include <vector>

#include "ui/markdown/footnotes.h"
#include "ui/markdown/math_spans.h"
#include "ui/markdown/split_blocks.h"

namespace ui {

namespace {

constexpr unsigned kDialect =
    MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEURLAUTOLINKS;
constexpr size_t kMaxMarkdownBytes = 16u << 20;
constexpr int kMaxDepth = 12;  // deeper lists and quotations are shown at this depth

struct OpenList {
  bool ordered = false;
  unsigned next = 1;
};

class Builder {
 public:
  explicit Builder(std::vector<MathSpan> math) : m_math(std::move(math)) {}

  QList<MarkdownBlock> take() { return std::move(m_blocks); }

  void enterBlock(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        ++m_quote;
        break;
      case MD_BLOCK_UL:
        m_lists.push_back({false, 0});
        break;
      case MD_BLOCK_OL:
        m_lists.push_back({true, static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start});
        break;
      case MD_BLOCK_LI:
        enterItem(static_cast<MD_BLOCK_LI_DETAIL*>(detail));
        break;
      case MD_BLOCK_HR:
        start(BlockKind::Rule);
        finish();
        break;
      case MD_BLOCK_H:
        start(BlockKind::Heading);
        m_block.level = static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
        break;
      case MD_BLOCK_CODE: {
        start(BlockKind::Code);
        const MD_ATTRIBUTE& language = static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->lang;
        m_block.language = visibleName(withMath(language.text, language.size));
        m_block.language.truncate(24);
        break;
      }
      case MD_BLOCK_P:
        start(BlockKind::Paragraph);
        break;
      case MD_BLOCK_TABLE:
        start(BlockKind::Table);
        m_block.columns = static_cast<int>(static_cast<MD_BLOCK_TABLE_DETAIL*>(detail)->col_count);
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        m_cell = {};
        if (type == MD_BLOCK_TH) m_block.alignments.append(alignment(static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align));
        break;
      default:
        break;
    }
  }

  void leaveBlock(MD_BLOCKTYPE type) {
    switch (type) {
      case MD_BLOCK_QUOTE:
        flushLoose();
        --m_quote;
        break;
      case MD_BLOCK_UL:
      case MD_BLOCK_OL:
        flushLoose();
        m_lists.pop_back();
        m_marker.clear();
        break;
      case MD_BLOCK_LI:
        flushLoose();
        if (!m_marker.isEmpty()) {  // an item without text still shows its bullet
          start(BlockKind::Paragraph);
          finish();
        }
        break;
      case MD_BLOCK_TH:
      case MD_BLOCK_TD:
        m_block.cells.append(std::move(m_cell));
        break;
      case MD_BLOCK_H:
      case MD_BLOCK_CODE:
      case MD_BLOCK_P:
      case MD_BLOCK_TABLE:
        finish();
        break;
      default:
        break;
    }
  }

  void enterSpan(MD_SPANTYPE type, void* detail) {
    m_outerFlags.push_back(m_flags);
    m_outerAddresses.push_back(m_address);
    m_flags |= flagOf(type);
    if (type == MD_SPAN_A) {
      const MD_ATTRIBUTE& href = static_cast<MD_SPAN_A_DETAIL*>(detail)->href;
      const QUrl url(withMath(href.text, href.size), QUrl::StrictMode);
      if (url.isValid() && (url.scheme() == "http" || url.scheme() == "https") && !url.host().isEmpty()) {
        m_address = url.toString(QUrl::FullyEncoded);
      } else {
        m_flags &= static_cast<quint8>(~Link);
      }
    }
  }

  void leaveSpan() {
    m_flags = m_outerFlags.back();
    m_address = m_outerAddresses.back();
    m_outerFlags.pop_back();
    m_outerAddresses.pop_back();
  }

  void text(MD_TEXTTYPE type, const char* data, MD_SIZE size) {
    if (!m_open) start(BlockKind::Paragraph), m_loose = true;  // text of a tight list's item
    switch (type) {
      case MD_TEXT_NULLCHAR:
        return add(QString(QChar(0xfffd)));
      case MD_TEXT_BR:
      case MD_TEXT_SOFTBR:
        return add(QStringLiteral("\n"));
      case MD_TEXT_ENTITY:
        return add(entity(QString::fromUtf8(data, static_cast<qsizetype>(size))));
      case MD_TEXT_CODE:
        return add(displayText(withMath(data, size)));
      default:
        return addText(std::string_view(data, size));
    }
  }

 private:
  /// Calls `text` with what stands between formulas and `formula` with each of them.
  template <typename Text, typename Formula>
  void eachPart(std::string_view data, Text text, Formula formula) const {
    while (!data.empty()) {
      const size_t mark = m_math.empty() ? std::string_view::npos : data.find(kMathMark);
      if (mark != 0) text(data.substr(0, mark));
      if (mark == std::string_view::npos) return;
      data.remove_prefix(mark + kMathMark.size());
      size_t index = 0, digits = 0;
      for (; digits < data.size() && data[digits] >= '0' && data[digits] <= '9' && digits < 6; ++digits) {
        index = index * 10 + static_cast<size_t>(data[digits] - '0');
      }
      data.remove_prefix(digits);
      if (data.starts_with(kMathMarkEnd)) data.remove_prefix(kMathMarkEnd.size());
      if (index < m_math.size()) formula(m_math[index]);
    }
  }

  static QString fromUtf8(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
  }

  /// Where Markdown shows a text as it is, formulas are as they were written.
  QString withMath(const char* data, MD_SIZE size) const {
    QString whole;
    eachPart(
        std::string_view(data, size), [&](std::string_view text) { whole += fromUtf8(text); },
        [&](const MathSpan& span) { whole += fromUtf8(span.source); });
    return whole;
  }

  void addText(std::string_view data) {
    eachPart(
        data, [this](std::string_view text) { add(displayText(fromUtf8(text))); },
        [this](const MathSpan& span) {
          const quint8 outer = m_flags;
          m_flags |= static_cast<quint8>(span.display ? Math | Display : Math);
          // A run of its own, even beside another formula.
          InlineText& target = m_block.kind == BlockKind::Table ? m_cell : m_block.content;
          const QString source = displayText(fromUtf8(span.source));
          target.text += source;
          target.runs.append({static_cast<int>(source.size()), m_flags, m_address});
          m_flags = outer;
        });
  }

  static quint8 flagOf(MD_SPANTYPE type) {
    switch (type) {
      case MD_SPAN_STRONG:
        return Bold;
      case MD_SPAN_EM:
        return Italic;
      case MD_SPAN_CODE:
        return InlineCode;
      case MD_SPAN_DEL:
        return Strike;
      case MD_SPAN_A:
        return Link;
      default:
        return 0;
    }
  }

  static int alignment(MD_ALIGN align) {
    return align == MD_ALIGN_CENTER ? Qt::AlignHCenter : align == MD_ALIGN_RIGHT ? Qt::AlignRight : Qt::AlignLeft;
  }

  static QString entity(const QString& spelled) {
    if (spelled == "&amp;") return QStringLiteral("&");
    if (spelled == "&lt;") return QStringLiteral("<");
    if (spelled == "&gt;") return QStringLiteral(">");
    if (spelled == "&quot;") return QStringLiteral("\"");
    if (spelled == "&apos;") return QStringLiteral("'");
    if (spelled == "&nbsp;") return QString(QChar(0xa0));
    if (!spelled.startsWith(QLatin1String("&#"))) return spelled;
    const bool hex = spelled.size() > 2 && spelled[2].toLower() == u'x';
    bool ok = false;
    const QStringView digits = QStringView(spelled).mid(hex ? 3 : 2).chopped(1);
    const uint code = digits.toUInt(&ok, hex ? 16 : 10);
    if (!ok || code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return QString(QChar(0xfffd));
    const char32_t point = code;
    return displayText(QString::fromUcs4(&point, 1));
  }

  void enterItem(const MD_BLOCK_LI_DETAIL* detail) {
    flushLoose();
    OpenList& list = m_lists.back();
    if (detail->is_task != 0) {
      m_marker = detail->task_mark == ' ' ? QStringLiteral("☐") : QStringLiteral("☑");
    } else {
      m_marker = list.ordered ? QString::number(list.next) + u'.' : QStringLiteral("•");
    }
    if (list.next < UINT_MAX) ++list.next;
  }

  void start(BlockKind kind) {
    flushLoose();
    m_block = {};
    m_block.kind = kind;
    m_block.indent = std::min<int>(static_cast<int>(m_lists.size()), kMaxDepth);
    m_block.quote = std::min(m_quote, kMaxDepth);
    m_block.marker = std::exchange(m_marker, {});
    m_open = true;
  }

  void finish() {
    if (!m_open) return;
    m_open = m_loose = false;
    if (m_block.kind == BlockKind::Code && m_block.content.text.endsWith(u'\n')) {
      m_block.content.text.chop(1);
      if (!m_block.content.runs.isEmpty()) --m_block.content.runs.last().length;
    }
    if (m_block.kind == BlockKind::Paragraph) {
      appendParagraph();
    } else {
      appendInPieces(m_blocks, std::move(m_block));
    }
    m_block = {};
  }

  /// Formulas that want a line of their own part the paragraph.
  void appendParagraph() {
    const InlineText whole = std::move(m_block.content);
    MarkdownBlock part = m_block;
    part.content = {};
    const auto flush = [&] {
      while (!part.content.runs.isEmpty() && part.content.text.endsWith(u'\n')) {
        part.content.text.chop(1);
        if (--part.content.runs.last().length == 0) part.content.runs.removeLast();
      }
      if (part.content.text.isEmpty() && m_parted) return;
      appendInPieces(m_blocks, part);
      part.marker.clear();
      part.content = {};
    };
    qsizetype at = 0;
    m_parted = false;
    for (const InlineRun& run : whole.runs) {
      const QString text = whole.text.mid(at, run.length);
      at += run.length;
      if ((run.flags & Display) == 0) {
        const bool begins = part.content.text.isEmpty() && m_parted;
        const QString kept = begins && text.startsWith(u'\n') ? text.mid(1) : text;
        if (kept.isEmpty()) continue;
        part.content.text += kept;
        part.content.runs.append({static_cast<int>(kept.size()), run.flags, run.address});
        continue;
      }
      m_parted = true;
      flush();
      MarkdownBlock formula = part;
      formula.kind = BlockKind::Math;
      const std::string source = text.toStdString();
      formula.content.text = fromUtf8(bareMath(source)).trimmed();
      formula.content.runs = {{static_cast<int>(formula.content.text.size()), 0, {}}};
      appendInPieces(m_blocks, std::move(formula));
      part.marker.clear();
      part.content = {};
    }
    flush();
    m_parted = false;
  }

  void flushLoose() {
    if (m_loose) finish();
  }

  void add(const QString& piece) {
    if (piece.isEmpty()) return;
    InlineText& target = m_block.kind == BlockKind::Table ? m_cell : m_block.content;
    target.text += piece;
    const int length = static_cast<int>(piece.size());
    if (!target.runs.isEmpty() && target.runs.last().flags == m_flags && target.runs.last().address == m_address) {
      target.runs.last().length += length;
    } else {
      target.runs.append({length, m_flags, m_address});
    }
  }

  QList<MarkdownBlock> m_blocks;
  MarkdownBlock m_block;
  InlineText m_cell;
  std::vector<MathSpan> m_math;
  std::vector<OpenList> m_lists;
  std::vector<quint8> m_outerFlags;
  std::vector<QString> m_outerAddresses;
  QString m_marker, m_address;
  quint8 m_flags = 0;
  int m_quote = 0;
  bool m_open = false, m_loose = false, m_parted = false;
};

Builder& builder(void* user) {
  return *static_cast<Builder*>(user);
}

}  // namespace

QList<MarkdownBlock> parseMarkdown(std::string_view utf8) {
  const std::string_view whole = utf8.substr(0, kMaxMarkdownBytes);
  TextWithoutMath taken = takeMath(whole);
  const std::string kept = keepFootnotes(taken.text);
  utf8 = kept;
  Builder result(std::move(taken.spans));
  MD_PARSER parser = {};
  parser.flags = kDialect;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) {
    builder(user).enterBlock(type, detail);
    return 0;
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void* /*detail*/, void* user) {
    builder(user).leaveBlock(type);
    return 0;
  };
  parser.enter_span = [](MD_SPANTYPE type, void* detail, void* user) {
    builder(user).enterSpan(type, detail);
    return 0;
  };
  parser.leave_span = [](MD_SPANTYPE /*type*/, void* /*detail*/, void* user) {
    builder(user).leaveSpan();
    return 0;
  };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* user) {
    builder(user).text(type, text, size);
    return 0;
  };
  if (md_parse(utf8.data(), static_cast<MD_SIZE>(utf8.size()), &parser, &result) != 0) {
    MarkdownBlock plain;
    plain.content.text = displayText(QString::fromUtf8(whole.data(), static_cast<qsizetype>(whole.size())));
    plain.content.runs.append({static_cast<int>(plain.content.text.size()), 0, {}});
    QList<MarkdownBlock> blocks;
    appendInPieces(blocks, std::move(plain));
    return blocks;
  }
  return result.take();
}

}  // namespace ui
