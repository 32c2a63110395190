// Where the rows of the settings schema stand on the settings page, and which control each has.
#pragma once

#include <QString>
#include <string_view>

#include "app/settings.h"

namespace ui {

/// The index of the section that a row belongs to, as in SettingsModel::Section.
int sectionOf(const app::SettingRow& row);
/// Its value is never shown.
bool isSecret(const app::SettingRow& row);
/// The cards of a section part where this differs.
std::string_view cardOf(const app::SettingRow& row);
/// As SettingsModel::KindRole says.
QString controlOf(const app::SettingRow& row);
/// "folder", "file" or empty.
QString pickerOf(const app::SettingRow& row);
/// Words for what is a word; names of modes and types stay as flags spell them.
QString choiceName(std::string_view choice);

}  // namespace ui
