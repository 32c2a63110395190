// Engine requests made for one HTTP request: submitted together, waited for on the connection, cancelled when it ends.
#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "app/server/event_channel.h"
#include "app/server/exchange.h"
#include "engine/engine.h"

namespace app {

class GenerationCall {
 public:
  /// Submits all; the refusal of one cancels the others. `promptField` is what an overlong prompt came in.
  static std::variant<std::unique_ptr<GenerationCall>, ApiError> start(Exchange& exchange,
                                                                       std::shared_ptr<engine::Engine> engine,
                                                                       std::vector<engine::GenerationRequest> requests,
                                                                       std::string_view promptField);
  ~GenerationCall();

  enum class State { Events, Quiet, HalfClosed, ClientGone, Interrupted };
  /// Waits for events, appended to `out`. Quiet: none within `timeout`. HalfClosed: none yet, and the client has ended
  /// its side (told once). Interrupted: see interruption().
  State wait(std::vector<ChannelEvent>& out, std::chrono::milliseconds timeout);
  /// What to tell the client after Interrupted.
  ApiError interruption() const;

  /// Keeps the entry's counters, metrics and phase; call for every event in order.
  void account(const ChannelEvent& event);
  bool finished() const { return m_finished == m_ids.size(); }
  /// Usage summed over all requests that finished.
  const engine::Usage& usage() const { return m_usage; }
  /// Marks the end in entry, metrics and log: the HTTP status, 499 for a client gone.
  void close(int status);

 private:
  GenerationCall(Exchange& exchange, std::shared_ptr<engine::Engine> engine);

  Exchange& m_exchange;
  std::shared_ptr<engine::Engine> m_engine;
  std::shared_ptr<EventChannel> m_channel;
  std::vector<engine::RequestId> m_ids;
  std::vector<bool> m_ended;
  size_t m_finished = 0;
  engine::Usage m_usage;
  bool m_halfCloseTold = false;
};

}  // namespace app
