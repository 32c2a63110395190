#include "app/server/address.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace app {

namespace {

constexpr size_t kMaxHost = 253;

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view withoutBrackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') return host.substr(1, host.size() - 2);
  return host;
}

bool isIpv6(std::string_view text) {
  in6_addr address{};
  return text.size() < INET6_ADDRSTRLEN && ::inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

bool isDnsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHost && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

bool parsePort(std::string_view text, uint16_t* port) {
  if (text.empty() || text.size() > 5) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *port);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

bool isLoopbackHost(std::string_view host) {
  const std::string name = lowered(withoutBrackets(host));
  if (name == "localhost" || name == "::1") return true;
  in_addr address{};
  return ::inet_pton(AF_INET, name.c_str(), &address) == 1 && (ntohl(address.s_addr) >> 24) == 127;
}

bool isHostName(std::string_view host) {
  return isDnsName(host) || isIpv6(withoutBrackets(host));
}

bool isWebOrigin(std::string_view origin) {
  const size_t colon = origin.find("://");
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view scheme = origin.substr(0, colon);
  const bool plainScheme = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
  return plainScheme && splitHost(origin.substr(colon + 3)).valid;
}

HostAndPort splitHost(std::string_view header) {
  HostAndPort result;
  std::string_view host = header;
  std::string_view port;
  bool hasPort = false;
  if (!header.empty() && header.front() == '[') {
    const size_t close = header.find(']');
    if (close == std::string_view::npos) return result;
    host = header.substr(1, close - 1);
    const std::string_view rest = header.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return result;
    hasPort = !rest.empty();
    if (hasPort) port = rest.substr(1);
    if (!isIpv6(host)) return result;
  } else {
    const size_t colon = header.find(':');
    host = header.substr(0, colon);
    hasPort = colon != std::string_view::npos;
    if (hasPort) port = header.substr(colon + 1);
    if (!isDnsName(host)) return result;
  }
  if (hasPort && !parsePort(port, &result.port)) return result;
  result.host = lowered(host);
  result.valid = true;
  return result;
}

std::vector<std::string> machineNames() {
  std::vector<std::string> names;
  char buffer[256] = {};
  if (::gethostname(buffer, sizeof buffer - 1) == 0 && buffer[0] != '\0') names.push_back(lowered(buffer));
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return names;
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    char text[INET6_ADDRSTRLEN] = {};
    const void* address = nullptr;
    if (entry->ifa_addr->sa_family == AF_INET) {
      address = &reinterpret_cast<const sockaddr_in*>(entry->ifa_addr)->sin_addr;
    } else if (entry->ifa_addr->sa_family == AF_INET6) {
      address = &reinterpret_cast<const sockaddr_in6*>(entry->ifa_addr)->sin6_addr;
    }
    if (address != nullptr && ::inet_ntop(entry->ifa_addr->sa_family, address, text, sizeof text) != nullptr) {
      names.emplace_back(text);
    }
  }
  ::freeifaddrs(list);
  return names;
}

}  // namespace app
