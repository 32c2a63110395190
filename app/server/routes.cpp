#include "app/server/routes.h"

#include <array>
#include <optional>

#include "app/server/endpoints/endpoints.h"

namespace app {

namespace {

constexpr std::array kRoutes = {
    Route{.method = "POST", .path = "/v1/chat/completions", .handler = chatCompletions, .listed = true},
    Route{.method = "POST", .path = "/v1/completions", .handler = completions, .listed = true},
    Route{.method = "GET", .path = "/v1/models", .handler = listModels},
    Route{.method = "GET", .path = "/v1/models/*", .handler = getModel},
    Route{.method = "GET", .path = "/health", .handler = health, .access = RouteAccess::Public},
    Route{.method = "GET", .path = "/metrics", .handler = metrics},
    Route{.method = "POST", .path = "/tokenize", .handler = tokenize},
    Route{.method = "POST", .path = "/detokenize", .handler = detokenize},
};

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> percentDecoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const int high = hexValue(text[i + 1]);
    const int low = hexValue(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

/// What "*" takes of `path`; nothing when the pattern does not match.
std::optional<std::string> matchPath(std::string_view pattern, std::string_view path) {
  if (pattern.empty() || pattern.back() != '*') return pattern == path ? std::optional(std::string()) : std::nullopt;
  const std::string_view prefix = pattern.substr(0, pattern.size() - 1);
  if (path.size() <= prefix.size() || path.substr(0, prefix.size()) != prefix) return std::nullopt;
  return percentDecoded(path.substr(prefix.size()));
}

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

RouteMatch findRoute(std::string_view method, std::string_view path) {
  RouteMatch match;
  for (const Route& route : kRoutes) {
    auto parameter = matchPath(route.path, path);
    if (!parameter) continue;
    match.pathKnown = true;
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += route.method;
    if (route.method == "GET") match.allow += ", HEAD";
    if (route.method == method || (route.method == "GET" && method == "HEAD")) {
      match.route = &route;
      match.parameter = std::move(*parameter);
    }
  }
  if (match.pathKnown) match.allow += ", OPTIONS";
  return match;
}

}  // namespace app
