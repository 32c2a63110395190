#include "app/server/request_table.h"

#include <algorithm>

namespace app {

namespace {

constexpr size_t kEndedKept = 200;

const char* phaseName(RequestPhase phase) {
  switch (phase) {
    case RequestPhase::Queued:
      return "queued";
    case RequestPhase::Prefill:
      return "prefill";
    case RequestPhase::Generating:
      return "generating";
    case RequestPhase::Done:
      return "done";
    case RequestPhase::Cancelled:
      return "cancelled";
    case RequestPhase::Failed:
      return "failed";
  }
  return "";
}

LiveRequest describe(const LiveEntry& entry) {
  LiveRequest row;
  row.id = entry.id;
  row.requestId = entry.requestId;
  row.startedAt = entry.startedAt;
  row.client = entry.client;
  row.endpoint = entry.endpoint;
  row.model = entry.model;
  row.promptTokens = entry.promptTokens;
  row.generatedTokens = entry.generatedTokens;
  row.state = phaseName(entry.phase);
  row.status = entry.status;
  const double ended = entry.ended;
  row.seconds = ended > 0 ? ended : entry.seconds();
  const double decoding = row.seconds - entry.firstToken;
  if (entry.firstToken > 0 && row.generatedTokens > 1 && decoding > 0) {
    row.tokensPerSecond = static_cast<double>(row.generatedTokens - 1) / decoding;
  }
  return row;
}

}  // namespace

double LiveEntry::seconds() const {
  return std::chrono::duration<double>(SteadyClock::now() - started).count();
}

void LiveEntry::interruptWith(Interrupt reason) {
  Interrupt none = Interrupt::None;
  interrupt.compare_exchange_strong(none, reason);
  if (signals) signals->wakeup.signal();
}

void RequestTable::setChangeListener(std::function<void()> listener) {
  const std::lock_guard lock(m_listenerMutex);
  m_listener = std::move(listener);
}

void RequestTable::changed() {
  const std::lock_guard lock(m_listenerMutex);
  if (m_listener) m_listener();
}

void RequestTable::begin(std::shared_ptr<LiveEntry> entry) {
  {
    const std::lock_guard lock(m_mutex);
    m_running.push_back(std::move(entry));
  }
  changed();
}

void RequestTable::end(const std::shared_ptr<LiveEntry>& entry) {
  entry->ended = entry->seconds();
  {
    const std::lock_guard lock(m_mutex);
    const auto found = std::find(m_running.begin(), m_running.end(), entry);
    if (found != m_running.end()) m_running.erase(found);
    m_ended.push_front(describe(*entry));
    if (m_ended.size() > kEndedKept) m_ended.pop_back();
  }
  changed();
}

void RequestTable::forgetEnded() {
  {
    const std::lock_guard lock(m_mutex);
    m_ended.clear();
  }
  changed();
}

std::vector<LiveRequest> RequestTable::list() const {
  std::vector<LiveRequest> rows;
  const std::lock_guard lock(m_mutex);
  for (const auto& entry : m_running) rows.push_back(describe(*entry));
  rows.insert(rows.end(), m_ended.begin(), m_ended.end());
  return rows;
}

void RequestTable::interrupt(uint64_t id, Interrupt reason) {
  const std::lock_guard lock(m_mutex);
  for (const auto& entry : m_running) {
    if (entry->id == id) entry->interruptWith(reason);
  }
}

void RequestTable::interruptAll(Interrupt reason) {
  const std::lock_guard lock(m_mutex);
  for (const auto& entry : m_running) entry->interruptWith(reason);
}

size_t RequestTable::running() const {
  const std::lock_guard lock(m_mutex);
  return m_running.size();
}

}  // namespace app
