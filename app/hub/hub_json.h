// The hub's JSON: untrusted, so every field is checked for its type and range, and what does not fit counts as absent.
#pragma once

#include <string_view>
#include <vector>

#include "app/hub.h"
#include "engine/result.h"

namespace app::hub {

constexpr size_t kMostListBytes = 32u << 20;

engine::Result<std::vector<HubModel>> readModels(std::string_view json);

/// A repository's files at one commit, without choices.
engine::Result<HubListing> readListing(std::string_view json);

}  // namespace app::hub
