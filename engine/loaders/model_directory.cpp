#include "engine/loaders/model_directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "engine/loaders/input_file.h"
#include "engine/text.h"

namespace engine {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHubPrefix = "models--";
constexpr uint64_t kMaxRefBytes = 1024;
constexpr size_t kMaxSnapshots = 10000;
constexpr size_t kMaxNames = 10000;

std::string shown(const fs::path& path) {
  return printable(path.string(), 300);
}

/// "models--org--name" to "name".
std::string hubName(const std::string& folder) {
  const size_t at = folder.rfind("--");
  return folder.substr(at + 2);
}

bool isHubRoot(const fs::path& path) {
  std::error_code ignored;
  return path.filename().string().starts_with(kHubPrefix) && fs::is_directory(path / "snapshots", ignored);
}

/// The snapshot of a hub cache root that refs/main names, or the only one.
Result<fs::path> snapshotOf(const fs::path& root) {
  std::error_code error;
  const Result<std::string> ref = readTextFile(root / "refs" / "main", kMaxRefBytes);
  if (ref.ok()) {
    const std::string& text = ref.value();
    const std::string revision = text.substr(0, text.find_last_not_of(" \r\n\t") + 1);
    const bool plain = !revision.empty() && revision.find('/') == std::string::npos && revision[0] != '.';
    if (plain && fs::is_directory(root / "snapshots" / revision, error)) return root / "snapshots" / revision;
  }
  std::vector<fs::path> snapshots;
  for (fs::directory_iterator it(root / "snapshots", error), end; !error && it != end; it.increment(error)) {
    if (it->is_directory(error)) snapshots.push_back(it->path());
    if (snapshots.size() > kMaxSnapshots) break;
  }
  if (snapshots.size() == 1) return snapshots.front();
  return Error{ErrorCode::NotFound,
               snapshots.empty()
                   ? fmt::format("{} holds no snapshot: its download was not finished", shown(root))
                   : fmt::format("{} holds {} snapshots and refs/main names none of them: give the path of "
                                 "one below snapshots/",
                                 shown(root), snapshots.size()),
               "model-path"};
}

/// True when `inner` is `outer` or lies below it. Both canonical.
bool contains(const fs::path& outer, const fs::path& inner) {
  const auto [end, ignored] = std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return end == outer.end();
}

/// The hub cache root that a snapshot folder belongs to, or an empty path.
fs::path hubRootOf(const fs::path& directory) {
  const fs::path snapshots = directory.parent_path();
  if (snapshots.filename() != "snapshots" || !isHubRoot(snapshots.parent_path())) return {};
  return snapshots.parent_path();
}

}  // namespace

std::vector<std::string> filesEndingWith(const fs::path& directory, std::string_view ending) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (name.ends_with(ending) && out.size() < kMaxNames) out.push_back(std::move(name));
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<ModelLocation> locateModel(const fs::path& path) {
  std::error_code error;
  if (path.empty()) return Error{ErrorCode::InvalidArgument, "no model path was given", "model-path"};
  const fs::path canonical = fs::canonical(path, error);
  if (error) {
    return Error{ErrorCode::NotFound, fmt::format("{} does not exist", shown(path)), "model-path"};
  }
  ModelLocation out;
  if (fs::is_regular_file(canonical, error)) {
    // A hub cache file is a link to a blob without an ending, so the name as given counts.
    if (path.extension() != ".gguf") {
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("{} is a file, but no .gguf: give the model's directory instead", shown(path)),
                   "model-path"};
    }
    out.file = canonical;
    out.directory = canonical.parent_path();
    out.name = path.stem().string();
    return out;
  }
  if (!fs::is_directory(canonical, error)) {
    return Error{ErrorCode::NotFound, fmt::format("{} is neither a directory nor a .gguf file", shown(path)),
                 "model-path"};
  }
  out.directory = canonical;
  if (isHubRoot(canonical)) {
    ENGINE_ASSIGN_OR_RETURN(const fs::path snapshot, snapshotOf(canonical));
    out.directory = fs::canonical(snapshot, error);
    if (error || !contains(canonical, out.directory)) {
      return Error{ErrorCode::InvalidArgument, fmt::format("the snapshot of {} leads out of it", shown(path)),
                   "model-path"};
    }
  }
  const fs::path root = hubRootOf(out.directory);
  out.name = root.empty() ? out.directory.filename().string() : hubName(root.filename().string());
  return out;
}

Result<fs::path> modelFile(const fs::path& directory, std::string_view name) {
  const std::string text = printable(name, 200);
  if (name.empty() || name == "." || name == ".." || name.find_first_of(std::string_view("/\\\0", 3)) != name.npos) {
    return Error{ErrorCode::InvalidArgument, fmt::format("\"{}\" is no plain file name", text), text};
  }
  std::error_code error;
  const fs::path file = directory / name;
  const fs::path target = fs::canonical(file, error);
  if (error) return Error{ErrorCode::NotFound, fmt::format("{} is missing", text), text};
  if (!fs::is_regular_file(target, error)) {
    return Error{ErrorCode::InvalidArgument, fmt::format("{} is not a regular file", text), text};
  }
  const fs::path canonicalDirectory = fs::canonical(directory, error);
  if (error) return Error{ErrorCode::NotFound, fmt::format("{} is missing", shown(directory)), text};
  const fs::path hubRoot = hubRootOf(canonicalDirectory);
  const bool inside = contains(canonicalDirectory, target) || (!hubRoot.empty() && contains(hubRoot / "blobs", target));
  if (!inside) {
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("{} is a link that leads out of the model's folder, to {}", text, shown(target)), text};
  }
  // As named: blobs have no endings.
  return file;
}

}  // namespace engine
