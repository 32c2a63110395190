// Words of the settings schema in the window's language.
#pragma once

#include <QString>
#include <string_view>

namespace ui {

/// A label, help or reason of app::SettingRow, translated; the catalogues hold them in the context "Settings".
QString settingWords(std::string_view english);

}  // namespace ui
