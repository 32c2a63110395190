// The JSON of request bodies: keys keep the sender's order (prompts show it), and nothing a client sends makes parsing
// recurse, square or outgrow its bounds.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "engine/result.h"

namespace app {

/// Deeper or larger bodies are refused while they are read.
struct BodyJsonLimits {
  size_t depth = 128;
  size_t values = 4u << 20;
};

/// Parses one JSON text. Of a key given twice the last value counts. Never throws; InvalidArgument says where the text
/// is wrong.
engine::Result<nlohmann::ordered_json> parseBodyJson(std::string_view text, const BodyJsonLimits& limits = {});

}  // namespace app
