// Unfinished downloads on disk, for the next start of the program.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "app/hub.h"
#include "app/hub/file_lock.h"

namespace app::hub {

/// A download between two runs of the program.
struct KeptDownload {
  DownloadSnapshot snapshot;
  std::vector<HubFile> files;  ///< empty: it had not come so far
  bool interrupted = false;    ///< it was running when its program ended
};

class DownloadList {
 public:
  /// Without a file, or while another program has it, nothing is kept and nothing is found.
  explicit DownloadList(std::filesystem::path file);

  /// What an earlier program has left, paused or failed; damaged files hold nothing.
  std::vector<KeptDownload> read() const;
  /// Keeps those that are neither done nor cancelled.
  void write(const std::vector<KeptDownload>& downloads);

 private:
  std::filesystem::path m_file;
  std::optional<FileLock> m_lock;
};

}  // namespace app::hub
