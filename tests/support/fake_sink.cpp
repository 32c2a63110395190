#include <condition_variable>
#include <map>
#include <mutex>

#include "tests/support/fake_engine.h"

namespace test_support {

struct CollectingSink::State {
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  std::vector<engine::GenerationEvent> events;
  std::map<int, std::string> texts;
  std::map<int, std::vector<engine::TokenId>> tokens;
  std::map<int, std::vector<engine::TokenLogprobs>> logprobs;
  std::map<int, engine::FinishedEvent> finished;
  std::optional<engine::Error> error;
  bool done = false;

  template <typename Value>
  Value get(const std::map<int, Value>& values, int index) const {
    const std::lock_guard lock(mutex);
    const auto found = values.find(index);
    return found == values.end() ? Value{} : found->second;
  }
};

CollectingSink::CollectingSink() : m_state(std::make_unique<State>()) {}
CollectingSink::~CollectingSink() = default;

void CollectingSink::onEvent(const engine::GenerationEvent& event) {
  const std::lock_guard lock(m_state->mutex);
  m_state->events.push_back(event);
  if (const auto* tokens = std::get_if<engine::TokensEvent>(&event)) {
    m_state->texts[tokens->index] += tokens->text;
    auto& ids = m_state->tokens[tokens->index];
    ids.insert(ids.end(), tokens->tokens.begin(), tokens->tokens.end());
    auto& logprobs = m_state->logprobs[tokens->index];
    logprobs.insert(logprobs.end(), tokens->logprobs.begin(), tokens->logprobs.end());
  } else if (const auto* finished = std::get_if<engine::FinishedEvent>(&event)) {
    m_state->finished[finished->index] = *finished;
    m_state->done = m_state->done || finished->last;
  } else if (const auto* failed = std::get_if<engine::FailedEvent>(&event)) {
    m_state->error = failed->error;
    m_state->done = true;
  }
  m_state->changed.notify_all();
}

bool CollectingSink::waitDone(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(m_state->mutex);
  return m_state->changed.wait_for(lock, timeout, [this] { return m_state->done; });
}

bool CollectingSink::waitTokens(size_t count, int index, std::chrono::milliseconds timeout) const {
  std::unique_lock lock(m_state->mutex);
  const auto enough = [&] {
    const auto found = m_state->tokens.find(index);
    return m_state->done || (found != m_state->tokens.end() && found->second.size() >= count);
  };
  return m_state->changed.wait_for(lock, timeout, enough);
}

std::vector<engine::GenerationEvent> CollectingSink::events() const {
  const std::lock_guard lock(m_state->mutex);
  return m_state->events;
}

std::string CollectingSink::text(int index) const {
  return m_state->get(m_state->texts, index);
}
std::vector<engine::TokenId> CollectingSink::tokens(int index) const {
  return m_state->get(m_state->tokens, index);
}
std::vector<engine::TokenLogprobs> CollectingSink::logprobs(int index) const {
  return m_state->get(m_state->logprobs, index);
}

std::optional<engine::FinishedEvent> CollectingSink::finished(int index) const {
  const std::lock_guard lock(m_state->mutex);
  const auto found = m_state->finished.find(index);
  if (found == m_state->finished.end()) return std::nullopt;
  return found->second;
}

std::optional<engine::Error> CollectingSink::error() const {
  const std::lock_guard lock(m_state->mutex);
  return m_state->error;
}

bool CollectingSink::done() const {
  const std::lock_guard lock(m_state->mutex);
  return m_state->done;
}

}  // namespace test_support
