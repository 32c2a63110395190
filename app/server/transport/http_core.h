// cpp-httplib behind our checks: it frames every response. Its own sockets, limits and routing stay unused.
#pragma once

#include <memory>

#include "app/server/transport/connection.h"
#include "app/server/transport/http_types.h"

namespace app {

/// Writes the responses of one connection.
class HttpCore {
 public:
  explicit HttpCore(Connection& connection);
  ~HttpCore();

  /// Sends the response to a request of that method. `close` announces the connection's end. False when the connection
  /// broke or the reply's stream asked to break it.
  bool respond(std::string_view method, bool http11, bool close, Reply reply);

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace app
