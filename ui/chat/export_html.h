// A conversation as one HTML page that needs nothing else: no scripts, nothing loaded, every text escaped.
#pragma once

#include <QByteArray>

#include "ui/chat/export_blocks.h"

namespace ui {

/// UTF-8. Formulas are drawn as paths, code has its colours, light and dark as the reader's system has it.
QByteArray exportHtml(const ExportedChat& chat);

}  // namespace ui
