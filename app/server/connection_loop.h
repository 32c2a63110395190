// The life of one connection: read a request, let it in, answer it, and again while the client keeps it open.
#pragma once

#include <atomic>
#include <string>

#include "app/server/exchange.h"
#include "app/server/routes.h"
#include "app/server/transport/body_reader.h"
#include "app/server/transport/connection.h"
#include "app/server/transport/request_head.h"

namespace app {

/// What all connections of one started server share.
struct ServingContext {
  ServerContext& server;
  const ServerConfig& config;
  const AccessPolicy& policy;
  std::string idPrefix;  ///< of request ids, random for each start
  std::atomic<bool> stopping = false;
  std::atomic<bool> retiring = false;  ///< another address took over: finish what runs, take nothing more
  bool keyRequired = false;            ///< off loopback, even when no key is left
};

class ConnectionLoop {
 public:
  /// `busy` is true while a request is being answered.
  ConnectionLoop(ServingContext& context, Connection& connection, std::atomic<bool>& busy);
  /// Returns when the connection is to be closed.
  void run();

 private:
  enum class Next { KeepAlive, Close };

  /// False when the connection ended; a fault is in `fault` then or not at all.
  bool readHead(bool first, RequestHead* head, std::optional<HttpFault>* fault);
  Next serve(const RequestHead& head);
  void refuse(const HttpFault& fault);
  std::shared_ptr<LiveEntry> newEntry();

  /// Host, origin, key, route, then the handler.
  Reply handle(Exchange& exchange, BodyReader& body, const Route** served);
  std::optional<Reply> letIn(Exchange& exchange, const RouteMatch& match);
  std::optional<Reply> readBody(Exchange& exchange, BodyReader& body);
  void addHeaders(const Exchange& exchange, Reply& reply) const;
  void log(const Exchange& exchange, const Route* route, int status) const;

  ServingContext& m_context;
  Connection& m_connection;
  std::atomic<bool>& m_busy;
  HeadLimits m_headLimits;
};

}  // namespace app
