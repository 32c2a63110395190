// GET /health: 200 when requests can be answered. Public, so it tells nothing more.
#include "app/server/endpoints/endpoints.h"

namespace app {

Reply health(Exchange& exchange) {
  const auto ready = readyEngine(exchange);
  if (const auto* error = std::get_if<ApiError>(&ready)) return errorReply(*error);
  return {.body = R"({"status":"ok"})"};
}

}  // namespace app
