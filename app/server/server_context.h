// What the parts of one running server share.
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "app/http_server.h"
#include "app/server/access.h"
#include "app/server/metrics.h"
#include "app/server/request_recorder.h"
#include "app/server/request_table.h"
#include "app/server/server_log.h"

namespace app {

/// Bytes of request bodies held at once, over all connections: parsing and tokenizing take many times as much, so that
/// a few huge requests side by side would otherwise take the machine's memory.
class BodyBudget {
 public:
  /// False when `bytes` more would be beyond `most`.
  bool take(uint64_t bytes, uint64_t most) {
    if (m_held.fetch_add(bytes) + bytes <= most) return true;
    m_held -= bytes;
    return false;
  }
  void giveBack(uint64_t bytes) { m_held -= bytes; }

 private:
  std::atomic<uint64_t> m_held = 0;
};

/// What one request has of the budget; given back with it.
class BodyShare {
 public:
  explicit BodyShare(BodyBudget& budget) : m_budget(budget) {}
  ~BodyShare() { giveBack(); }
  BodyShare(const BodyShare&) = delete;
  BodyShare& operator=(const BodyShare&) = delete;
  bool take(uint64_t bytes, uint64_t most) {
    const bool taken = m_budget.take(bytes, most);
    if (taken) m_bytes += bytes;
    return taken;
  }
  void giveBack() { m_budget.giveBack(std::exchange(m_bytes, 0)); }

 private:
  BodyBudget& m_budget;
  uint64_t m_bytes = 0;
};

struct ServerContext {
  explicit ServerContext(ModelHost& modelHost) : host(modelHost) {}

  ModelHost& host;
  KeyRing keys;
  RequestTable table;
  ServerLog log;
  Metrics metrics;
  RequestRecorder recorder;
  std::atomic<uint64_t> nextRequest = 1;            ///< unique over all starts
  std::atomic<double> since = 0;                    ///< seconds since the epoch when the port was opened, 0 when closed
  std::atomic<uint64_t> requests = 0, refused = 0;  ///< since then
  std::atomic<bool> draining = false;
  std::atomic<int64_t> modelSince = 0;  ///< seconds since the epoch when the model was first seen ready
  std::atomic<size_t> connections = 0;
  BodyBudget bodies;

  /// The name in the API of a loaded model.
  static std::string servedName(const ServerConfig& config, const engine::Engine& engine) {
    return config.servedModelName.empty() ? engine.facts().model.modelId : config.servedModelName;
  }
};

}  // namespace app
