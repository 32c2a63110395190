// Small helpers for messages: sizes for people, and names from files made harmless.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine {

/// "98.4 MB", "1.2 GB": decimal units, one digit after the point from kB on.
std::string formatBytes(uint64_t bytes);
/// "1.2 of 4.9 GB": both in the unit of `whole`.
std::string formatBytesOf(uint64_t part, uint64_t whole);
/// "135 M", "7.2 B": counts of parameters.
std::string formatCount(uint64_t count);
/// Text from a file for a message: control characters and invalid UTF-8 become '?', long text is cut with "...".
std::string printable(std::string_view text, size_t maxBytes = 80);

}  // namespace engine
