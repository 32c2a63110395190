// What view-models say is asked for again when the language changes, without a line in each of them.
#pragma once

class QObject;

namespace ui {

/// Tells `root` and every object of ours that it owns or shows: each gets QEvent::LanguageChange, to renew texts that
/// it keeps; then the signals of its properties that can hold a text are emitted, and a list says that its rows
/// changed.
void retranslate(QObject& root);

}  // namespace ui
