#include "app/server/exchange.h"

#include <algorithm>
#include <cmath>

namespace app {

namespace {

/// What a client may be told of a failed load: what the machine lacks, but not where its files are.
bool isOfTheMachine(const engine::Error& error) {
  return error.code == engine::ErrorCode::Unsupported || error.code == engine::ErrorCode::OutOfMemory ||
         error.code == engine::ErrorCode::Unavailable;
}

}  // namespace

void Exchange::dropBody() {
  std::string().swap(body);
  bodyShare.giveBack();
}

std::variant<std::shared_ptr<engine::Engine>, ApiError> readyEngine(const Exchange& exchange) {
  ApiError unavailable{.status = 503, .code = "model_not_loaded", .retryAfter = 5};
  if (exchange.server.draining) {
    unavailable.message = "The server is ending and takes no new requests.";
    unavailable.code = "draining";
    return unavailable;
  }
  HostSnapshot snapshot = exchange.server.host.snapshot();
  switch (snapshot.state) {
    case HostState::Ready:
      break;
    case HostState::Loading:
      unavailable.message = "The model is still loading.";
      unavailable.code = "model_loading";
      return unavailable;
    case HostState::Unloading:
      unavailable.message = "The model is being unloaded.";
      return unavailable;
    case HostState::Failed:
      unavailable.message = "The model could not be loaded.";
      if (snapshot.error && isOfTheMachine(*snapshot.error)) {
        unavailable.message = "The model could not be loaded: " + snapshot.error->message;
      }
      return unavailable;
    case HostState::Empty:
      unavailable.message = "No model is loaded.";
      return unavailable;
  }
  std::string why;
  if (!snapshot.engine->healthy(&why)) {
    unavailable.message = "The engine has failed and must be restarted: " + why;
    unavailable.code = "engine_failed";
    return unavailable;
  }
  return std::move(snapshot.engine);
}

int honestRetryAfter(const Exchange& exchange, const engine::Engine& engine) {
  const engine::EngineStats stats = engine.stats();
  const double turns = static_cast<double>(stats.waiting) / std::max(1.0, static_cast<double>(stats.running));
  const double seconds = std::ceil(exchange.server.metrics.requestLatency.mean() * std::max(1.0, turns));
  return static_cast<int>(std::clamp(seconds, 1.0, 60.0));
}

}  // namespace app
