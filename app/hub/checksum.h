// Checksums as the hub states them: SHA-256 of large files, git's SHA-1 of small ones.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/result.h"

namespace app::hub {

/// The checksum of a file in the kind of `like` (64 hex digits: SHA-256; 40: SHA-1 of git's blob). Io when it cannot be
/// read, Cancelled when `stop` was set meanwhile.
engine::Result<std::string> fileChecksum(const std::filesystem::path& file, std::string_view like,
                                         const std::atomic<bool>& stop);

}  // namespace app::hub
