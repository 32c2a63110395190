// JSON from untrusted sources. The library's parser builds values whose nesting its destructor and printer recurse
// over, so nesting is bounded before anything is built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "engine/result.h"

namespace engine {

/// Bounds on a JSON text; the defaults suit model files.
struct JsonLimits {
  size_t maxBytes = 64u << 20;
  uint32_t maxDepth = 128;
  size_t maxValues = 8u << 20;    ///< values in all, counted as separators
  bool rejectDuplicates = false;  ///< a key twice in one object is an error; otherwise the last one counts
};

/// Whether a text keeps to the limits on depth and number of values, told without building anything.
Result<void> checkJsonShape(std::string_view text, const JsonLimits& limits);

/// Parses one JSON text. Never throws. Too large, too deep or malformed text is InvalidArgument, with the position.
/// Include <nlohmann/json.hpp> to use the value.
Result<nlohmann::json> parseJson(std::string_view text, const JsonLimits& limits = {});

}  // namespace engine
