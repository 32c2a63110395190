// Addresses as people type them.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/remote_server.h"
#include "engine/text.h"

namespace app {

namespace {

constexpr size_t kMostAddress = 2000;
constexpr uint16_t kHttp = 80, kHttps = 443;

engine::Error refuse(std::string_view typed, std::string_view why) {
  return {engine::ErrorCode::InvalidArgument,
          fmt::format("“{}” is no address of a server: {}. Write it like http://127.0.0.1:8501/v1",
                      engine::printable(typed), why),
          "address"};
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool isHostCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool isIpv4(std::string_view host) {
  return !host.empty() &&
         std::all_of(host.begin(), host.end(), [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

bool isLoopbackName(std::string_view host) {
  return host == "localhost" || host == "[::1]" || (isIpv4(host) && host.starts_with("127."));
}

bool validHost(std::string_view host) {
  if (host.starts_with('[')) {
    const std::string_view inner = host.substr(1, host.size() - 2);
    return host.ends_with(']') && inner.find(':') != inner.npos && std::all_of(inner.begin(), inner.end(), [](char c) {
             return c == ':' || c == '.' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
  }
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), isHostCharacter);
}

void dropEnd(std::string& path, std::string_view end) {
  if (path.ends_with(end)) path.resize(path.size() - end.size());
}

}  // namespace

std::string RemoteAddress::label() const {
  return port == (secure ? kHttps : kHttp) ? host : fmt::format("{}:{}", host, port);
}

std::string RemoteAddress::base() const {
  return fmt::format("{}://{}{}", secure ? "https" : "http", label(), path);
}

bool RemoteAddress::loopback() const {
  return isLoopbackName(host);
}

engine::Result<RemoteAddress> parseRemoteAddress(std::string_view typed) {
  while (typed.starts_with(' ')) typed.remove_prefix(1);
  while (typed.ends_with(' ')) typed.remove_suffix(1);
  if (typed.empty()) return refuse(typed, "nothing is written");
  if (typed.size() > kMostAddress) return refuse(typed, "it is too long");
  if (std::any_of(typed.begin(), typed.end(), [](char c) { return c <= ' ' || c > '~' || c == '\\' || c == '"'; })) {
    return refuse(typed, "it holds a character that addresses do not have");
  }
  if (typed.find_first_of("?#@") != typed.npos) return refuse(typed, "it has more than a host, a port and a path");

  RemoteAddress out;
  bool told = false;
  if (const size_t colon = typed.find("://"); colon != typed.npos) {
    const std::string protocol = lowered(typed.substr(0, colon));
    if (protocol != "http" && protocol != "https") return refuse(typed, "only http and https are spoken");
    out.secure = protocol == "https";
    told = true;
    typed.remove_prefix(colon + 3);
  }
  const std::string_view authority = typed.substr(0, typed.find('/'));
  out.path = typed.substr(authority.size());
  const size_t closing = authority.find(']');
  const size_t portColon = authority.find(':', closing == authority.npos ? 0 : closing);
  out.host = lowered(authority.substr(0, portColon));
  if (!validHost(out.host)) return refuse(typed, "the host's name is not one");
  if (!told) out.secure = !isLoopbackName(out.host) && out.host.find('.') != out.host.npos && !isIpv4(out.host);
  out.port = out.secure ? kHttps : kHttp;
  if (portColon != authority.npos) {
    const std::string_view digits = authority.substr(portColon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
    if (error != std::errc() || end != digits.data() + digits.size() || out.port == 0) {
      return refuse(typed, "the port is not a number from 1 to 65535");
    }
  }
  while (out.path.ends_with('/')) out.path.pop_back();
  dropEnd(out.path, "/chat/completions");
  dropEnd(out.path, "/models");
  if (out.path.empty()) out.path = "/v1";
  return out;
}

}  // namespace app
