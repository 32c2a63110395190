// Models that lie in folders of this machine, found without being told where exactly: directories in Hugging Face
// layout, .gguf files, the hub's cache.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

namespace app {

struct FoundModel {
  std::filesystem::path
      path;  ///< to give to engine::inspectModel: a directory, a .gguf file, a root of the hub's cache
  std::filesystem::path root;  ///< the folder that was searched
};

struct ModelSearch {
  std::vector<FoundModel> models;     ///< by root, then by name; one place once
  std::vector<std::string> problems;  ///< a folder that could not be searched, or not to its end, in words
};

/// Looks for models below `roots`, some levels deep. Symbolic links to directories are not followed but at the top;
/// the number of entries looked at is bounded. `cancel` may be null.
ModelSearch findModels(const std::vector<std::filesystem::path>& roots, const std::atomic<bool>* cancel);

/// Where models usually are: the hub's cache (HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME), `cache`/models, ~/models. Only
/// folders that exist.
std::vector<std::filesystem::path> standardModelFolders(const std::filesystem::path& cache);

}  // namespace app
