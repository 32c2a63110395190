#include "engine/scheduler/engine_core.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <new>
#include <random>
#include <utility>

#include "engine/scheduler/canary.h"
#include "engine/scheduler/request_checks.h"
#include "engine/scheduler/sampling_state.h"

namespace engine {

namespace {

using Clock = ActiveRequest::Clock;

double secondsSince(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

double steadySeconds() {
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

uint64_t randomSeed() {
  std::random_device device;
  return static_cast<uint64_t>(device()) << 32 | device();
}

}  // namespace

EngineCore::EngineCore(EngineCoreConfig config, std::shared_ptr<const Tokenizer> tokenizer,
                       std::unique_ptr<StepRunner> runner)
    : m_config(std::move(config)),
      m_tokenizer(std::move(tokenizer)),
      m_runner(std::move(runner)),
      m_depth(std::clamp(m_runner->depth(), 1u, kMostStepsAhead)),
      m_scheduler(m_config.limits, m_config.nBlocks, m_config.prefixCache),
      m_health(m_config.freshSeconds, m_config.stuckSeconds, steadySeconds()) {
  m_counters.kvBlocksTotal = m_config.nBlocks;
  m_published = m_counters;
}

Result<RequestId> EngineCore::submit(GenerationRequest request, std::shared_ptr<GenerationSink> sink) {
  if (auto error = checkRequest(request, m_config.nVocab, m_config.limits.contextLength)) return std::move(*error);
  auto active = std::make_shared<ActiveRequest>();
  active->request = std::move(request);
  active->sink = std::move(sink);
  active->submittedAt = Clock::now();
  const GenerationRequest& asked = active->request;
  active->unfinished = asked.n;
  active->usage.promptTokens = static_cast<int64_t>(asked.prompt.size());
  const int64_t left = static_cast<int64_t>(m_config.limits.contextLength) - active->usage.promptTokens;
  active->maxTokens = std::min(asked.maxTokens.value_or(left), left);
  const auto seed = asked.sampling.seed ? asked.sampling.seed : m_config.seed;
  active->seed = seed ? static_cast<uint64_t>(*seed) : randomSeed();
  if (!asked.ignoreEos) {
    active->stopIds = m_config.stopIds;
    active->stopIds.insert(active->stopIds.end(), asked.stopTokens.begin(), asked.stopTokens.end());
    std::sort(active->stopIds.begin(), active->stopIds.end());
  }
  std::vector<std::string> stops;
  if (!asked.ignoreEos) {
    stops = m_config.stopStrings;
    stops.insert(stops.end(), asked.stop.begin(), asked.stop.end());
  }
  active->stops = std::move(stops);
  active->answers.push_back(std::make_shared<Sequence>(active, 0, *m_tokenizer));

  const std::lock_guard lock(m_mutex);
  // The answers point back at their request, so a request that is not taken has to let go of them.
  const auto refuse = [&active](ErrorCode code, std::string message) {
    active->answers.clear();
    return Error{code, std::move(message)};
  };
  if (!m_poisoned.empty()) return refuse(ErrorCode::Unavailable, m_poisoned);
  if (m_stopping) return refuse(ErrorCode::Unavailable, "The model is being unloaded.");
  const uint64_t most = static_cast<uint64_t>(m_config.limits.requests) + m_config.limits.waiting;
  if (m_unended >= most) {
    return refuse(ErrorCode::QueueFull, fmt::format("{} requests are running or waiting already, which is the limit. "
                                                    "Try again later, or raise --max-waiting.",
                                                    m_unended));
  }
  ++m_unended;
  active->id = m_nextId++;
  m_inbox.push_back(active);
  m_wake.notify_one();
  return active->id;
}

void EngineCore::cancel(RequestId id) {
  const std::lock_guard lock(m_mutex);
  m_cancels.push_back(id);
  m_wake.notify_one();
}

EngineStats EngineCore::stats() const {
  const std::lock_guard lock(m_mutex);
  EngineStats stats = m_published;
  stats.waiting = m_unended - std::min(m_unended, stats.running);
  stats.tokensPerSecond = m_rate.rate(steadySeconds());
  return stats;
}

bool EngineCore::healthy(std::string* why) const {
  const std::lock_guard lock(m_mutex);
  if (!m_poisoned.empty() && why != nullptr) *why = m_poisoned;
  return m_poisoned.empty();
}

bool EngineCore::answering(std::string* why) {
  const std::lock_guard lock(m_mutex);
  const std::string fault = m_poisoned.empty() ? m_health.look(steadySeconds()) : m_poisoned;
  if (canaryDue()) m_wake.notify_one();
  if (why != nullptr) *why = fault;
  return fault.empty();
}

void EngineCore::stop() {
  const std::lock_guard lock(m_mutex);
  m_stopping = true;
  m_wake.notify_one();
}

void EngineCore::run() {
  for (bool goOn = true; goOn;) {
    try {
      goOn = takeIn(/*mayWait=*/true);
      if (goOn) step();
      if (goOn && m_active.empty() && m_nFlights == 0) runCanary();
    } catch (const std::bad_alloc&) {
      abandonFlights();
      noteStep({kernels::StatusCode::OutOfMemory, "The host ran out of memory."}, /*canary=*/false);
      failAll({ErrorCode::OutOfMemory, "The host ran out of memory; the running requests were ended."});
    }
    publish();
  }
  abandonFlights();
  checkIdle();
  failAll({ErrorCode::Unavailable, "The model was unloaded before the answer was complete."});
  publish();
}

bool EngineCore::takeIn(bool mayWait) {
  std::deque<RequestPtr> requests;
  std::vector<RequestId> cancels;
  const bool idle = mayWait && m_active.empty() && m_nFlights == 0;
  if (idle) checkIdle();
  {
    std::unique_lock lock(m_mutex);
    if (idle) {
      m_wake.wait(lock, [this] { return m_stopping || !m_inbox.empty() || canaryDue(); });
    }
    requests.swap(m_inbox);
    cancels.swap(m_cancels);
    if (m_stopping) {
      for (const RequestPtr& request : requests) m_active.emplace(request->id, request);
      return false;
    }
  }
  for (const RequestPtr& request : requests) {
    m_active.emplace(request->id, request);
    m_scheduler.enqueue(request->answers.front());
  }
  m_checkedIdle = m_checkedIdle && requests.empty();
  for (const RequestId id : cancels) {
    if (const auto found = m_active.find(id); found != m_active.end()) cancelNow(RequestPtr(found->second));
  }
  if (!cancels.empty()) publish();
  return true;
}

void EngineCore::checkIdle() {
  if (m_checkedIdle) return;
  m_checkedIdle = true;
  const std::string wrong = m_scheduler.checkIntegrity();
  if (wrong.empty()) return;
  ++m_integrityFaults;
  spdlog::error("KV cache bookkeeping is damaged ({}); the prefix cache is dropped", wrong);
  m_scheduler.clear();
}

void EngineCore::runCanary() {
  {
    const std::lock_guard lock(m_mutex);
    if (!canaryDue()) return;
    m_health.stepBegins(steadySeconds());
  }
  const std::optional<BlockId> block = m_scheduler.borrowBlock();
  kernels::Status status{kernels::StatusCode::Internal, "Every block of the cache is held although nothing runs."};
  if (block) {
    status = decodeCanary(*m_runner, *block, m_config.canaryToken, m_config.nVocab);
    m_scheduler.giveBack(*block);
  }
  if (!status.ok()) failStep({}, status);
  noteStep(status, /*canary=*/true);
}

void EngineCore::noteStep(const kernels::Status& status, bool canary) {
  const std::lock_guard lock(m_mutex);
  if (status.ok()) {
    m_health.stepSucceeded(steadySeconds());
  } else {
    m_health.stepFailed(status.message(), canary);
  }
}

void EngineCore::step() {
  if (m_scheduler.idle() && m_nFlights == 0) return;
  {
    const std::lock_guard lock(m_mutex);
    m_health.stepBegins(steadySeconds());
  }
  // Steps that are timed op by op do not overlap.
  if (m_nFlights == 0 && m_profiling != m_profiles.wanted()) {
    m_profiling = !m_profiling;
    m_runner->setProfiling(m_profiling);
  }
  if (m_nFlights == 0 && m_clocking != m_profiles.clockWanted()) {
    m_clocking = !m_clocking;
    m_runner->setStepClock(m_clocking);
  }
  const uint32_t depth = m_profiling || m_profiles.wanted() ? 1 : m_depth;
  while (m_nFlights < depth && launch()) {
  }
  if (m_nFlights > 0) land();
}

bool EngineCore::launch() {
  if (m_scheduler.idle()) return false;
  Flight& flight = m_flights[(m_firstFlight + m_nFlights) % m_flights.size()];
  flight.plan = m_scheduler.plan(m_pacer.budget(m_scheduler.anyDecoding()));
  announce(flight.plan);
  flight.began = Clock::now();
  kernels::Status status = enqueue(flight);
  if (status.ok() && flight.plan.chunks.empty()) {
    // Else the tokens under way decide what comes next.
    if (m_nFlights == 0) {
      const char* const why = "The scheduler found nothing to run although requests wait.";
      noteStep({kernels::StatusCode::Internal, why}, /*canary=*/false);
      failAll({ErrorCode::Internal, why});
    }
    return false;
  }
  if (status.ok()) {
    ++m_nFlights;
    return true;
  }
  // What came before it is still to be handed out; the place in the ring is its own until then.
  while (m_nFlights > 0) land();
  noteStep(status, /*canary=*/false);
  failStep(flight.plan, status);
  flight.plan = {};
  return false;
}

kernels::Status EngineCore::enqueue(Flight& flight) {
  for (const SequencePtr& sequence : flight.plan.admitted) {
    KERNELS_RETURN_IF_ERROR(m_runner->writeSlot(static_cast<uint32_t>(sequence->slot), samplingState(*sequence)));
  }
  if (flight.plan.chunks.empty()) return {};
  return m_runner->enqueue(flight.inputs.build(flight.plan));
}

void EngineCore::land() {
  Flight& flight = m_flights[m_firstFlight];
  const kernels::Status status = wait(flight);
  m_firstFlight = (m_firstFlight + 1) % static_cast<uint32_t>(m_flights.size());
  --m_nFlights;
  const StepPlan plan = std::exchange(flight.plan, {});
  ++m_counters.steps;
  noteStep(status, /*canary=*/false);
  if (!status.ok()) {
    failStep(plan, status);
    return;
  }
  // The device began it when the one before was done.
  const auto now = Clock::now();
  m_pacer.note(plan.nPrefillTokens, secondsSince(std::max(flight.began, m_lastLanding), now));
  m_lastLanding = now;
  if (m_profiling) m_profiles.add(plan.nPrefillTokens > 0, plan.nTokens, m_runner->lastProfile());
  if (m_clocking) {
    const kernels::StepTime time = m_runner->lastStepTime();
    m_profiles.add({plan.nPrefillTokens > 0, plan.nTokens, time.busySeconds, time.gapSeconds});
  }
  m_scheduler.complete(plan);
  // Whoever was cancelled while the step ran gets no more tokens.
  takeIn(/*mayWait=*/false);
  deliver(plan);
}

kernels::Status EngineCore::wait(const Flight& flight) {
  KERNELS_RETURN_IF_ERROR(m_runner->wait(&m_rows));
  const auto& chunks = flight.plan.chunks;
  const auto nRows = static_cast<size_t>(
      std::count_if(chunks.begin(), chunks.end(), [](const PlannedChunk& chunk) { return chunk.samples; }));
  if (m_rows.size() == nRows) return {};
  return {kernels::StatusCode::Internal,
          fmt::format("The step gave {} tokens in the place of {}.", m_rows.size(), nRows)};
}

void EngineCore::abandonFlights() {
  for (; m_nFlights > 0; --m_nFlights) {
    static_cast<void>(m_runner->wait(&m_rows));
    m_flights[m_firstFlight].plan = {};
    m_firstFlight = (m_firstFlight + 1) % static_cast<uint32_t>(m_flights.size());
  }
}

void EngineCore::failStep(const StepPlan& plan, const kernels::Status& status) {
  if (status.code() == kernels::StatusCode::DeviceLost) {
    poison(
        fmt::format("The device was lost ({}). Hearth has to be started again to use it; until then the model can be "
                    "loaded on the CPU.",
                    status.message()));
    return;
  }
  for (const PlannedChunk& chunk : plan.chunks) fail(chunk.sequence->request, fromStatus(status));
  // Their slots may not have been written.
  for (const SequencePtr& sequence : plan.admitted) fail(sequence->request, fromStatus(status));
}

void EngineCore::announce(const StepPlan& plan) {
  const auto now = Clock::now();
  for (const SequencePtr& sequence : plan.admitted) {
    ActiveRequest& request = *sequence->request;
    if (request.startedAt != Clock::time_point{}) continue;
    request.startedAt = now;
    m_counters.promptTokens += static_cast<uint64_t>(request.usage.promptTokens);
    m_counters.cachedPromptTokens += static_cast<uint64_t>(request.usage.cachedTokens);
    ++m_counters.running;
    request.sink->onEvent(StartedEvent{request.usage.promptTokens, request.usage.cachedTokens});
  }
  if (!plan.admitted.empty()) publish();
}

void EngineCore::deliver(const StepPlan& plan) {
  size_t row = 0;
  for (const PlannedChunk& chunk : plan.chunks) {
    const SequencePtr& sequence = chunk.sequence;
    const RequestPtr request = sequence->request;
    const kernels::SampledRow* sampled = chunk.samples ? &m_rows[row++] : nullptr;
    if (request->ended || sequence->finished) continue;
    if (!request->promptDone) {
      request->sink->onEvent(PrefillEvent{chunk.end(), request->usage.promptTokens});
    }
    if (sampled != nullptr) accept(sequence, *sampled);
  }
}

bool EngineCore::isStopToken(const ActiveRequest& request, TokenId token) const {
  return std::binary_search(request.stopIds.begin(), request.stopIds.end(), token);
}

void EngineCore::accept(const SequencePtr& sequence, const kernels::SampledRow& row) {
  const RequestPtr request = sequence->request;
  if (row.token < 0 || static_cast<uint32_t>(row.token) >= m_config.nVocab) {
    fail(request, {ErrorCode::Internal,
                   "The model gave no usable probabilities (not a number); its weights or the "
                   "chosen precision may be at fault. Try --dtype float32."});
    return;
  }
  request->lastTokenAt = Clock::now();
  if (!request->promptDone) {
    request->promptDone = true;
    request->firstTokenAt = request->lastTokenAt;
    startOtherAnswers(request);
  }
  sequence->take(row.token);
  ++request->usage.completionTokens;
  ++m_generatedThisStep;

  TokensEvent event;
  event.index = sequence->index;
  bool ended = true;
  FinishReason reason = FinishReason::Stop;
  if (isStopToken(*request, row.token)) {
    sequence->text.finish(&event);
  } else {
    sequence->text.push(row, &event);
    const bool full = sequence->nGenerated() >= request->maxTokens;
    if (full && !sequence->text.matched()) sequence->text.finish(&event);
    ended = full || sequence->text.matched();
    if (!sequence->text.matched()) reason = FinishReason::Length;
  }
  if (!event.text.empty() || !event.tokens.empty()) request->sink->onEvent(event);
  if (ended) finishAnswer(*sequence, reason);
}

void EngineCore::startOtherAnswers(const RequestPtr& request) {
  for (int index = 1; index < request->request.n; ++index) {
    request->answers.push_back(std::make_shared<Sequence>(request, index, *m_tokenizer));
    m_scheduler.enqueueStarted(request->answers.back());
  }
}

FinishedEvent EngineCore::finishedEvent(const ActiveRequest& request, int index, FinishReason reason, bool last) const {
  FinishedEvent event;
  event.index = index;
  event.reason = reason;
  event.usage = request.usage;
  event.last = last;
  const auto now = Clock::now();
  const bool started = request.startedAt != Clock::time_point{};
  event.timings.queueSeconds = secondsSince(request.submittedAt, started ? request.startedAt : now);
  if (started)
    event.timings.prefillSeconds = secondsSince(request.startedAt, request.promptDone ? request.firstTokenAt : now);
  if (request.promptDone) event.timings.decodeSeconds = secondsSince(request.firstTokenAt, request.lastTokenAt);
  return event;
}

void EngineCore::finishAnswer(Sequence& sequence, FinishReason reason) {
  const RequestPtr request = sequence.request;
  m_scheduler.finish(sequence);
  const bool last = request->unfinished == 0;
  FinishedEvent event = finishedEvent(*request, sequence.index, reason, last);
  event.stopString = sequence.text.stopString();
  if (last) {
    endWith(request, event);
  } else {
    request->sink->onEvent(event);
  }
}

void EngineCore::cancelNow(const RequestPtr& request) {
  m_scheduler.remove(*request);
  std::vector<SequencePtr> open;
  for (const SequencePtr& answer : request->answers) {
    if (!answer->finished) open.push_back(answer);
  }
  for (size_t i = 0; i < open.size(); ++i) {
    TokensEvent rest;
    rest.index = open[i]->index;
    open[i]->text.finish(&rest);
    if (!rest.text.empty() || !rest.tokens.empty()) request->sink->onEvent(rest);
    const bool last = i + 1 == open.size();
    const FinishedEvent event = finishedEvent(*request, open[i]->index, FinishReason::Cancelled, last);
    if (last) {
      endWith(request, event);
    } else {
      request->sink->onEvent(event);
    }
  }
}

void EngineCore::fail(const RequestPtr& request, const Error& error) {
  if (request->ended) return;
  m_scheduler.remove(*request);
  endWith(request, FailedEvent{error});
}

void EngineCore::failAll(const Error& error) {
  const std::map<RequestId, RequestPtr> active = std::move(m_active);
  m_active.clear();
  m_scheduler.clear();
  for (const auto& [id, request] : active) endWith(request, FailedEvent{error});
}

void EngineCore::endWith(const RequestPtr& request, const GenerationEvent& lastEvent) {
  request->ended = true;
  if (request->startedAt != Clock::time_point{}) --m_counters.running;
  request->answers.clear();
  m_active.erase(request->id);
  // Counted before the event is out: whoever has seen the end finds it in the statistics too.
  {
    const std::lock_guard lock(m_mutex);
    --m_unended;
  }
  publish();
  const std::shared_ptr<GenerationSink> sink = std::move(request->sink);
  sink->onEvent(lastEvent);
}

void EngineCore::poison(const std::string& why) {
  spdlog::error("{}", why);
  abandonFlights();
  {
    const std::lock_guard lock(m_mutex);
    m_poisoned = why;
    for (const RequestPtr& request : m_inbox) m_active.emplace(request->id, request);
    m_inbox.clear();
  }
  failAll({ErrorCode::Unavailable, why});
}

void EngineCore::publish() {
  m_counters.generatedTokens += m_generatedThisStep;
  m_counters.preemptions = m_scheduler.nPreemptions();
  m_counters.kvBlocksUsed = m_scheduler.blocks().used();
  const std::lock_guard lock(m_mutex);
  m_published = m_counters;
  if (m_generatedThisStep > 0) m_rate.add(steadySeconds(), m_generatedThisStep);
  m_generatedThisStep = 0;
}

}  // namespace engine
