// Markdown that is still being written: only its unfinished end is parsed again.
#pragma once

#include <QList>
#include <string>
#include <string_view>

#include "ui/markdown/block.h"

namespace ui {

class MarkdownStream {
 public:
  /// Adds text. Blocks before the returned index are as they were.
  qsizetype append(std::string_view utf8);
  /// Parses the whole once more, so that links defined at the end apply everywhere. Returns as append().
  qsizetype finish();
  /// Starts over with a whole text.
  void reset(std::string_view utf8);

  const QList<MarkdownBlock>& blocks() const { return m_blocks; }
  const std::string& text() const { return m_text; }

 private:
  qsizetype replaceTail(qsizetype from, const QList<MarkdownBlock>& tail);

  std::string m_text;
  QList<MarkdownBlock> m_blocks;
  size_t m_settledBytes = 0;  ///< of m_text, which m_settledBlocks blocks show for good
  qsizetype m_settledBlocks = 0;
};

/// The last position in `text` before which nothing depends on what follows: after a blank line outside a code fence,
/// where the next line can continue no list. 0 when there is none.
size_t settledPrefix(std::string_view text);

}  // namespace ui
