// A conversation as a PDF file, for paper: built block by block, never from markup, and nothing is loaded.
#pragma once

#include <QString>

#include "ui/chat/export_blocks.h"

namespace ui {

/// Empty when the file was written, else why not. For worker threads.
QString exportPdf(const ExportedChat& chat, const QString& path);

}  // namespace ui
