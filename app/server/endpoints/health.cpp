// GET /health: 200 when requests can be answered and tokens come. Public, so it tells nothing more.
#include "app/server/endpoints/endpoints.h"

namespace app {

Reply health(Exchange& exchange) {
  const auto ready = readyEngine(exchange);
  if (const auto* error = std::get_if<ApiError>(&ready)) return errorReply(*error);
  std::string why;
  if (!std::get<std::shared_ptr<engine::Engine>>(ready)->answering(&why)) {
    return errorReply(
        {.status = 503, .message = "The engine does not answer: " + why, .code = "engine_failed", .retryAfter = 5});
  }
  return {.body = R"({"status":"ok"})"};
}

}  // namespace app
