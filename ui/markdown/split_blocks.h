// Long blocks in pieces, so that a list lays out only what is seen and a growing block repaints only its end.
#pragma once

#include <QList>

#include "ui/markdown/block.h"

namespace ui {

/// Appends `block`, or several that continue each other where it is long.
void appendInPieces(QList<MarkdownBlock>& blocks, MarkdownBlock block);

}  // namespace ui
