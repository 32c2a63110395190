// A page of HTML as a PDF file.
#pragma once

#include <QString>

namespace ui {

/// Loads nothing that the page names. Empty when it was written, else why not. For a worker thread.
QString exportPdf(const QString& html, const QString& path);

}  // namespace ui
