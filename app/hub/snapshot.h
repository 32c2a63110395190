// The links of a snapshot, published at once.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/result.h"

namespace app::hub {

struct SnapshotLink {
  std::string path;    ///< below the snapshot
  std::string target;  ///< relative, as it will be seen from there
};

/// Adds links to `snapshot`, so that nobody ever sees only some of them: they are made in a folder below `workFolder`
/// (of the same depth) that is then renamed, or exchanged with the snapshot that is there, whose entries are kept.
engine::Result<void> linkSnapshot(const std::filesystem::path& snapshot, const std::filesystem::path& workFolder,
                                  const std::vector<SnapshotLink>& links);

}  // namespace app::hub
