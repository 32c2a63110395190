// JSON written by hand where a token's latency counts.
#pragma once

#include <string>
#include <string_view>

namespace app {

/// Appends `text` as a JSON string, quotes included. Invalid UTF-8 becomes U+FFFD.
void appendJsonString(std::string& out, std::string_view text);

/// True when all of `text` is well-formed UTF-8.
bool isUtf8(std::string_view text);

/// A token's bytes as a string: themselves, or "bytes:\xNN..." when they are no whole code points.
std::string tokenString(std::string_view bytes);

}  // namespace app
