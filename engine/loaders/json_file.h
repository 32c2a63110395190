// A JSON file of a model directory, bounded in size and depth.
#pragma once

#include <filesystem>

#include "engine/json.h"
#include "engine/result.h"

namespace engine {

/// Reads and parses a file. NotFound when it is not there; Damaged, naming the file, when it is no JSON.
Result<nlohmann::json> readJsonFile(const std::filesystem::path& path, const JsonLimits& limits = {});

}  // namespace engine
