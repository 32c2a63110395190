#include "app/hub/snapshot.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "app/hub/disk.h"

namespace app::hub {

namespace fs = std::filesystem;

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr size_t kMostEntries = 50000;

Error failed(const fs::path& path, const std::string& why) {
  return {ErrorCode::Io, fmt::format("{} cannot be written: {}", path.string(), why), "folder"};
}

engine::Result<void> makeLinks(const fs::path& folder, const std::vector<SnapshotLink>& links) {
  for (const SnapshotLink& link : links) {
    const fs::path at = folder / link.path;
    ENGINE_RETURN_IF_ERROR(makeFolders(at.parent_path()));
    std::error_code error;
    if (fs::read_symlink(at, error) == link.target) continue;
    fs::remove(at, error);
    if (::symlink(link.target.c_str(), at.c_str()) == 0) continue;
    if (errno == EPERM || errno == EOPNOTSUPP) {
      return Error{ErrorCode::Unsupported,
                   fmt::format("{} lies on a file system without links, which the hub cache needs: choose a plain "
                               "folder (--dir)",
                               folder.string()),
                   "folder"};
    }
    return failed(at, std::strerror(errno));
  }
  return {};
}

/// Entries of `from` that `to` has not: links are made again, files linked, so that `from` stays as it is.
engine::Result<void> addMissing(const fs::path& from, const fs::path& to) {
  std::error_code error;
  size_t count = 0;
  for (fs::recursive_directory_iterator it(from, error), end; !error && it != end; it.increment(error)) {
    if (++count > kMostEntries) return failed(from, fmt::format("it holds more than {} files", kMostEntries));
    const fs::path target = to / it->path().lexically_relative(from);
    std::error_code step;
    if (fs::symlink_status(target, step).type() != fs::file_type::not_found) continue;
    step.clear();
    if (it->is_symlink()) {
      fs::copy_symlink(it->path(), target, step);
    } else if (it->is_directory()) {
      fs::create_directories(target, step);
    } else {
      fs::create_hard_link(it->path(), target, step);
    }
    if (step && step != std::errc::file_exists) return failed(target, step.message());
  }
  return {};
}

bool hasAll(const fs::path& snapshot, const std::vector<SnapshotLink>& links) {
  return std::all_of(links.begin(), links.end(), [&](const SnapshotLink& link) {
    std::error_code error;
    return fs::read_symlink(snapshot / link.path, error) == link.target && !error;
  });
}

}  // namespace

engine::Result<void> linkSnapshot(const fs::path& snapshot, const fs::path& workFolder,
                                  const std::vector<SnapshotLink>& links) {
  if (hasAll(snapshot, links)) return {};
  const fs::path fresh = workFolder / (snapshot.filename().string() + ".links");
  std::error_code error;
  fs::remove_all(fresh, error);
  ENGINE_RETURN_IF_ERROR(makeFolders(fresh));
  ENGINE_RETURN_IF_ERROR(makeFolders(snapshot.parent_path()));
  ENGINE_RETURN_IF_ERROR(makeLinks(fresh, links));
  if (fs::exists(snapshot, error)) ENGINE_RETURN_IF_ERROR(addMissing(snapshot, fresh));
  syncPath(fresh);

  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, snapshot.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST && ::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, snapshot.c_str(), RENAME_EXCHANGE) == 0) {
      // What another program has put there between the look and the exchange.
      ENGINE_RETURN_IF_ERROR(addMissing(fresh, snapshot));
    } else if (fs::exists(snapshot, error)) {
      // A file system that exchanges nothing: links one by one, the order of `links`.
      ENGINE_RETURN_IF_ERROR(makeLinks(snapshot, links));
    } else {
      ENGINE_RETURN_IF_ERROR(moveTo(fresh, snapshot));
    }
  }
  fs::remove_all(fresh, error);
  syncPath(snapshot.parent_path());
  return {};
}

}  // namespace app::hub
