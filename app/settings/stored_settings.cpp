// settings.json: the Stored layer on disk.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/settings.h"
#include "app/settings/validation.h"

namespace app {

namespace {

using nlohmann::json;

constexpr uintmax_t kMaxFileBytes = 1 << 20;
constexpr int kMaxDepth = 16;

engine::Error ioError(const std::filesystem::path& file, std::string_view what) {
  return {engine::ErrorCode::Io, fmt::format("{} {}: {}", what, file.string(), std::strerror(errno)), file.string()};
}

/// Parses with a bound on nesting; a discarded value when the text is not JSON.
json parseBounded(const std::string& text) {
  bool tooDeep = false;
  json value = json::parse(
      text,
      [&tooDeep](int depth, json::parse_event_t, json&) {
        if (depth > kMaxDepth) tooDeep = true;
        return !tooDeep;
      },
      /*allow_exceptions=*/false);
  return tooDeep ? json(json::value_t::discarded) : value;
}

/// The text form that canonicalValue takes; nothing when a JSON value cannot be one.
std::optional<std::string> textOf(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return value.dump();
  if (!value.is_array()) return std::nullopt;
  std::string joined;
  for (const json& item : value) {
    if (!item.is_string()) return std::nullopt;
    if (!joined.empty()) joined += ',';
    joined += item.get_ref<const std::string&>();
  }
  return joined;
}

json jsonOf(const SettingRow& row, const std::string& text) {
  switch (row.type) {
    case SettingType::Boolean:
      return text == "true";
    case SettingType::Integer:
    case SettingType::Real:
      return json::parse(text, nullptr, /*allow_exceptions=*/false);
    case SettingType::List:
      return splitList(text);
    case SettingType::Text:
    case SettingType::Path:
    case SettingType::Choice:
      break;
  }
  return text;
}

engine::Result<void> writeWhole(const std::filesystem::path& file, const std::string& content) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return ioError(file, "cannot write");
  size_t done = 0;
  while (done < content.size()) {
    const ssize_t written = ::write(fd, content.data() + done, content.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) break;
    done += static_cast<size_t>(written);
  }
  const bool ok = done == content.size() && ::fchmod(fd, 0600) == 0 && ::fsync(fd) == 0;
  const int savedError = errno;
  ::close(fd);
  if (ok) return {};
  errno = savedError;
  return ioError(file, "cannot write");
}

}  // namespace

engine::Result<void> Settings::readFile(const std::filesystem::path& file, std::vector<std::string>* warnings) {
  const auto warn = [&](std::string text) {
    if (warnings != nullptr) warnings->push_back(std::move(text));
  };
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return {};
  const uintmax_t size = std::filesystem::file_size(file, error);
  if (error) {
    return engine::Error{engine::ErrorCode::Io, fmt::format("cannot read {}: {}", file.string(), error.message()),
                         file.string()};
  }
  json stored(json::value_t::discarded);
  if (size <= kMaxFileBytes) {
    std::ifstream in(file, std::ios::binary);
    std::string content(static_cast<size_t>(size), '\0');
    if (!in.read(content.data(), static_cast<std::streamsize>(size))) return ioError(file, "cannot read");
    stored = parseBounded(content);
  }
  if (!stored.is_object()) {
    const std::filesystem::path aside = file.string() + ".damaged";
    std::filesystem::rename(file, aside, error);
    if (error) {
      return engine::Error{
          engine::ErrorCode::Damaged,
          fmt::format("{} is not a JSON object and could not be moved aside: {}", file.string(), error.message()),
          file.string()};
    }
    warn(fmt::format("{} is not a JSON object: it was kept as {}, and defaults are used", file.string(),
                     aside.string()));
    return {};
  }
  for (const auto& [key, value] : stored.items()) {
    const SettingRow* row = findSetting(key);
    if (row == nullptr) {
      warn(fmt::format("{} holds the unknown setting '{}'; it is kept", file.string(), key.substr(0, 80)));
      m_unknown[key] = value.dump(-1, ' ', false, json::error_handler_t::replace);
      continue;
    }
    const std::optional<std::string> text = textOf(value);
    if (!text) {
      warn(fmt::format("{}: {} must be {}; its default is used", file.string(), row->key, settingRange(*row)));
      continue;
    }
    if (auto done = set(row->key, *text, SettingSource::Stored); !done) {
      warn(fmt::format("{}: {}; its default is used", file.string(), done.error().message));
    }
  }
  return {};
}

engine::Result<void> Settings::writeFile(const std::filesystem::path& file) const {
  json stored = json::object();
  for (const auto& [key, text] : m_unknown) stored[key] = json::parse(text, nullptr, /*allow_exceptions=*/false);
  for (const SettingRow& row : settingRows()) {
    const auto& text = m_values.find(row.key)->second[static_cast<size_t>(SettingSource::Stored)];
    if (text) stored[std::string(row.key)] = jsonOf(row, *text);
  }
  std::error_code error;
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  // The name holds our process id, so that two processes never write into each other's unfinished file.
  const std::filesystem::path unfinished = fmt::format("{}.{}.new", file.string(), ::getpid());
  const std::string content = stored.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  auto written = writeWhole(unfinished, content);
  if (written.ok() && ::rename(unfinished.c_str(), file.c_str()) != 0) written = ioError(file, "cannot replace");
  if (!written.ok()) ::unlink(unfinished.c_str());
  return written;
}

}  // namespace app
