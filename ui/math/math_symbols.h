// Names of TeX and the characters that they stand for.
#pragma once

#include <QStringList>
#include <QStringView>
#include <optional>

#include "ui/math/math_node.h"

namespace ui {

/// The symbol of a command without its backslash ("alpha", "leq", "sum", "sin"); nothing when it is none.
std::optional<MathNode> mathSymbol(QStringView name);
/// The character over its argument ("hat", "vec", "overline"); empty when it is no accent.
QString mathAccent(QStringView name);
/// A letter in one of the alphabets of mathematics, as one character where there is one.
QString mathLetter(char32_t letter, MathFont font);

}  // namespace ui
