#include "app/starter/package_index.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/hub/http_loop.h"

namespace app::starter {

namespace {

constexpr std::string_view kPyPi = "https://pypi.org/simple";
constexpr size_t kMostConfiguration = 64u << 10;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1));
}

std::string readSome(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(kMostConfiguration, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

std::string withReplaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t next = std::min(text.find(what, at), text.size());
    out.append(text.substr(at, next - at));
    if (next < text.size()) out.append(with);
    at = next + what.size();
  }
  return out;
}

}  // namespace

std::string indexOf(std::string_view configuration) {
  std::string index;
  bool global = false;
  while (!configuration.empty()) {
    const size_t end = configuration.find('\n');
    const std::string line = trimmed(configuration.substr(0, end));
    configuration.remove_prefix(end == configuration.npos ? configuration.size() : end + 1);
    if (line.starts_with('[')) global = line == "[global]" || line == "[download]";
    const size_t equals = line.find('=');
    if (!global || equals == line.npos || line.starts_with('#') || line.starts_with(';')) continue;
    const std::string key = withReplaced(trimmed(std::string_view(line).substr(0, equals)), "_", "-");
    if (key == "index-url") index = trimmed(std::string_view(line).substr(equals + 1));
  }
  return index;
}

std::string configuredIndex() {
  std::string index = variable("HEARTH_STARTER_INDEX");
  if (index.empty()) index = variable("PIP_INDEX_URL");
  const std::string home = variable("HOME"), config = variable("XDG_CONFIG_HOME");
  // The first that has one; pip's own order, most particular first.
  const std::array<std::filesystem::path, 4> files = {
      variable("PIP_CONFIG_FILE"), std::filesystem::path(config.empty() ? home + "/.config" : config) / "pip/pip.conf",
      std::filesystem::path(home) / ".pip/pip.conf", "/etc/pip.conf"};
  for (const std::filesystem::path& file : files) {
    if (index.empty() && !file.empty()) index = indexOf(readSome(file));
  }
  if (index.empty()) index = kPyPi;
  while (index.ends_with('/')) index.pop_back();
  return index;
}

std::string linkTo(std::string_view html, const std::string& page, std::string_view file) {
  constexpr std::string_view kHref = "href=";
  for (size_t at = html.find(kHref); at != html.npos; at = html.find(kHref, at + 1)) {
    const size_t quote = at + kHref.size();
    if (quote >= html.size() || (html[quote] != '"' && html[quote] != '\'')) continue;
    const size_t end = html.find(html[quote], quote + 1);
    if (end == html.npos) break;
    const std::string address = withReplaced(html.substr(quote + 1, end - quote - 1), "&amp;", "&");
    const size_t path = address.find_first_of("?#");
    const std::string_view plain = std::string_view(address).substr(0, path);
    if (plain != file && !plain.ends_with(std::string("/").append(file))) continue;
    return hub::redirectTarget(page, address.substr(0, address.find('#')));
  }
  return {};
}

}  // namespace app::starter
