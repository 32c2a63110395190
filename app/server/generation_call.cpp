#include "app/server/generation_call.h"

namespace app {

using std::chrono::milliseconds;

GenerationCall::GenerationCall(Exchange& exchange, std::shared_ptr<engine::Engine> engine)
    : m_exchange(exchange), m_engine(std::move(engine)), m_channel(std::make_shared<EventChannel>(exchange.entry)) {}

std::variant<std::unique_ptr<GenerationCall>, ApiError> GenerationCall::start(
    Exchange& exchange, std::shared_ptr<engine::Engine> engine, std::vector<engine::GenerationRequest> requests,
    std::string_view promptField) {
  std::unique_ptr<GenerationCall> call(new GenerationCall(exchange, std::move(engine)));
  for (engine::GenerationRequest& request : requests) {
    request.client = exchange.client;
    request.cacheSalt = exchange.cacheSalt;
    auto id = call->m_engine->submit(std::move(request), call->m_channel->sink(call->m_ids.size()));
    if (!id.ok()) {
      ApiError error = apiError(id.error(), promptField);
      if (error.status == 429) error.retryAfter = honestRetryAfter(exchange, *call->m_engine);
      return error;
    }
    call->m_ids.push_back(*id);
    call->m_ended.push_back(false);
  }
  return call;
}

GenerationCall::~GenerationCall() {
  for (size_t i = 0; i < m_ids.size(); ++i) {
    if (!m_ended[i]) m_engine->cancel(m_ids[i]);
  }
}

GenerationCall::State GenerationCall::wait(std::vector<ChannelEvent>& out, milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  for (;;) {
    if (m_exchange.entry->interrupt != Interrupt::None) return State::Interrupted;
    if (m_channel->drain(out)) return State::Events;
    const auto left = std::chrono::duration_cast<milliseconds>(deadline - SteadyClock::now());
    if (left <= milliseconds(0)) return State::Quiet;
    const PeerState peer = m_exchange.connection.waitForWakeup(left);
    if (peer == PeerState::Gone) return State::ClientGone;
    if (peer == PeerState::HalfClosed && !m_halfCloseTold) {
      m_halfCloseTold = true;
      return State::HalfClosed;
    }
  }
}

ApiError GenerationCall::interruption() const {
  ApiError error{.status = 503, .retryAfter = 5};
  switch (m_exchange.entry->interrupt) {
    case Interrupt::ServerStops:
      error.message = "The server was switched off while it answered.";
      error.code = "server_stopped";
      break;
    case Interrupt::ModelUnloads:
      error.message = "The model was unloaded while it answered.";
      error.code = "model_unloaded";
      break;
    case Interrupt::CancelledHere:
      error.message = "The request was cancelled at the server.";
      error.code = "cancelled";
      break;
    case Interrupt::SlowReader:
    case Interrupt::None:
      error.message = "The answer was not read fast enough.";
      error.code = "slow_reader";
      break;
  }
  return error;
}

void GenerationCall::account(const ChannelEvent& item) {
  LiveEntry& entry = *m_exchange.entry;
  m_exchange.server.recorder.event(entry.id, item.request, item.event);
  Metrics& metrics = m_exchange.server.metrics;
  if (const auto* started = std::get_if<engine::StartedEvent>(&item.event)) {
    entry.promptTokens += started->promptTokens;
    metrics.promptTokens += static_cast<uint64_t>(started->promptTokens);
    metrics.cachedPromptTokens += static_cast<uint64_t>(started->cachedTokens);
    if (entry.phase == RequestPhase::Queued) {
      entry.phase = RequestPhase::Prefill;
      m_exchange.server.table.changed();
    }
  } else if (const auto* tokens = std::get_if<engine::TokensEvent>(&item.event)) {
    entry.generatedTokens += static_cast<int64_t>(tokens->tokens.size());
    metrics.generatedTokens += tokens->tokens.size();
    if (entry.firstToken == 0 && !tokens->tokens.empty()) {
      entry.firstToken = entry.seconds();
      metrics.timeToFirstToken.observe(entry.firstToken);
      entry.phase = RequestPhase::Generating;
      m_exchange.server.table.changed();
    }
  } else if (const auto* finished = std::get_if<engine::FinishedEvent>(&item.event)) {
    metrics.countFinish(engine::finishReasonName(finished->reason));
    if (!finished->last) return;
    m_usage.promptTokens += finished->usage.promptTokens;
    m_usage.completionTokens += finished->usage.completionTokens;
    m_usage.cachedTokens += finished->usage.cachedTokens;
    m_ended[item.request] = true;
    ++m_finished;
  } else if (std::holds_alternative<engine::FailedEvent>(item.event)) {
    m_ended[item.request] = true;
  }
}

void GenerationCall::close(int status) {
  LiveEntry& entry = *m_exchange.entry;
  m_exchange.loggedStatus = status;
  entry.status = status;
  if (status == 200) {
    entry.phase = RequestPhase::Done;
    const double total = entry.seconds();
    Metrics& metrics = m_exchange.server.metrics;
    metrics.requestLatency.observe(total);
    if (entry.generatedTokens > 1 && entry.firstToken > 0) {
      metrics.timePerOutputToken.observe((total - entry.firstToken) / static_cast<double>(entry.generatedTokens - 1));
    }
  } else {
    const bool cancelled = status == 499 || entry.interrupt == Interrupt::CancelledHere;
    entry.phase = cancelled ? RequestPhase::Cancelled : RequestPhase::Failed;
  }
}

}  // namespace app
