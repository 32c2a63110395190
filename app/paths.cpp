#include <cstdlib>

#include "app/app_context.h"
#include "app/starter.h"

namespace app {

namespace {

std::filesystem::path baseDirectory(const char* variable, const char* fallback) {
  if (const char* value = std::getenv(variable); value != nullptr && value[0] == '/') return value;
  const char* home = std::getenv("HOME");
  return std::filesystem::path(home != nullptr ? home : "/tmp") / fallback;
}

}  // namespace

AppPaths AppPaths::standard() {
  return {.config = baseDirectory("XDG_CONFIG_HOME", ".config") / "hearth",
          .data = baseDirectory("XDG_DATA_HOME", ".local/share") / "hearth",
          .cache = baseDirectory("XDG_CACHE_HOME", ".cache") / "hearth"};
}

std::filesystem::path starterModelPath(const AppPaths& paths) {
  constexpr uintmax_t kStarterBytes = 98362432;
  const std::filesystem::path file = paths.cache / "models" / kStarterModel;
  std::error_code error;
  return std::filesystem::file_size(file, error) == kStarterBytes && !error ? file : std::filesystem::path();
}

}  // namespace app
