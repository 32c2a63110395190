// Values, their sources and the readers of flags and environment. The stored file is in stored_settings.cpp, the
// engine's and the server's views of the values in engine_options.cpp and server_config.cpp.
#include "app/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "app/settings/validation.h"
#include "engine/device.h"

namespace app {

namespace {

std::string withDashes(std::string_view name) {
  std::string result(name);
  for (char& c : result) {
    if (c == '_') c = '-';
  }
  return result;
}

const std::string kEmpty;

/// Whether "--device" with this value means a GPU on this machine.
bool takesGpu(const std::string& device) {
  engine::EngineOptions options;
  options.device = device;
  const engine::Result<engine::DeviceChoice> choice = engine::chooseDevice(options);
  return choice.ok() ? choice->isCuda() : device != "cpu";
}

}  // namespace

const SettingRow* findSetting(std::string_view keyOrAlias) {
  const std::string wanted = withDashes(keyOrAlias);
  for (const SettingRow& row : settingRows()) {
    if (row.key == wanted) return &row;
    for (const std::string_view alias : row.aliases) {
      if (alias == wanted) return &row;
    }
  }
  return nullptr;
}

std::string settingsHelp(std::string_view group) {
  std::string help;
  for (const SettingRow& row : settingRows()) {
    if (row.group != group) continue;
    std::string names = fmt::format("--{}", row.key);
    for (const std::string_view alias : row.aliases) names += fmt::format(", --{}", alias);
    help += fmt::format("  {}\n      {}. {}{}{}{}\n", names, row.help,
                        row.type == SettingType::Text || row.type == SettingType::Path
                            ? std::string()
                            : fmt::format("Takes {}. ", settingRange(row)),
                        row.defaultValue.empty() ? std::string() : fmt::format("Default {}. ", row.defaultValue),
                        row.environment.empty() ? std::string() : fmt::format("Environment {}. ", row.environment),
                        row.unavailable.empty() ? std::string() : fmt::format("Now: {}.", row.unavailable));
  }
  return help;
}

Settings::Settings() {
  for (const SettingRow& row : settingRows()) {
    Layers& layers = m_values[std::string(row.key)];
    if (!row.defaultValue.empty()) layers[0] = std::string(row.defaultValue);
  }
}

SettingSource Settings::source(std::string_view key) const {
  const auto found = m_values.find(key);
  assert(found != m_values.end());
  if (found == m_values.end()) return SettingSource::Default;
  for (size_t i = kSources; i-- > 1;) {
    if (found->second[i]) return static_cast<SettingSource>(i);
  }
  return SettingSource::Default;
}

const std::string& Settings::text(std::string_view key) const {
  const auto found = m_values.find(key);
  assert(found != m_values.end());
  if (found == m_values.end()) return kEmpty;
  const auto& value = found->second[static_cast<size_t>(source(key))];
  return value ? *value : kEmpty;
}

std::optional<int64_t> Settings::integer(std::string_view key) const {
  const std::string& value = text(key);
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || error != std::errc()) return std::nullopt;
  return number;
}

std::optional<double> Settings::real(std::string_view key) const {
  const std::string& value = text(key);
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (value.empty() || error != std::errc()) return std::nullopt;
  return number;
}

bool Settings::boolean(std::string_view key) const {
  return text(key) == "true";
}

std::vector<std::string> Settings::list(std::string_view key) const {
  return splitList(text(key));
}

engine::Result<void> Settings::set(std::string_view key, std::string_view value, SettingSource source) {
  const SettingRow* row = findSetting(key);
  if (row == nullptr) {
    return engine::Error{engine::ErrorCode::InvalidArgument, fmt::format("there is no setting '{}'", key),
                         std::string(key)};
  }
  ENGINE_ASSIGN_OR_RETURN(std::string canonical,
                          value.empty() ? engine::Result<std::string>(std::string()) : canonicalValue(*row, value));
  auto& layer = m_values[std::string(row->key)][static_cast<size_t>(source)];
  if (canonical.empty()) {
    layer.reset();
  } else {
    layer = std::move(canonical);
  }
  return {};
}

engine::Result<void> Settings::readEnvironment() {
  for (const SettingRow& row : settingRows()) {
    if (row.environment.empty()) continue;
    const char* value = std::getenv(std::string(row.environment).c_str());
    if (value == nullptr) continue;
    if (auto done = set(row.key, value, SettingSource::Environment); !done) {
      return engine::Error{done.error().code,
                           fmt::format("{} (environment variable {})", done.error().message, row.environment),
                           std::string(row.key)};
    }
  }
  return {};
}

engine::Result<std::vector<std::string>> Settings::readFlags(std::span<const std::string> arguments) {
  std::vector<std::string> rest;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (argument == "--") {
      rest.insert(rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
      break;
    }
    const bool isFlag = argument.starts_with("--") || argument == "-tp" || argument.starts_with("-tp=");
    const size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    const SettingRow* row = isFlag ? findSetting(name.substr(argument.starts_with("--") ? 2 : 1)) : nullptr;
    if (row == nullptr) {
      rest.emplace_back(argument);
      continue;
    }
    std::string value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    } else if (row->type == SettingType::Boolean) {
      // A boolean takes the next word only when that is one: "--use-lookahead PATH" leaves PATH alone.
      const bool takesNext = i + 1 < arguments.size() && canonicalValue(*row, arguments[i + 1]).ok();
      value = takesNext ? arguments[++i] : "true";
    } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
      value = arguments[++i];
    } else {
      return engine::Error{engine::ErrorCode::InvalidArgument,
                           fmt::format("--{} needs a value: {}", row->key, settingRange(*row)), std::string(row->key)};
    }
    ENGINE_RETURN_IF_ERROR(set(row->key, value, SettingSource::Flag));
  }
  return rest;
}

std::vector<std::string> Settings::remarks() const {
  std::vector<std::string> result;
  for (const SettingRow& row : settingRows()) {
    if (source(row.key) == SettingSource::Default) continue;
    if (row.group == "compatibility") {
      result.push_back(fmt::format("--{}: {}", row.key, row.help));
    }
  }
  constexpr std::array kMeaningless = {
      std::pair("enforce-eager", "means nothing on the CPU: there are no CUDA graphs"),
      std::pair("gpu-memory-utilization", "means nothing on the CPU: the memory plan there counts what is free"),
      std::pair("batch-invariant", "means nothing on the CPU: answers there never depend on what else runs")};
  const bool any = std::any_of(kMeaningless.begin(), kMeaningless.end(),
                               [this](const auto& each) { return source(each.first) != SettingSource::Default; });
  if (any && !takesGpu(text("device"))) {
    for (const auto& [key, why] : kMeaningless) {
      if (source(key) != SettingSource::Default) result.push_back(fmt::format("--{} {}", key, why));
    }
  }
  if (text("engine") != "dynamic") {
    for (const std::string_view key : {"ds-dtype", "max-batch-size", "batch-wait-timeout"}) {
      if (source(key) == SettingSource::Default) continue;
      result.push_back(fmt::format("--{} means nothing without --engine dynamic", key));
    }
  }
  return result;
}

}  // namespace app
