// Small steps on disk, each with an Error that names the path.
#pragma once

#include <filesystem>
#include <string_view>

#include "engine/result.h"

namespace app::hub {

engine::Result<void> makeFolders(const std::filesystem::path& folder);
engine::Result<void> moveTo(const std::filesystem::path& from, const std::filesystem::path& to);
/// Writes a small file beside `file`, then renames it into place; `durable`: it survives a power cut as well.
engine::Result<void> replaceFile(const std::filesystem::path& file, std::string_view text, bool durable);
/// Content of a file or the names of a folder are on disk for good afterwards, where the file system can do that.
void syncPath(const std::filesystem::path& path);

}  // namespace app::hub
