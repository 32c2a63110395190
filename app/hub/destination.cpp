#include "app/hub/destination.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "app/hub/disk.h"
#include "app/hub/file_lock.h"
#include "app/hub/names.h"
#include "app/hub/part_file.h"
#include "app/hub/snapshot.h"

namespace app::hub {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kStaging = ".hearth";
constexpr std::chrono::hours kPartsKept(14 * 24);

/// Whether a file, not a link to one, of that size lies there.
bool isFile(const fs::path& path, uint64_t bytes) {
  std::error_code error;
  return fs::is_regular_file(fs::symlink_status(path, error)) && fs::file_size(path, error) == bytes && !error;
}

/// Names of the blobs that snapshots link to.
std::set<std::string> linkedNames(const fs::path& snapshots) {
  std::set<std::string> out;
  std::error_code error;
  for (fs::recursive_directory_iterator it(snapshots, error), end; !error && it != end; it.increment(error)) {
    std::error_code step;
    if (it->is_symlink(step)) out.insert(fs::read_symlink(it->path(), step).filename().string());
  }
  return out;
}

}  // namespace

Destination Destination::cache(const fs::path& cacheFolder, const std::string& repository) {
  Destination out;
  out.m_isCache = true;
  const std::string name = cacheFolderName(repository);
  out.m_root = cacheFolder / name;
  out.m_staging = out.m_root / kStaging;
  out.m_locks = cacheFolder / ".locks" / name;
  return out;
}

Destination Destination::folder(const fs::path& folder, const std::string& key) {
  Destination out;
  std::error_code error;
  out.m_root = fs::absolute(folder, error).lexically_normal();
  if (out.m_root.filename().empty()) out.m_root = out.m_root.parent_path();
  out.m_beside = out.m_root.parent_path() / fmt::format(".{}{}", out.m_root.filename().string(), kStaging);
  // What an earlier run has begun beside the folder goes on there.
  const bool inside = fs::exists(out.m_root, error) && !fs::exists(out.m_beside / key, error);
  out.m_staging = (inside ? out.m_root / kStaging : out.m_beside) / key;
  out.m_locks = out.m_staging / "locks";
  return out;
}

fs::path Destination::partOf(const HubFile& file) const {
  return m_staging / (file.checksum + ".part");
}

fs::path Destination::lockOf(const HubFile& file) const {
  return m_locks / (file.checksum + ".lock");
}

fs::path Destination::wholeOf(const HubFile& file) const {
  return m_isCache ? m_root / "blobs" / file.checksum : m_staging / "whole" / file.path;
}

fs::path Destination::foundIn(const HubFile& file) const {
  std::error_code error;
  if (m_isCache || !fs::exists(m_root / file.path, error)) return {};
  return m_root / file.path;
}

bool Destination::isWhole(const HubFile& file) const {
  // Blobs and collected files get their names by a rename after their checksum was right.
  return isFile(wholeOf(file), file.bytes);
}

engine::Result<uint64_t> Destination::freeBytes() const {
  std::error_code error;
  fs::path at = m_staging;
  while (!fs::exists(at, error) && at.has_relative_path()) at = at.parent_path();
  const fs::space_info space = fs::space(at, error);
  if (error) {
    return engine::Error{engine::ErrorCode::Io, fmt::format("{}: {}", at.string(), error.message()), "folder"};
  }
  return space.available;
}

engine::Result<void> Destination::keep(const HubFile& file) const {
  syncPath(partOf(file));
  ENGINE_RETURN_IF_ERROR(moveTo(partOf(file), wholeOf(file)));
  syncPath(wholeOf(file).parent_path());
  PartFile::remove(partOf(file));
  return {};
}

engine::Result<void> Destination::writeRef(const std::string& revision, const std::string& commit) const {
  if (revision == commit) return {};
  return replaceFile(m_root / "refs" / revision, commit, true);
}

engine::Result<void> Destination::publish(const std::vector<HubFile>& files, size_t main, const std::string& revision,
                                          const std::string& commit) const {
  if (nothingToMove(files)) {
    tidy();
    return {};
  }
  ENGINE_ASSIGN_OR_RETURN(const auto lock, FileLock::tryTake(m_locks / "hearth-publish.lock"));
  if (!lock) return engine::Error{engine::ErrorCode::Unavailable, "another program publishes it just now", "folder"};
  if (m_isCache) {
    ENGINE_RETURN_IF_ERROR(publishSnapshot(files, commit));
    ENGINE_RETURN_IF_ERROR(writeRef(revision, commit));
  } else {
    ENGINE_RETURN_IF_ERROR(publishFolder(files, main));
  }
  tidy();
  return {};
}

engine::Result<void> Destination::publishSnapshot(const std::vector<HubFile>& files, const std::string& commit) const {
  for (const HubFile& file : files) {
    if (!isWhole(file)) {
      return engine::Error{engine::ErrorCode::Damaged,
                           fmt::format("{} was taken away meanwhile: start again", wholeOf(file).string()), "folder"};
    }
  }
  std::vector<SnapshotLink> links;
  for (const HubFile& file : files) {
    const auto depth = static_cast<size_t>(std::count(file.path.begin(), file.path.end(), '/'));
    std::string target = "../../";
    for (size_t i = 0; i < depth; ++i) target += "../";
    links.push_back({.path = file.path, .target = target + "blobs/" + file.checksum});
  }
  return linkSnapshot(m_root / "snapshots" / commit, m_staging, links);
}

engine::Result<void> Destination::publishFolder(const std::vector<HubFile>& files, size_t main) const {
  std::error_code error;
  const fs::path whole = m_staging / "whole";
  if (!fs::exists(m_root, error)) {
    ENGINE_RETURN_IF_ERROR(moveTo(whole, m_root));
    syncPath(m_root.parent_path());
    return {};
  }
  // What makes a folder a model goes last.
  std::vector<size_t> order;
  for (size_t i = 0; i < files.size(); ++i) {
    if (i != main) order.push_back(i);
  }
  order.push_back(main);
  for (const size_t i : order) {
    if (!isWhole(files[i])) continue;  // it was in the folder before
    ENGINE_RETURN_IF_ERROR(moveTo(wholeOf(files[i]), m_root / files[i].path));
    syncPath((m_root / files[i].path).parent_path());
  }
  return {};
}

bool Destination::nothingToMove(const std::vector<HubFile>& files) const {
  return !m_isCache && std::all_of(files.begin(), files.end(),
                                   [this](const HubFile& file) { return !isWhole(file) && !foundIn(file).empty(); });
}

void Destination::tidy() const {
  std::error_code error;
  if (!m_isCache) {
    fs::remove_all(m_staging, error);
    // Only when no other download goes on in them.
    for (const fs::path& holder : {m_staging.parent_path(), m_beside}) fs::remove(holder, error);
    return;
  }
  // Parts of revisions that nobody has asked for in a long time.
  const auto old = fs::file_time_type::clock::now() - kPartsKept;
  std::vector<fs::path> stale;
  for (fs::directory_iterator it(m_staging, error), end; !error && it != end; it.increment(error)) {
    std::error_code step;
    if (it->path().extension() == ".part" && fs::last_write_time(it->path(), step) < old && !step) {
      stale.push_back(it->path());
    }
  }
  for (const fs::path& part : stale) {
    const auto lock = FileLock::tryTake(m_locks / (part.stem().string() + ".lock"));
    if (lock.ok() && lock.value()) PartFile::remove(part);
  }
  fs::remove(m_staging, error);  // only when it is empty
}

fs::path Destination::modelPath(const HubFile& main, bool single, const std::string& commit) const {
  const fs::path folder = m_isCache ? m_root / "snapshots" / commit : m_root;
  return single ? folder / main.path : folder;
}

void Destination::discard(const std::vector<HubFile>& files) const {
  std::error_code error;
  const std::set<std::string> used = m_isCache ? linkedNames(m_root / "snapshots") : std::set<std::string>();
  for (const HubFile& file : files) {
    // What another program works on is not ours to delete.
    const auto lock = FileLock::tryTake(lockOf(file));
    if (!lock.ok() || !lock.value()) continue;
    PartFile::remove(partOf(file));
    if (!used.contains(file.checksum)) fs::remove(wholeOf(file), error);
  }
  if (m_isCache) {
    fs::remove(m_staging, error);  // this and the following: only when they are empty
    for (const char* folder : {"blobs", "refs", "snapshots"}) fs::remove(m_root / folder, error);
    fs::remove(m_root, error);
  } else {
    fs::remove_all(m_staging, error);
    for (const fs::path& holder : {m_staging.parent_path(), m_beside}) fs::remove(holder, error);
  }
}

}  // namespace app::hub

namespace app {

std::filesystem::path hubCacheFolder(const std::filesystem::path& cacheFolder, const std::string& repository) {
  return cacheFolder / hub::cacheFolderName(repository);
}

}  // namespace app
