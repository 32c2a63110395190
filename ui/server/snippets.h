// How to call the server, as texts that run as pasted.
#pragma once

#include <QString>
#include <QStringList>

namespace ui {

struct SnippetFacts {
  QString address;  ///< "http://127.0.0.1:8501/v1"
  QString model;    ///< any text
  QString key;      ///< empty: none is needed
};

/// "curl", "python" (the openai package) or "javascript" (Node from 18 on, or a page of an allowed origin).
QString serverSnippet(const QString& language, const SnippetFacts& facts);

}  // namespace ui
