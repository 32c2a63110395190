#include "ui/chat/inline_document.h"

#include <QAbstractTextDocumentLayout>
#include <QGuiApplication>
#include <QPainter>
#include <QTextBlock>
#include <QTextBlockFormat>
#include <QTextCharFormat>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextFragment>
#include <QTextLayout>
#include <algorithm>

#include "ui/markdown/math_spans.h"

namespace ui {

namespace {

bool hasMath(const InlineText& text) {
  return std::any_of(text.runs.begin(), text.runs.end(), [](const InlineRun& run) { return (run.flags & Math) != 0; });
}

}  // namespace

int samePrefix(const InlineText& a, const InlineText& b) {
  qsizetype same = 0;
  const qsizetype shorter = std::min(a.text.size(), b.text.size());
  while (same < shorter && a.text[same] == b.text[same]) ++same;
  qsizetype at = 0;
  for (qsizetype run = 0; run < std::min(a.runs.size(), b.runs.size()); ++run) {
    const InlineRun &left = a.runs[run], &right = b.runs[run];
    if (left.flags != right.flags || left.ink != right.ink || left.address != right.address)
      return static_cast<int>(std::min(same, at));
    at += std::min(left.length, right.length);
    if (left.length != right.length) break;
  }
  return static_cast<int>(std::min(same, at));
}

void InlineDocument::setTarget(QQuickTextDocument* target) {
  if (target == m_target) return;
  m_target = target;
  rebuild();
}

void InlineDocument::setContent(const InlineText& content) {
  if (content == m_content) return;
  const int same = samePrefix(m_content, content);
  m_content = content;
  writeFrom(same);
  emit changed();
}

void InlineDocument::setCodeFont(const QFont& font) {
  if (font == m_codeFont) return;
  m_codeFont = font;
  rebuild();
}

void InlineDocument::setCodeBackground(const QColor& color) {
  if (color == m_codeBackground) return;
  m_codeBackground = color;
  rebuild();
}

void InlineDocument::setLinkColor(const QColor& color) {
  if (color == m_linkColor) return;
  m_linkColor = color;
  rebuild();
}

void InlineDocument::setInks(const QVariantList& inks) {
  if (inks == m_inks) return;
  m_inks = inks;
  rebuild();
}

void InlineDocument::setTextFont(const QFont& font) {
  if (font == m_textFont) return;
  m_textFont = font;
  if (hasMath(m_content)) rebuild();
}

void InlineDocument::setTextColor(const QColor& color) {
  if (color == m_textColor) return;
  m_textColor = color;
  if (hasMath(m_content)) rebuild();
}

void InlineDocument::setMarked(const QStringList& words) {
  if (words == m_marked) return;
  m_marked = words;
  rebuild();
}

void InlineDocument::setMarkColor(const QColor& color) {
  if (color == m_markColor) return;
  m_markColor = color;
  if (!m_marked.isEmpty()) rebuild();
}

void InlineDocument::setLineHeight(qreal height) {
  if (height == m_lineHeight) return;
  m_lineHeight = height;
  rebuild();
}

void InlineDocument::componentComplete() {
  m_complete = true;
  rebuild();
}

void InlineDocument::rebuild() {
  writeFrom(0);
  emit changed();
}

void InlineDocument::writeFrom(int from) {
  QTextDocument* document = m_target != nullptr ? m_target->textDocument() : nullptr;
  if (document == nullptr || !m_complete) return;
  document->setUndoRedoEnabled(false);
  // A formula is one character of the document, so its places are not those of the text.
  const bool math = hasMath(m_content);
  if (math || m_hadMath || !m_marked.isEmpty()) from = 0;
  m_hadMath = math;
  if (math && m_registered != document) {
    document->documentLayout()->registerHandler(MathObject::kType, &m_math);
    m_registered = document;
  }
  QTextCursor cursor(document);
  cursor.beginEditBlock();
  cursor.setPosition(std::min(from, document->characterCount() - 1));
  cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
  cursor.removeSelectedText();
  if (from == 0 && m_lineHeight > 0) {
    QTextBlockFormat block;
    block.setLineHeight(m_lineHeight, math ? QTextBlockFormat::MinimumHeight : QTextBlockFormat::FixedHeight);
    cursor.setBlockFormat(block);
  }
  int at = 0;
  for (const InlineRun& run : m_content.runs) {
    const int begin = std::max(at, from), end = at + run.length;
    at = end;
    if (begin >= end) continue;
    QTextCharFormat format;
    if ((run.flags & Bold) != 0) format.setFontWeight(QFont::DemiBold);
    if ((run.flags & Italic) != 0) format.setFontItalic(true);
    if ((run.flags & Strike) != 0) format.setFontStrikeOut(true);
    if ((run.flags & InlineCode) != 0) {
      format.setFontFamilies({m_codeFont.family()});
      format.setProperty(QTextFormat::FontPixelSize, m_codeFont.pixelSize());
      format.setBackground(m_codeBackground);
    }
    if ((run.flags & Link) != 0) {
      format.setAnchor(true);
      format.setAnchorHref(run.address);
      format.setForeground(m_linkColor);
      format.setFontUnderline(true);
    }
    const auto ink = static_cast<qsizetype>(run.ink) - 1;
    if (ink >= 0 && ink < m_inks.size()) format.setForeground(m_inks[ink].value<QColor>());
    if ((run.flags & Math) != 0) {
      insertMath(cursor, m_content.text.mid(begin, end - begin), format);
    } else {
      cursor.insertText(m_content.text.mid(begin, end - begin), format);
    }
  }
  if (!m_marked.isEmpty()) markWords(*document);
  cursor.endEditBlock();
}

void InlineDocument::insertMath(QTextCursor& cursor, const QString& source, const QTextCharFormat& plain) {
  const QTextCharFormat format =
      m_math.format(QString::fromStdString(std::string(bareMath(source.toStdString()))),
                    m_textFont.pixelSize() > 0 ? m_textFont : QGuiApplication::font(), m_textColor);
  if (format.objectType() == MathObject::kType)
    return cursor.insertText(QString(QChar::ObjectReplacementCharacter), format);
  QTextCharFormat code = plain;
  code.setFontFamilies({m_codeFont.family()});
  code.setProperty(QTextFormat::FontPixelSize, m_codeFont.pixelSize());
  cursor.insertText(source, code);
}

void InlineDocument::drawFormulas(QPainter& painter) {
  QTextDocument* document = m_target != nullptr && m_hadMath ? m_target->textDocument() : nullptr;
  if (document == nullptr) return;
  for (QTextBlock block = document->begin(); block.isValid(); block = block.next()) {
    const QTextLayout* layout = block.layout();
    for (auto at = block.begin(); !at.atEnd(); ++at) {
      const QTextFragment fragment = at.fragment();
      const QTextCharFormat format = fragment.charFormat();
      if (format.objectType() != MathObject::kType) continue;
      // Formulas that look alike and stand side by side are one fragment.
      for (int i = 0; i < fragment.length(); ++i) {
        const int place = fragment.position() + i - block.position();
        const QTextLine line = layout->lineForTextPosition(place);
        if (!line.isValid()) continue;
        m_math.draw(painter, layout->position() + QPointF(line.cursorToX(place), line.y() + line.ascent()), format);
      }
    }
  }
}

void InlineDocument::markWords(QTextDocument& document) {
  QTextCharFormat mark;
  mark.setBackground(m_markColor);
  for (const QString& word : m_marked) {
    if (word.isEmpty()) continue;
    for (QTextCursor found = document.find(word); !found.isNull(); found = document.find(word, found)) {
      found.mergeCharFormat(mark);
    }
  }
}

}  // namespace ui
