// The routes: method, path, who may call, and the handler. An endpoint is one file in endpoints/ and one row here.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/server/exchange.h"

namespace app {

enum class RouteAccess { Key, Public };  ///< Key: one of the API keys, when there are any

struct Route {
  std::string_view method;  ///< GET serves HEAD as well
  std::string_view path;    ///< exact, or with a last segment "*" that takes the rest
  Reply (*handler)(Exchange&);
  RouteAccess access = RouteAccess::Key;
  bool listed = false;  ///< shown in the window's request table
};

std::span<const Route> routes();

struct RouteMatch {
  const Route* route = nullptr;  ///< null: no such path, or not with this method
  bool pathKnown = false;
  std::string allow;      ///< the methods of a known path, for Allow
  std::string parameter;  ///< what "*" took, percent-decoded
};
/// Looks up a normalised path.
RouteMatch findRoute(std::string_view method, std::string_view path);

}  // namespace app
