// Which files of a repository make a loadable model.
#pragma once

#include <string>
#include <vector>

#include "app/hub.h"
#include "engine/result.h"

namespace app::hub {

/// Every loadable set: safetensors first, or PyTorch weights where there are none, then the GGUF files, smallest first.
std::vector<HubChoice> findChoices(const std::vector<HubFile>& files);

/// What `include` (labels, paths, patterns) means in a listing; the label says it in words. InvalidArgument with
/// context "choice" when it must be named, "file" when nothing fits.
engine::Result<HubChoice> selectFiles(const HubListing& listing, const std::vector<std::string>& include);

/// "Q4_K_M" of "name-Q4_K_M-00001-of-00002.gguf", empty when the name tells none.
std::string quantizationOf(std::string_view path);

}  // namespace app::hub
