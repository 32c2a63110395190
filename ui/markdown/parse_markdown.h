// Markdown to blocks with md4c: GitHub's dialect without raw HTML, images as their descriptions, links only to http and
// https.
#pragma once

#include <QList>
#include <QString>
#include <string_view>

#include "ui/markdown/block.h"

namespace ui {

/// Never fails: what is no Markdown is paragraphs. Long paragraphs and code come in pieces (MarkdownBlock::continues).
QList<MarkdownBlock> parseMarkdown(std::string_view utf8);

/// Text that is safe in a document: control characters, non-characters and object marks become U+FFFD.
QString displayText(QStringView text);
/// The same for names and addresses in one line: direction marks and invisible characters are spelled out as well.
QString visibleName(QStringView text);

}  // namespace ui
