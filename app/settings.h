// Settings: one row each in app/settings/schema.cpp; flags, environment, file, validation, help and the window's rows
// derive from it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/http_server.h"
#include "engine/options.h"
#include "engine/result.h"

namespace app {

enum class SettingType { Text, Path, Integer, Real, Boolean, Choice, List };
/// Where a value came from; a later one beats an earlier one.
enum class SettingSource { Default, Stored, Environment, Flag };

struct SettingRow {
  std::string_view key;          ///< "max-model-len": the flag without dashes, and the name in the file
  std::string_view environment;  ///< "MAX_MODEL_LEN" or empty
  SettingType type = SettingType::Text;
  std::string_view defaultValue;  ///< as text; empty = not set
  std::vector<std::string_view> choices = {};
  std::optional<double> minimum = {}, maximum = {};
  bool minimumExclusive = false;
  std::string_view group;                      ///< "model", "engine", "server", "window", "limits"
  std::string_view label, help;                ///< one line each, English; the window translates them
  std::vector<std::string_view> aliases = {};  ///< other spellings of the flag ("model", "tp")
  std::string_view unavailable =
      {};  ///< why a value other than the default is refused by this build; empty = available
};

/// Every setting, in the order of help and window.
std::span<const SettingRow> settingRows();
const SettingRow* findSetting(std::string_view keyOrAlias);

/// Values with their sources. Values are kept as text that has passed the row's validation.
class Settings {
 public:
  /// Defaults only.
  Settings();
  /// The value as text, empty when not set. `key` must exist (our own bug otherwise).
  const std::string& text(std::string_view key) const;
  std::optional<int64_t> integer(std::string_view key) const;
  std::optional<double> real(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;
  SettingSource source(std::string_view key) const;

  /// Validates and sets; the Error's context is the key, its message holds the allowed range.
  engine::Result<void> set(std::string_view key, std::string_view value, SettingSource source);
  /// Reads every environment variable of the schema.
  engine::Result<void> readEnvironment();
  /// A JSON object of stored values; unknown keys are kept and reported by `warnings`.
  engine::Result<void> readFile(const std::filesystem::path& file, std::vector<std::string>* warnings);
  /// Writes the Stored values atomically, mode 0600.
  engine::Result<void> writeFile(const std::filesystem::path& file) const;

  /// Refuses combinations and values that this build cannot do, with a sentence each.
  engine::Result<engine::EngineOptions> engineOptions() const;
  engine::Result<ServerConfig> serverConfig() const;

 private:
  struct Value {
    std::string text;
    SettingSource source = SettingSource::Default;
  };
  std::map<std::string, Value, std::less<>> m_values;
};

}  // namespace app
