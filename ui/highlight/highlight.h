// Colours of code: one pass over the text, driven by a row of data for each language.
#pragma once

#include <QList>
#include <QString>
#include <QStringView>

#include "ui/markdown/block.h"

namespace ui {

struct CodeLanguage;

/// Where a piece of code stands when it begins within something longer.
struct HighlightState {
  enum class Inside : quint8 { Code, BlockComment, Text, Tag } inside = Inside::Code;
  char16_t quote = 0;  ///< of a text that goes over lines
  bool triple = false;
  int depth = 0;  ///< of nested comments
  bool operator==(const HighlightState&) const = default;
};

/// The row of a fence's language ("cpp", "C++", "language-python", "py title=x"); null when there is none.
const CodeLanguage* findLanguage(QStringView fence);
/// The language as people write it; the fence's own word when it is not known.
QString languageLabel(const QString& fence);
/// How many languages there are, and their labels.
QStringList languageLabels();

/// Runs that cover `code` exactly, with InlineRun::ink set. `state` is where the text begins; it becomes where it ends.
/// Linear in the length of the text.
QList<InlineRun> highlightCode(QStringView code, const CodeLanguage* language, HighlightState& state);

}  // namespace ui
