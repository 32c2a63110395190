// TeX's formulas, the common part of them, to trees.
#pragma once

#include <QStringView>
#include <optional>

#include "ui/math/math_node.h"

namespace ui {

/// Nothing when something in it is not known or does not close: then its source is what is shown. Bounded in length,
/// depth and number of nodes.
std::optional<MathNode> parseMath(QStringView tex);

}  // namespace ui
