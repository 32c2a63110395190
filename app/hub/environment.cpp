// Where hub, token and cache are: the variables that Hugging Face's own library reads.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "app/hub.h"

namespace app {

namespace {

namespace fs = std::filesystem;

constexpr std::streamsize kMostTokenBytes = 1024;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

fs::path homeFolder() {
  const std::string home = variable("HOME");
  return home.empty() ? fs::path("/tmp") : fs::path(home);
}

/// A folder from a variable, "~" at its front meaning the user's own.
fs::path folderOf(const char* name, const fs::path& otherwise) {
  const std::string value = variable(name);
  if (value.empty()) return otherwise;
  if (value == "~" || value.starts_with("~/")) return homeFolder() / value.substr(std::min<size_t>(value.size(), 2));
  return value;
}

/// Without what cannot stand in a header: white space at the ends, everything from a control character on.
std::string cleanToken(std::string token) {
  const size_t begin = token.find_first_not_of(" \t\r\n");
  if (begin == token.npos) return {};
  token = token.substr(begin);
  token.resize(static_cast<size_t>(
      std::find_if(token.begin(), token.end(), [](char c) { return c <= ' ' || c == 0x7F; }) - token.begin()));
  return token;
}

std::string tokenFrom(const fs::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::string text(static_cast<size_t>(kMostTokenBytes), '\0');
  input.read(text.data(), kMostTokenBytes);
  text.resize(static_cast<size_t>(input.gcount()));
  return cleanToken(text);
}

}  // namespace

HubOptions HubOptions::fromEnvironment() {
  HubOptions out;
  if (const std::string endpoint = variable("HF_ENDPOINT"); !endpoint.empty()) out.endpoint = endpoint;
  while (out.endpoint.ends_with('/')) out.endpoint.pop_back();
  const fs::path home = folderOf("HF_HOME", folderOf("XDG_CACHE_HOME", homeFolder() / ".cache") / "huggingface");
  out.cacheFolder = folderOf("HF_HUB_CACHE", folderOf("HUGGINGFACE_HUB_CACHE", home / "hub"));
  out.token = cleanToken(variable("HF_TOKEN"));
  if (out.token.empty()) out.token = cleanToken(variable("HUGGING_FACE_HUB_TOKEN"));
  if (out.token.empty()) out.token = tokenFrom(folderOf("HF_TOKEN_PATH", home / "token"));
  return out;
}

}  // namespace app
