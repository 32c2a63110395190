// Unfinished downloads on disk, for the next start of the program.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "app/hub.h"
#include "app/hub/file_lock.h"

namespace app::hub {

class DownloadList {
 public:
  /// Without a file, or while another program has it, nothing is kept and nothing is found.
  explicit DownloadList(std::filesystem::path file);

  /// What an earlier program has left; damaged files hold nothing.
  std::vector<DownloadSnapshot> read() const;
  /// Keeps those that are neither done nor cancelled. Those that run are marked as interrupted.
  void write(const std::vector<DownloadSnapshot>& downloads);

 private:
  std::filesystem::path m_file;
  std::optional<FileLock> m_lock;
};

/// A download read from the list that was running when its program ended.
bool wasInterrupted(const DownloadSnapshot& snapshot);

}  // namespace app::hub
