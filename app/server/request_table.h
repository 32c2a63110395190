// The requests in progress and those that ended lately: what the window shows, and the way to interrupt them.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "app/http_server.h"
#include "app/server/transport/connection.h"

namespace app {

/// Why a request must end from our side.
enum class Interrupt { None, ServerStops, ModelUnloads, CancelledHere, SlowReader };
enum class RequestPhase { Queued, Prefill, Generating, Done, Cancelled, Failed };

/// One request. Its own thread writes the plain fields before the entry is in the table, anyone the atomics after.
struct LiveEntry {
  uint64_t id = 0;
  std::string requestId, client, endpoint, model;
  double startedAt = 0;
  SteadyClock::time_point started;
  std::shared_ptr<ConnectionSignals> signals;

  std::atomic<int64_t> promptTokens = 0, generatedTokens = 0;
  std::atomic<RequestPhase> phase = RequestPhase::Queued;
  std::atomic<int> status = 0;
  std::atomic<double> firstToken = 0, ended = 0;  ///< seconds after `started`; 0 = not yet
  std::atomic<Interrupt> interrupt = Interrupt::None;

  double seconds() const;
  /// The first reason given stays.
  void interruptWith(Interrupt reason);
};

class RequestTable {
 public:
  void setChangeListener(std::function<void()> listener);
  void changed();

  void begin(std::shared_ptr<LiveEntry> entry);
  void end(const std::shared_ptr<LiveEntry>& entry);
  /// Lets go of those that ended.
  void forgetEnded();
  std::vector<LiveRequest> list() const;
  void interrupt(uint64_t id, Interrupt reason);
  void interruptAll(Interrupt reason);
  size_t running() const;

 private:
  mutable std::mutex m_mutex;
  std::deque<std::shared_ptr<LiveEntry>> m_running;
  std::deque<LiveRequest> m_ended;
  std::mutex m_listenerMutex;
  std::function<void()> m_listener;
};

}  // namespace app
