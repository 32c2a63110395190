// What the window's inspector shows of requests: kept only while the user has recording on, in memory, within bounds.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <span>
#include <string_view>

#include "app/http_server.h"
#include "engine/generation.h"

namespace app {

/// Thread-safe. The newest records stay; keys are never given to it.
class RequestRecorder {
 public:
  static constexpr size_t kMostRecords = 100;
  static constexpr size_t kMostBytes = 16u << 20;
  static constexpr size_t kMostTextBytes = 1u << 20;  ///< of one prompt or answer; the rest is left out

  bool on() const { return m_on; }
  void setOn(bool on) { m_on = on; }

  /// A request on its way to the engine. All of `requests` ask for the same number of answers.
  void begin(uint64_t id, const engine::Tokenizer& tokenizer, std::span<const engine::GenerationRequest> requests,
             bool stream);
  /// What the engine said to the request with that index. Nothing happens when the record is gone or recording is off.
  void event(uint64_t id, size_t request, const engine::GenerationEvent& event);

  std::optional<RequestRecord> find(uint64_t id) const;
  RecordingFacts facts() const;
  void clear();

 private:
  struct Slot {
    RequestRecord record;
    size_t answersEach = 1, bytes = 0;
  };

  /// Appends what a text may still take.
  void append(Slot& slot, std::string& text, std::string_view more);
  void makeRoom();

  std::atomic<bool> m_on = false;
  mutable std::mutex m_mutex;
  std::deque<Slot> m_slots;  ///< the oldest first
  size_t m_bytes = 0;
};

}  // namespace app
