// What the card of a model says, in rows and words.
#pragma once

#include <QString>
#include <QStringList>
#include <QVariantList>

#include "engine/model_info.h"

namespace ui {

/// Decimal gigabytes or megabytes with their unit: "16.06 GB", "98.4 MB".
QString bytesText(uint64_t bytes);
/// Gigabytes alone, two decimals, for columns.
QString gigabytes(uint64_t bytes);
/// "8.03 B", "135 M".
QString parametersText(uint64_t parameters);
/// "98.4 MB · 135 M · Q4_1": one line for lists.
QString modelLine(const engine::ModelInfo& model);
/// {label, value} maps of the card's rows; rows without a value are left out.
QVariantList cardRows(const engine::ModelInfo& model);
QStringList lines(const std::vector<std::string>& sentences);

}  // namespace ui
