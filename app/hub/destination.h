// Where a download's files lie: unfinished, checked, published. Two layouts, the hub cache and a plain folder, and in
// both nothing shows as a model before every file of it is whole and checked.
//
// Hub cache, as Hugging Face's own library lays it out (so files are shared with it, and its locks are taken):
//   models--org--name/blobs/<checksum>, snapshots/<commit>/<path> (links), refs/<revision>
//   models--org--name/.hearth/<checksum>.part             unfinished
//   .locks/models--org--name/<checksum>.lock
// Plain folder DIR: everything is collected in .DIR.hearth/<key> beside it and renamed at the end. When DIR exists, it
// is collected in DIR/.hearth/<key> and moved file by file, the one that makes it a model last; files that are there
// and different are never overwritten.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "app/hub.h"
#include "engine/result.h"

namespace app::hub {

class Destination {
 public:
  static Destination cache(const std::filesystem::path& cacheFolder, const std::string& repository);
  /// `key` tells downloads into the same folder apart.
  static Destination folder(const std::filesystem::path& folder, const std::string& key);

  std::filesystem::path partOf(const HubFile& file) const;
  std::filesystem::path lockOf(const HubFile& file) const;
  /// Where a checked file is put.
  std::filesystem::path wholeOf(const HubFile& file) const;
  /// The file as it lies in the user's folder already, unchecked; empty for the cache and when there is none.
  std::filesystem::path foundIn(const HubFile& file) const;
  /// Whether the file needs no download: its blob is there, or it was checked and collected before.
  bool isWhole(const HubFile& file) const;
  /// Free bytes where the files go.
  engine::Result<uint64_t> freeBytes() const;

  /// Puts a checked part in its place, on disk for good. The caller holds its lock.
  engine::Result<void> keep(const HubFile& file) const;
  /// Makes the model visible, all at once. `main` (an index) is moved last. Waits for no other program: Unavailable
  /// when one publishes at this moment.
  engine::Result<void> publish(const std::vector<HubFile>& files, size_t main, const std::string& revision,
                               const std::string& commit) const;
  /// What a user loads.
  std::filesystem::path modelPath(const HubFile& main, bool single, const std::string& commit) const;
  /// Deletes what has come of `files`: parts, and whole ones that no snapshot shows.
  void discard(const std::vector<HubFile>& files) const;

 private:
  engine::Result<void> publishSnapshot(const std::vector<HubFile>& files, const std::string& commit) const;
  engine::Result<void> writeRef(const std::string& revision, const std::string& commit) const;
  engine::Result<void> publishFolder(const std::vector<HubFile>& files, size_t main) const;
  /// Whether the user's folder holds all of it already.
  bool nothingToMove(const std::vector<HubFile>& files) const;
  void tidy() const;

  bool m_isCache = false;
  std::filesystem::path m_root;     ///< models--org--name, or the user's folder
  std::filesystem::path m_beside;   ///< of a folder: what holds staging folders while it is not there
  std::filesystem::path m_staging;  ///< where parts lie
  std::filesystem::path m_locks;
};

}  // namespace app::hub
