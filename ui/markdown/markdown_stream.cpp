#include "ui/markdown/markdown_stream.h"

#include <algorithm>

#include "ui/markdown/fence.h"
#include "ui/markdown/parse_markdown.h"

namespace ui {

namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// A line that could belong to the list, quotation or indented code before it.
bool mayContinue(std::string_view line) {
  const char c = line.front();
  if (c == ' ' || c == '\t' || c == '>' || isDigit(c)) return true;
  const bool bullet = c == '-' || c == '*' || c == '+';
  return bullet && (line.size() == 1 || line[1] == ' ' || line[1] == '\t');
}

}  // namespace

size_t settledPrefix(std::string_view text) {
  size_t settled = 0;
  Fence fence;
  bool blankBefore = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t newline = text.find('\n', begin);
    if (newline == std::string_view::npos) break;  // a line that is not complete may become anything
    const std::string_view line = text.substr(begin, newline - begin);
    const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    if (!blank && blankBefore && fence.length == 0 && !mayContinue(line)) settled = begin;
    fence.follow(line);
    blankBefore = blank;
    begin = newline + 1;
  }
  return settled;
}

qsizetype MarkdownStream::append(std::string_view utf8) {
  m_text += utf8;
  const std::string_view tail = std::string_view(m_text).substr(m_settledBytes);
  const size_t settled = settledPrefix(tail);
  qsizetype changed = m_blocks.size();
  if (settled > 0) {
    changed = replaceTail(m_settledBlocks, parseMarkdown(tail.substr(0, settled)));
    m_settledBytes += settled;
    m_settledBlocks = m_blocks.size();
  }
  return std::min(changed, replaceTail(m_settledBlocks, parseMarkdown(tail.substr(settled))));
}

qsizetype MarkdownStream::finish() {
  m_settledBytes = m_text.size();
  const qsizetype changed = replaceTail(0, parseMarkdown(m_text));
  m_settledBlocks = m_blocks.size();
  return changed;
}

void MarkdownStream::reset(std::string_view utf8) {
  m_text = utf8;
  m_blocks = parseMarkdown(m_text);
  m_settledBytes = m_text.size();
  m_settledBlocks = m_blocks.size();
}

qsizetype MarkdownStream::replaceTail(qsizetype from, const QList<MarkdownBlock>& tail) {
  qsizetype same = 0;
  while (same < tail.size() && from + same < m_blocks.size() && m_blocks[from + same] == tail[same]) ++same;
  m_blocks.erase(m_blocks.begin() + from + same, m_blocks.end());
  m_blocks.append(tail.mid(same));
  return from + same;
}

}  // namespace ui
