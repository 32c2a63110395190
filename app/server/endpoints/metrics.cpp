// GET /metrics: Prometheus text.
#include "app/server/endpoints/endpoints.h"

namespace app {

Reply metrics(Exchange& exchange) {
  const HostSnapshot snapshot = exchange.server.host.snapshot();
  const engine::EngineStats stats = snapshot.engine ? snapshot.engine->stats() : engine::EngineStats{};
  const std::string model = snapshot.engine ? ServerContext::servedName(exchange.config, *snapshot.engine) : "";
  Reply reply;
  reply.contentType = "text/plain; version=0.0.4; charset=utf-8";
  reply.body = exchange.server.metrics.page(model, stats, exchange.server.connections);
  return reply;
}

}  // namespace app
