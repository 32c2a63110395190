// From the engine's thread to a connection's: a bounded queue of events that never makes the engine wait.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "app/server/request_table.h"
#include "engine/generation.h"

namespace app {

/// An event of one of the requests that a connection waits for.
struct ChannelEvent {
  size_t request = 0;
  engine::GenerationEvent event;
};

/// Shared by the sinks of all engine requests of one HTTP request. When the connection does not keep up, the queue
/// reaches its bound and the request is interrupted as a slow reader's.
class EventChannel : public std::enable_shared_from_this<EventChannel> {
 public:
  explicit EventChannel(std::shared_ptr<LiveEntry> entry) : m_entry(std::move(entry)) {}

  /// A sink for request number `request`.
  std::shared_ptr<engine::GenerationSink> sink(size_t request);
  /// Moves all waiting events to the end of `out`; false when there were none.
  bool drain(std::vector<ChannelEvent>& out);

 private:
  class Sink;
  void push(size_t request, const engine::GenerationEvent& event);

  std::shared_ptr<LiveEntry> m_entry;
  std::mutex m_mutex;
  std::vector<ChannelEvent> m_events;
  size_t m_bytes = 0;
  bool m_overflown = false;
};

}  // namespace app
