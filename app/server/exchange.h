// One request on its way through the API.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "app/server/request_table.h"
#include "app/server/server_context.h"
#include "app/server/transport/http_types.h"

namespace app {

struct Exchange {
  ServerContext& server;
  const ServerConfig& config;
  Connection& connection;
  const RequestHead& head;
  std::string body;
  std::string parameter;  ///< the rest of the path under a route that ends in '*', percent-decoded
  std::string client;     ///< "key laptop" or an address
  std::string cacheSalt;
  std::shared_ptr<LiveEntry> entry;
  bool closeAfter = false;  ///< set by a handler whose stream ended badly
  int loggedStatus = 0;     ///< 499 when the client went away, else the reply's
  BodyShare bodyShare{server.bodies};

  /// Lets go of a body that nobody needs any more.
  void dropBody();
};

/// The engine to use now, or the refusal while there is none.
std::variant<std::shared_ptr<engine::Engine>, ApiError> readyEngine(const Exchange& exchange);

/// Seconds after which a refused client may find room, from what waits and how long requests take.
int honestRetryAfter(const Exchange& exchange, const engine::Engine& engine);

}  // namespace app
