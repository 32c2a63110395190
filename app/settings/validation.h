// Checks one value against its row and brings it into canonical form.
#pragma once

#include <string>
#include <string_view>

#include "app/settings.h"

namespace app {

/// The canonical text of `value` ("TRUE" becomes "true", " 5 " becomes "5"), or an Error whose message holds the range.
engine::Result<std::string> canonicalValue(const SettingRow& row, std::string_view value);

/// What is said about a value that this build cannot do: the setting, why, and the way out for where the value came
/// from.
engine::Error unavailableValue(const SettingRow& row, std::string_view value, SettingSource source);

/// Items of a comma-separated list, trimmed, empty ones dropped.
std::vector<std::string> splitList(std::string_view text);

}  // namespace app
