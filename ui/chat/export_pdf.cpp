#include "ui/chat/export_pdf.h"

#include <QAbstractTextDocumentLayout>
#include <QCoreApplication>
#include <QPageSize>
#include <QPdfWriter>
#include <QSaveFile>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextFrame>
#include <QTextTable>
#include <QUrl>
#include <QVariant>
#include <array>

#include "ui/chat/math_object.h"
#include "ui/markdown/math_spans.h"

namespace ui {

namespace {

constexpr int kResolution = 96, kBody = 14, kSmall = 11, kCode = 12;
constexpr qreal kIndent = 22, kQuote = 14;

// Paper is light.
const QColor kInk(0x1A1D21), kMuted(0x555C66), kLine(0xC3C8D0), kGround(0xF5F6F7), kLink(0xB9430F);
const std::array<QColor, 7> kInks = {
    kInk, QColor(0x8A2F8F), QColor(0x1B6F46), QColor(0x9A4A0C), QColor(0x626974), QColor(0x2A5DA8), QColor(0x7A5600)};

QString words(const char* text) {
  return QCoreApplication::translate("ui::Export", text);
}

class ClosedDocument : public QTextDocument {
 protected:
  QVariant loadResource(int /*type*/, const QUrl& /*name*/) override { return {}; }
};

QTextCharFormat look(int pixels, const QColor& ink, bool mono = false) {
  QTextCharFormat format;
  QFont font(mono ? QStringLiteral("JetBrains Mono") : QStringLiteral("Inter"));
  font.setPixelSize(pixels);
  format.setFont(font);
  format.setForeground(ink);
  return format;
}

class Writer {
 public:
  explicit Writer(QTextDocument& document) : m_cursor(&document) {
    document.documentLayout()->registerHandler(MathObject::kType, &m_math);
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    document.setDefaultTextOption(option);
  }

  void write(const ExportedChat& chat) {
    line(chat.title, bold(look(20, kInk)), 0, 0, true);
    if (!chat.systemPrompt.isEmpty()) {
      line(words(QT_TRANSLATE_NOOP("ui::Export", "System prompt")), bold(look(kSmall, kMuted)), 14);
      plain(chat.systemPrompt);
    }
    for (const ExportedMessage& message : chat.messages) write(message);
  }

 private:
  static QTextCharFormat bold(QTextCharFormat format) {
    format.setFontWeight(QFont::DemiBold);
    return format;
  }

  void begin(qreal above, qreal left = 0) {
    QTextBlockFormat block;
    block.setTopMargin(above);
    block.setLeftMargin(left);
    if (m_first) {
      m_cursor.setBlockFormat(block);
    } else {
      m_cursor.insertBlock(block);
    }
    m_first = false;
  }

  void line(const QString& text, const QTextCharFormat& format, qreal above, qreal left = 0, bool isFirst = false) {
    m_first = m_first || isFirst;
    begin(above, left);
    m_cursor.insertText(text, format);
  }

  void plain(const QString& text) {
    for (const QString& one : text.split(u'\n')) line(one, look(kBody, kInk), 2, 12);
  }

  void write(const ExportedMessage& message) {
    line(message.role, bold(look(kSmall, kMuted)), 18);
    if (message.user) {
      plain(message.text);
      for (const ExportedFile& file : message.files) {
        line(file.name, bold(look(kSmall, kMuted)), 8, 12);
        code({file.text, {}}, 12);
      }
      return;
    }
    if (!message.reasoning.isEmpty()) {
      line(words(QT_TRANSLATE_NOOP("ui::Export", "Reasoning")), bold(look(kSmall, kMuted)), 6, kQuote);
      for (MarkdownBlock block : message.reasoning) {
        ++block.quote;
        write(block);
      }
    }
    for (const MarkdownBlock& block : message.blocks) write(block);
    QStringList below;
    if (!message.state.isEmpty()) below.append(message.state);
    if (!message.madeBy.isEmpty()) below.append(message.madeBy);
    if (!below.isEmpty()) line(below.join(QStringLiteral(" · ")), look(kSmall, kMuted), 6);
  }

  void write(const MarkdownBlock& block) {
    const qreal left = block.indent * kIndent + block.quote * kQuote;
    const QColor ink = block.quote > 0 ? kMuted : kInk;
    switch (block.kind) {
      case BlockKind::Heading:
        begin(12, left);
        return inlined(block.content, bold(look(std::max(kBody, 20 - 2 * block.level), ink)));
      case BlockKind::Code:
        return code(block.content, left);
      case BlockKind::Table:
        return table(block, left);
      case BlockKind::Rule: {
        begin(6, left);
        QTextBlockFormat rule = m_cursor.blockFormat();
        rule.setProperty(QTextFormat::BlockTrailingHorizontalRulerWidth,
                         QTextLength(QTextLength::PercentageLength, 100));
        return m_cursor.setBlockFormat(rule);
      }
      case BlockKind::Math:
        begin(8, left + kIndent);
        return formula(block.content.text, block.content.text, look(kBody + 1, ink));
      case BlockKind::Paragraph:
        break;
    }
    begin(block.marker.isEmpty() ? 6 : 3, left);
    if (!block.marker.isEmpty()) {
      QTextBlockFormat item = m_cursor.blockFormat();
      item.setTextIndent(-kIndent + 4);
      item.setTabPositions({QTextOption::Tab(kIndent - 4, QTextOption::LeftTab)});
      m_cursor.setBlockFormat(item);
      m_cursor.insertText(block.marker + u' ', look(kBody, kMuted));
    }
    inlined(block.content, look(kBody, ink));
  }

  void inlined(const InlineText& content, const QTextCharFormat& base) {
    qsizetype at = 0;
    for (const InlineRun& run : content.runs) {
      QString text = content.text.mid(at, run.length);
      at += run.length;
      QTextCharFormat format = base;
      if ((run.flags & InlineCode) != 0) {
        format = look(kCode, base.foreground().color(), true);
        format.setBackground(kGround);
      }
      if ((run.flags & Bold) != 0) format.setFontWeight(QFont::DemiBold);
      if ((run.flags & Italic) != 0) format.setFontItalic(true);
      if ((run.flags & Strike) != 0) format.setFontStrikeOut(true);
      if ((run.flags & Link) != 0) {
        format.setAnchor(true);
        format.setAnchorHref(run.address);
        format.setForeground(kLink);
        format.setFontUnderline(true);
      }
      if ((run.flags & Math) != 0) {
        const std::string source = text.toStdString();
        formula(QString::fromStdString(std::string(bareMath(source))), text, base);
      } else {
        m_cursor.insertText(text.replace(u'\n', QChar::LineSeparator), format);
      }
    }
  }

  void formula(const QString& tex, const QString& source, const QTextCharFormat& base) {
    QFont font = base.font();
    const QTextCharFormat drawn = m_math.format(tex, font, base.foreground().color());
    if (drawn.objectType() == MathObject::kType) {
      m_cursor.insertText(QString(QChar::ObjectReplacementCharacter), drawn);
    } else {
      m_cursor.insertText(QString(source).replace(u'\n', QChar::LineSeparator), look(kCode, kMuted, true));
    }
  }

  void code(const InlineText& text, qreal left) {
    QTextFrameFormat box;
    box.setBackground(kGround);
    box.setBorder(0);
    box.setPadding(8);
    box.setTopMargin(6);
    box.setBottomMargin(2);
    box.setLeftMargin(left);
    QTextFrame* frame = m_cursor.insertFrame(box);
    qsizetype at = 0;
    const auto put = [this](QString piece, const QColor& ink) {
      m_cursor.insertText(piece.replace(u'\n', QChar::LineSeparator), look(kCode, ink, true));
    };
    for (const InlineRun& run : text.runs) {
      put(text.text.mid(at, run.length), kInks[static_cast<size_t>(run.ink)]);
      at += run.length;
    }
    put(text.text.mid(at), kInk);
    leave(frame);
  }

  void table(const MarkdownBlock& block, qreal left) {
    const int columns = std::max(1, block.columns);
    const int rows = static_cast<int>((block.cells.size() + columns - 1) / columns);
    if (rows == 0) return;
    QTextTableFormat format;
    format.setBorder(1);
    format.setBorderBrush(kLine);
    format.setBorderCollapse(true);
    format.setCellPadding(4);
    format.setTopMargin(6);
    format.setLeftMargin(left);
    format.setHeaderRowCount(1);
    QTextTable* table = m_cursor.insertTable(rows, columns, format);
    for (qsizetype i = 0; i < block.cells.size(); ++i) {
      const int row = static_cast<int>(i / columns), column = static_cast<int>(i % columns);
      QTextTableCell cell = table->cellAt(row, column);
      m_cursor = cell.firstCursorPosition();
      QTextBlockFormat aligned;
      aligned.setAlignment(static_cast<Qt::Alignment>(block.alignments.value(column, Qt::AlignLeft)));
      m_cursor.setBlockFormat(aligned);
      inlined(block.cells[i], row == 0 ? bold(look(kBody - 1, kInk)) : look(kBody - 1, kInk));
    }
    leave(table);
  }

  /// Behind a frame stands an empty block; it takes what comes next.
  void leave(QTextFrame* frame) {
    m_cursor = frame->lastCursorPosition();
    m_cursor.movePosition(QTextCursor::NextBlock);
    m_first = m_cursor.block().length() <= 1;
  }

  QTextCursor m_cursor;
  MathObject m_math;
  bool m_first = true;  ///< the block at the cursor is empty and may be used
};

}  // namespace

QString exportPdf(const ExportedChat& chat, const QString& path) {
  QSaveFile file(path);
  if (!file.open(QIODevice::WriteOnly)) return file.errorString();
  {
    QPdfWriter pdf(&file);
    pdf.setPageSize(QPageSize(QPageSize::A4));
    pdf.setPageMargins(QMarginsF(20, 20, 20, 20), QPageLayout::Millimeter);
    pdf.setResolution(kResolution);
    pdf.setTitle(chat.title);
    ClosedDocument document;
    document.setUndoRedoEnabled(false);
    Writer writer(document);
    writer.write(chat);
    document.print(&pdf);
  }
  return file.commit() ? QString() : file.errorString();
}

}  // namespace ui
