#include "app/server/event_channel.h"

#include <iterator>

namespace app {

namespace {

constexpr size_t kMaxBytes = 2u << 20;

size_t weight(const engine::GenerationEvent& event) {
  constexpr size_t kEvent = 128;
  constexpr size_t kLogprob = 48;
  const auto* tokens = std::get_if<engine::TokensEvent>(&event);
  if (tokens == nullptr) return kEvent;
  size_t bytes = kEvent + tokens->text.size();
  for (const auto& logprobs : tokens->logprobs) bytes += kLogprob * (1 + logprobs.top.size());
  return bytes;
}

}  // namespace

class EventChannel::Sink : public engine::GenerationSink {
 public:
  Sink(std::shared_ptr<EventChannel> channel, size_t request) : m_channel(std::move(channel)), m_request(request) {}
  void onEvent(const engine::GenerationEvent& event) override { m_channel->push(m_request, event); }

 private:
  std::shared_ptr<EventChannel> m_channel;
  size_t m_request;
};

std::shared_ptr<engine::GenerationSink> EventChannel::sink(size_t request) {
  return std::make_shared<Sink>(shared_from_this(), request);
}

void EventChannel::push(size_t request, const engine::GenerationEvent& event) {
  bool wake = false;
  bool overflown = false;
  {
    const std::lock_guard lock(m_mutex);
    if (m_overflown) return;
    m_bytes += weight(event);
    m_overflown = overflown = m_bytes > kMaxBytes;
    wake = m_events.empty();
    if (!overflown) m_events.push_back({request, event});
  }
  if (overflown) {
    m_entry->interruptWith(Interrupt::SlowReader);
    m_entry->signals->stopWriting = true;
  } else if (wake) {
    m_entry->signals->wakeup.signal();
  }
}

bool EventChannel::drain(std::vector<ChannelEvent>& out) {
  const std::lock_guard lock(m_mutex);
  if (m_events.empty()) return false;
  out.insert(out.end(), std::make_move_iterator(m_events.begin()), std::make_move_iterator(m_events.end()));
  m_events.clear();
  m_bytes = 0;
  return true;
}

}  // namespace app
