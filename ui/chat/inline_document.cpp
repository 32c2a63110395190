#include "ui/chat/inline_document.h"

#include <QTextBlockFormat>
#include <QTextCharFormat>
#include <QTextCursor>
#include <QTextDocument>
#include <algorithm>

namespace ui {

int samePrefix(const InlineText& a, const InlineText& b) {
  qsizetype same = 0;
  const qsizetype shorter = std::min(a.text.size(), b.text.size());
  while (same < shorter && a.text[same] == b.text[same]) ++same;
  qsizetype at = 0;
  for (qsizetype run = 0; run < std::min(a.runs.size(), b.runs.size()); ++run) {
    const InlineRun &left = a.runs[run], &right = b.runs[run];
    if (left.flags != right.flags || left.address != right.address) return static_cast<int>(std::min(same, at));
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

void InlineDocument::setLineHeight(qreal height) {
  if (height == m_lineHeight) return;
  m_lineHeight = height;
  rebuild();
}

void InlineDocument::rebuild() {
  writeFrom(0);
  emit changed();
}

void InlineDocument::writeFrom(int from) {
  QTextDocument* document = m_target != nullptr ? m_target->textDocument() : nullptr;
  if (document == nullptr) return;
  document->setUndoRedoEnabled(false);
  QTextCursor cursor(document);
  cursor.beginEditBlock();
  cursor.setPosition(std::min(from, document->characterCount() - 1));
  cursor.movePosition(QTextCursor::End, QTextCursor::KeepAnchor);
  cursor.removeSelectedText();
  if (from == 0 && m_lineHeight > 0) {
    QTextBlockFormat block;
    block.setLineHeight(m_lineHeight, QTextBlockFormat::FixedHeight);
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
    cursor.insertText(m_content.text.mid(begin, end - begin), format);
  }
  cursor.endEditBlock();
}

}  // namespace ui
