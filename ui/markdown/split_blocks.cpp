#include "ui/markdown/split_blocks.h"

#include <algorithm>

namespace ui {

namespace {

constexpr qsizetype kPieceChars = 4000;
constexpr int kPieceLines = 100;

/// Where a piece of `text` that begins at `from` ends: the end of a line of code, a space of prose, or just the limit.
qsizetype pieceEnd(const QString& text, qsizetype from, bool code) {
  const qsizetype limit = std::min(text.size(), from + kPieceChars);
  if (code) {
    qsizetype lineEnd = from;
    int lines = 0;
    for (; lines < kPieceLines; ++lines) {
      const qsizetype newline = text.indexOf(u'\n', lineEnd);
      if (newline < 0 || newline >= limit) break;
      lineEnd = newline + 1;
    }
    if (lines == kPieceLines || (limit < text.size() && lineEnd > from)) return lineEnd;
  }
  if (limit == text.size()) return limit;
  for (qsizetype at = limit; at > from + kPieceChars / 2; --at) {
    if (text[at - 1].isSpace()) return at;
  }
  return text[limit - 1].isHighSurrogate() ? limit - 1 : limit;
}

/// Hands out a text's stretches from the front.
class Cutter {
 public:
  explicit Cutter(const InlineText& whole) : m_whole(whole) {}

  InlineText take(qsizetype length) {
    InlineText piece;
    piece.text = m_whole.text.mid(m_at, length);
    m_at += length;
    while (length > 0 && m_run < m_whole.runs.size()) {
      const InlineRun& run = m_whole.runs[m_run];
      const qsizetype taken = std::min<qsizetype>(length, run.length - m_used);
      if (taken > 0) piece.runs.append({static_cast<int>(taken), run.flags, run.address, run.ink});
      m_used += taken;
      length -= taken;
      if (m_used >= run.length) {
        ++m_run;
        m_used = 0;
      }
    }
    return piece;
  }

 private:
  const InlineText& m_whole;
  qsizetype m_at = 0, m_run = 0, m_used = 0;
};

}  // namespace

void appendInPieces(QList<MarkdownBlock>& blocks, MarkdownBlock block) {
  const InlineText whole = std::move(block.content);
  const bool code = block.kind == BlockKind::Code;
  Cutter cutter(whole);
  qsizetype from = 0;
  do {
    const qsizetype to = pieceEnd(whole.text, from, code);
    MarkdownBlock piece = block;
    piece.content = cutter.take(to - from);
    piece.continues = from > 0;
    piece.continued = to < whole.text.size();
    if (piece.continues) piece.marker.clear();
    if (code && piece.continued && piece.content.text.endsWith(u'\n')) {
      piece.content.text.chop(1);
      if (!piece.content.runs.isEmpty()) --piece.content.runs.last().length;
    }
    blocks.append(std::move(piece));
    from = to;
  } while (from < whole.text.size());
}

}  // namespace ui
