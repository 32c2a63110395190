// A member of a wheel, which is a zip archive, written out as a file.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>

#include "engine/result.h"

namespace app::starter {

/// Writes the one member of `wheel` that has the file name `name` (in whatever folder) to `target`: exactly `bytes` of
/// them. What the archive says of itself is not trusted. Damaged, NotFound, Io or Cancelled (`stop`).
engine::Result<void> extractMember(const std::filesystem::path& wheel, const std::string& name, uint64_t bytes,
                                   const std::filesystem::path& target, const std::atomic<bool>& stop);

}  // namespace app::starter
