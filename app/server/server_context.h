// What the parts of one running server share.
#pragma once

#include <atomic>
#include <string>

#include "app/http_server.h"
#include "app/server/access.h"
#include "app/server/metrics.h"
#include "app/server/request_table.h"
#include "app/server/server_log.h"

namespace app {

struct ServerContext {
  explicit ServerContext(ModelHost& modelHost) : host(modelHost) {}

  ModelHost& host;
  KeyRing keys;
  RequestTable table;
  ServerLog log;
  Metrics metrics;
  std::atomic<bool> draining = false;
  std::atomic<int64_t> modelSince = 0;  ///< seconds since the epoch when the model was first seen ready
  std::atomic<size_t> connections = 0;

  /// The name in the API of a loaded model.
  static std::string servedName(const ServerConfig& config, const engine::Engine& engine) {
    return config.servedModelName.empty() ? engine.facts().model.modelId : config.servedModelName;
  }
};

}  // namespace app
