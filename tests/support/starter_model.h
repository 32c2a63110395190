// Where the starter model lies, when it was fetched.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace engine::testing {

/// Its path in the user's cache; empty when it is not there.
inline std::filesystem::path starterModel() {
  namespace fs = std::filesystem;
  fs::path cache;
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg != nullptr && *xdg != '\0') {
    cache = xdg;
  } else if (const char* home = std::getenv("HOME"); home != nullptr) {
    cache = fs::path(home) / ".cache";
  }
  const fs::path file = cache / "hearth" / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) ? file : fs::path();
}

}  // namespace engine::testing
