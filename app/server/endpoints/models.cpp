// GET /v1/models and /v1/models/{id}
#include <fmt/format.h>

#include "app/server/endpoints/endpoints.h"
#include "app/server/generation_fields.h"
#include "app/server/json_text.h"
#include "engine/text.h"

namespace app {

namespace {

std::string modelJson(const Exchange& exchange, const engine::Engine& engine) {
  std::string out = R"({"id":)";
  appendJsonString(out, ServerContext::servedName(exchange.config, engine));
  out += fmt::format(R"(,"object":"model","created":{},"owned_by":"hearth","max_model_len":{}}})",
                     exchange.server.modelSince.load(), engine.facts().contextLength);
  return out;
}

}  // namespace

Reply listModels(Exchange& exchange) {
  const HostSnapshot snapshot = exchange.server.host.snapshot();
  Reply reply;
  reply.body = R"({"object":"list","data":[)";
  if (snapshot.engine != nullptr) reply.body += modelJson(exchange, *snapshot.engine);
  reply.body += "]}";
  return reply;
}

Reply getModel(Exchange& exchange) {
  const HostSnapshot snapshot = exchange.server.host.snapshot();
  if (snapshot.engine != nullptr && namesModel(exchange.parameter, exchange, *snapshot.engine)) {
    return {.body = modelJson(exchange, *snapshot.engine)};
  }
  return errorReply(
      {.status = 404,
       .message = fmt::format("The model '{}' does not exist here.", engine::printable(exchange.parameter)),
       .param = "model",
       .code = "model_not_found"});
}

}  // namespace app
