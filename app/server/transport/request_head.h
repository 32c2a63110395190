// A strict parser of request lines and headers: what two parsers might read differently is refused.
#pragma once

#include <string_view>
#include <variant>

#include "app/server/transport/http_types.h"

namespace app {

struct HeadLimits {
  uint32_t headerBytes = 64u << 10;
  uint32_t targetBytes = 16u << 10;
};

/// Looks at the bytes read so far. Gives the length of the head (up to and with its empty line), 0 when more bytes are
/// needed, or the fault of a head that is too long or has a bare LF. `scanned` is the caller's memory of what has been
/// looked at, 0 at first.
std::variant<size_t, HttpFault> findHeadEnd(std::string_view bytes, const HeadLimits& limits, size_t* scanned);

/// Parses a whole head as findHeadEnd delimited it.
std::variant<RequestHead, HttpFault> parseRequestHead(std::string_view bytes, const HeadLimits& limits);

}  // namespace app
