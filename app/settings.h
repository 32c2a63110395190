// Settings: one row each in app/settings/schema.cpp; flags, environment, file, validation, help and the window's rows
// derive from it.
#pragma once

#include <array>
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
  std::string_view key = {};          ///< "max-model-len": the flag without dashes, and the name in the file
  std::string_view environment = {};  ///< "MAX_MODEL_LEN" or empty
  SettingType type = SettingType::Text;
  std::string_view defaultValue = {};  ///< as text; empty = not set
  std::vector<std::string_view> choices = {};
  std::optional<double> minimum = {}, maximum = {};
  bool minimumExclusive = false;
  std::string_view group = {};                 ///< "model", "engine", "server", "limits", "window", "compatibility"
  std::string_view label = {}, help = {};      ///< one line each, English; the window translates them
  std::vector<std::string_view> aliases = {};  ///< other spellings of the flag ("model", "tp")
  std::string_view unavailable =
      {};  ///< why a value other than the default is refused by this build; empty = available
};

/// Every setting, in the order of help and window.
std::span<const SettingRow> settingRows();
/// By key or alias, `-` and `_` alike; null when there is none.
const SettingRow* findSetting(std::string_view keyOrAlias);
/// The range of a row in words ("an integer from 1 to 64"), for errors and help.
std::string settingRange(const SettingRow& row);
/// Help lines of a group's flags, for the command line: flag, meaning, range, default, environment.
std::string settingsHelp(std::string_view group);

/// Where the headless server looks when no model is named.
inline constexpr std::string_view kHeadlessModelPath = "/data/model";

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

  /// Validates and sets; the Error's context is the key, its message holds the allowed range. Each source keeps its own
  /// value; an empty one takes that source's away.
  engine::Result<void> set(std::string_view key, std::string_view value, SettingSource source);
  /// Reads every environment variable of the schema.
  engine::Result<void> readEnvironment();
  /// Reads the schema's flags: "--max-model-len 4096", "--max_model_len=4096", "-tp 2", bare booleans. Returns what is
  /// not a flag of the schema, in order, for the caller to judge; everything after "--" is returned as it is.
  engine::Result<std::vector<std::string>> readFlags(std::span<const std::string> arguments);
  /// A JSON object of stored values; a missing file is an empty one. Unknown keys are kept and reported by `warnings`,
  /// like values out of range (their defaults hold). A damaged file is moved aside, never overwritten.
  engine::Result<void> readFile(const std::filesystem::path& file, std::vector<std::string>* warnings);
  /// Writes the Stored values atomically, mode 0600.
  engine::Result<void> writeFile(const std::filesystem::path& file) const;

  /// Refuses combinations and values that this build cannot do, with a sentence each.
  engine::Result<engine::EngineOptions> engineOptions() const;
  /// `kept` are keys from elsewhere (the window's keychain), beside those of the settings.
  engine::Result<ServerConfig> serverConfig(std::vector<ApiKey> kept = {}) const;
  /// Sentences about values that were given but mean nothing here ("--trust-remote-code does nothing: ...").
  std::vector<std::string> remarks() const;

 private:
  static constexpr size_t kSources = 4;
  using Layers = std::array<std::optional<std::string>, kSources>;  ///< by SettingSource

  std::map<std::string, Layers, std::less<>> m_values;
  std::map<std::string, std::string> m_unknown;  ///< stored keys of other versions, as JSON texts
};

}  // namespace app
