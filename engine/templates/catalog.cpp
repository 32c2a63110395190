#include "engine/templates/catalog.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/templates/embedded.h"

namespace engine {

namespace {

namespace fs = std::filesystem;
constexpr std::string_view kSuffix = ".jinja";

/// Names become file names, so they are plain words.
bool isPlainName(std::string_view name) {
  return !name.empty() && name.size() <= 100 && name.front() != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
                  c == '.';
         });
}

std::optional<std::string_view> embeddedFile(std::string_view name) {
  for (const EmbeddedFile& file : embeddedTemplates()) {
    if (file.name == name) return file.text;
  }
  return {};
}

void listDirectory(const std::string& directory, std::vector<std::string>* names) {
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const std::string file = it->path().filename().string();
    if (file.size() <= kSuffix.size() || !file.ends_with(kSuffix)) continue;
    const std::string name = file.substr(0, file.size() - kSuffix.size());
    if (isPlainName(name)) names->push_back(name);
  }
}

std::string textOf(const nlohmann::json& row, const char* key) {
  const auto it = row.find(key);
  return it != row.end() && it->is_string() ? it->get<std::string>() : std::string();
}

std::vector<std::string> textsOf(const nlohmann::json& row, const char* key) {
  std::vector<std::string> texts;
  const auto it = row.find(key);
  if (it == row.end() || !it->is_array()) return texts;
  for (const auto& item : *it) {
    if (item.is_string()) texts.push_back(item.get<std::string>());
  }
  return texts;
}

}  // namespace

Result<std::string> readTemplateFile(const std::string& path) {
  constexpr std::streamoff kMaxBytes = 4 << 20;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) {
    return Error{ErrorCode::NotFound, "there is no template file " + path, path};
  }
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file.tellg();
  if (!file || size < 0) return Error{ErrorCode::Io, "the template file " + path + " cannot be read", path};
  if (size > kMaxBytes) {
    return Error{ErrorCode::Damaged,
                 "the template file " + path + " has " + std::to_string(size) + " bytes, at most " +
                     std::to_string(kMaxBytes) + " are read",
                 path};
  }
  std::string text(static_cast<size_t>(size), '\0');
  file.seekg(0);
  file.read(text.data(), size);
  if (!file) return Error{ErrorCode::Io, "the template file " + path + " cannot be read", path};
  return text;
}

TemplateCatalog::TemplateCatalog(std::string directory, std::string userDirectory)
    : m_directory(std::move(directory)), m_userDirectory(std::move(userDirectory)) {}

Result<std::optional<TemplateCatalog::Entry>> TemplateCatalog::find(const std::string& name) const {
  if (!isPlainName(name)) return std::optional<Entry>();
  for (const std::string& directory : {m_userDirectory, m_directory}) {
    if (directory.empty()) continue;
    const fs::path path = fs::path(directory) / (name + std::string(kSuffix));
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    ENGINE_ASSIGN_OR_RETURN(std::string source, readTemplateFile(path.string()));
    return std::optional<Entry>(Entry{std::move(source), path.string()});
  }
  if (m_directory.empty()) {
    if (const auto text = embeddedFile(name + std::string(kSuffix))) {
      return std::optional<Entry>(Entry{std::string(*text), "built in"});
    }
  }
  return std::optional<Entry>();
}

std::vector<std::string> TemplateCatalog::names() const {
  std::vector<std::string> names;
  if (!m_userDirectory.empty()) listDirectory(m_userDirectory, &names);
  if (!m_directory.empty()) {
    listDirectory(m_directory, &names);
  } else {
    for (const EmbeddedFile& file : embeddedTemplates()) {
      if (file.name.ends_with(kSuffix)) names.emplace_back(file.name.substr(0, file.name.size() - kSuffix.size()));
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<TemplateIndex> TemplateCatalog::index() const {
  std::string text;
  if (m_directory.empty()) {
    text = embeddedFile("index.json").value_or("");
  } else {
    ENGINE_ASSIGN_OR_RETURN(text, readTemplateFile((fs::path(m_directory) / "index.json").string()));
  }
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object())
    return Error{ErrorCode::Damaged, "index.json of the templates is not a JSON object", "index.json"};
  TemplateIndex index;
  for (const auto& row : json.value("models", nlohmann::json::array())) {
    index.models.push_back({textOf(row, "match"), textOf(row, "template")});
  }
  for (const auto& row : json.value("rules", nlohmann::json::array())) {
    index.rules.push_back({textsOf(row, "contains"), textOf(row, "template")});
  }
  for (const auto& row : json.value("families", nlohmann::json::array())) {
    index.families.push_back({textOf(row, "family"), textOf(row, "bos"), textOf(row, "template")});
  }
  index.turnEnds = textsOf(json, "turn_ends");
  index.names = textsOf(json, "names");
  return index;
}

}  // namespace engine
