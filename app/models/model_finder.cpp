#include "app/model_finder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <system_error>

namespace app {

namespace {

namespace fs = std::filesystem;

constexpr int kDepth = 4;
constexpr size_t kMostEntries = 50000;
constexpr size_t kMostModels = 500;
constexpr std::string_view kHubPrefix = "models--";

bool endsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// "x-00002-of-00003.gguf": a later part of a model that its first part stands for.
bool laterPart(const std::string& name) {
  const size_t of = name.rfind("-of-");
  return of != std::string::npos && of >= 5 && name.compare(of - 5, 5, "00001") != 0 &&
         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(of) - 5, name.begin() + static_cast<std::ptrdiff_t>(of),
                     [](char c) { return c >= '0' && c <= '9'; });
}

class Search {
 public:
  explicit Search(const std::atomic<bool>* cancel) : m_cancel(cancel) {}

  void root(const fs::path& root) {
    struct Folder {
      fs::path path;
      int depth;
    };
    m_root = root;
    m_left = kMostEntries;
    const size_t before = m_result.models.size();
    std::vector<Folder> open{{root, 0}};
    while (!open.empty() && !stopped()) {
      const Folder folder = std::move(open.back());
      open.pop_back();
      std::vector<fs::path> inner;
      if (!look(folder.path, folder.depth, &inner) || folder.depth >= kDepth) continue;
      for (fs::path& path : inner) open.push_back({std::move(path), folder.depth + 1});
    }
    if (m_left == 0) {
      m_result.problems.push_back(fmt::format("{} holds more than {} files; what lies beyond them was not looked at",
                                              root.string(), kMostEntries));
    }
    std::sort(m_result.models.begin() + static_cast<std::ptrdiff_t>(before), m_result.models.end(),
              [](const FoundModel& a, const FoundModel& b) { return a.path < b.path; });
  }

  ModelSearch take() { return std::move(m_result); }

 private:
  bool stopped() const {
    return m_left == 0 || m_result.models.size() >= kMostModels || (m_cancel != nullptr && m_cancel->load());
  }

  void found(const fs::path& path) {
    std::error_code error;
    fs::path place = fs::weakly_canonical(path, error);
    if (m_seen.insert(error ? path : place).second) m_result.models.push_back({path, m_root});
  }

  /// False when the folder is a model itself, or cannot be read.
  bool look(const fs::path& folder, int depth, std::vector<fs::path>* inner) {
    std::error_code error;
    if (depth > 0 && folder.filename().string().starts_with(kHubPrefix) &&
        fs::is_directory(folder / "snapshots", error)) {
      found(folder);
      return false;
    }
    if (fs::is_regular_file(folder / "config.json", error) && weightsIn(folder)) {
      found(folder);
      return false;
    }
    fs::directory_iterator it(folder, error);
    if (error) {
      if (depth == 0)
        m_result.problems.push_back(fmt::format("{} cannot be read: {}", folder.string(), error.message()));
      return false;
    }
    for (const fs::directory_iterator end; !error && it != end && !stopped(); it.increment(error)) {
      --m_left;
      const std::string name = it->path().filename().string();
      if (name.starts_with('.')) continue;
      std::error_code ignored;
      if (it->is_directory(ignored)) {
        if (!it->is_symlink(ignored)) inner->push_back(it->path());
      } else if (endsWith(name, ".gguf") && !laterPart(name)) {
        found(it->path());
      }
    }
    return true;
  }

  bool weightsIn(const fs::path& folder) {
    std::error_code error;
    fs::directory_iterator it(folder, error);
    for (const fs::directory_iterator end; !error && it != end && !stopped(); it.increment(error)) {
      --m_left;
      const std::string name = it->path().filename().string();
      if (endsWith(name, ".safetensors") || endsWith(name, ".safetensors.index.json") || endsWith(name, ".bin"))
        return true;
    }
    return false;
  }

  const std::atomic<bool>* m_cancel;
  fs::path m_root;
  size_t m_left = 0;
  std::set<fs::path> m_seen;
  ModelSearch m_result;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

ModelSearch findModels(const std::vector<fs::path>& roots, const std::atomic<bool>* cancel) {
  Search search(cancel);
  for (const fs::path& root : roots) search.root(root);
  return search.take();
}

std::vector<fs::path> standardModelFolders(const fs::path& cache) {
  const std::string home = environment("HOME");
  std::vector<fs::path> wanted;
  if (const std::string hub = environment("HF_HUB_CACHE"); !hub.empty()) {
    wanted.emplace_back(hub);
  } else if (const std::string base = environment("HF_HOME"); !base.empty()) {
    wanted.emplace_back(fs::path(base) / "hub");
  } else if (const std::string user = environment("XDG_CACHE_HOME"); !user.empty()) {
    wanted.emplace_back(fs::path(user) / "huggingface" / "hub");
  } else if (!home.empty()) {
    wanted.emplace_back(fs::path(home) / ".cache" / "huggingface" / "hub");
  }
  wanted.push_back(cache / "models");
  if (!home.empty()) wanted.push_back(fs::path(home) / "models");
  std::error_code error;
  std::erase_if(wanted, [&](const fs::path& path) { return !fs::is_directory(path, error); });
  return wanted;
}

}  // namespace app
