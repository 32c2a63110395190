// Host names, addresses and origins as they appear in settings and requests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace app {

/// True for "localhost" and literal loopback addresses (127.0.0.0/8, ::1), brackets allowed.
bool isLoopbackHost(std::string_view host);
/// A DNS name or literal address without port: letters, digits, '-', '.', or an IPv6 literal with or without brackets.
bool isHostName(std::string_view host);
/// "scheme://host" or "scheme://host:port" with nothing behind.
bool isWebOrigin(std::string_view origin);

/// The two parts of a Host header; `valid` is false when it is neither.
struct HostAndPort {
  std::string host;  ///< lower case, IPv6 without brackets
  uint16_t port = 80;
  bool valid = false;
};
HostAndPort splitHost(std::string_view header);

/// Names and addresses of this machine, lower case: its host name and every interface's address.
std::vector<std::string> machineNames();

}  // namespace app
