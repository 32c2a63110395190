#include "tests/support/fake_engine.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "engine/chat_template.h"
#include "engine/scheduler/stop_strings.h"

namespace test_support {

namespace {

using Clock = std::chrono::steady_clock;
using engine::Error;
using engine::ErrorCode;
using engine::GenerationEvent;
using engine::TokenId;

double secondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// The text between the last <|user|> and the <|end|> after it, or all bytes when there are no roles.
std::string lastUserText(const std::vector<TokenId>& prompt) {
  const auto user = std::find(prompt.rbegin(), prompt.rend(), kFakeUser);
  std::string text;
  for (auto at = user == prompt.rend() ? prompt.begin() : user.base(); at != prompt.end() && *at != kFakeEnd; ++at) {
    if (*at < kFakeBos) text.push_back(static_cast<char>(*at));
  }
  return text;
}

/// Length of the UTF-8 sequence that a byte begins; 1 for anything odd.
size_t sequenceLength(unsigned char lead) {
  if (lead >= 0xF0) return 4;
  if (lead >= 0xE0) return 3;
  return lead >= 0xC0 ? 2 : 1;
}

engine::TokenLogprobs fakeLogprobs(TokenId token, int count) {
  engine::TokenLogprobs out;
  out.chosen = {token, std::string(1, static_cast<char>(token)), -0.25f};
  for (int i = 0; i < count; ++i) {
    const TokenId other = (token + i) % kFakeBos;
    out.top.push_back({other, std::string(1, static_cast<char>(other)), -0.25f - static_cast<float>(i)});
  }
  return out;
}

struct Answer {
  std::string script, pendingCharacter;
  size_t at = 0;
  int64_t tokens = 0;
  engine::StopStrings stops;
  bool finished = false;
};

struct Request {
  engine::RequestId id = 0;
  engine::GenerationRequest request;
  std::shared_ptr<engine::GenerationSink> sink;
  FakeScript script;
  bool started = false, cancelled = false, done = false;
  int prefillStep = 0;
  int64_t maxTokens = 0, produced = 0;
  std::vector<Answer> answers;
  Clock::time_point submitted, begun, firstToken, due;
};

using RequestPtr = std::shared_ptr<Request>;
/// Events gathered under the lock, given out without it.
using Outbox = std::vector<std::pair<std::shared_ptr<engine::GenerationSink>, GenerationEvent>>;

}  // namespace

struct FakeEngine::Core {
  Core(FakeScript firstScript, const engine::EngineOptions& options)
      : script(std::move(firstScript)), chatTemplate(script.templateError), contextLength(script.contextLength) {
    facts.model.path = "/nonexistent/" + script.modelId;
    facts.model.modelId = script.modelId;
    facts.model.format = "fake";
    facts.model.architecture = "LlamaForCausalLM";
    facts.model.family = "llama";
    facts.model.weightType = "none";
    facts.model.parameters = 135'000'000;
    facts.model.weightBytes = 94ull << 20;
    facts.model.nLayers = 30;
    facts.model.hiddenSize = 576;
    facts.model.nHeads = 9;
    facts.model.nKvHeads = 3;
    facts.model.headDim = 64;
    facts.model.vocabSize = kFakeVocab;
    facts.model.trainedContext = contextLength;
    facts.model.tokenizer = tokenizer.description();
    facts.options = options;
    if (options.modelPath.empty()) facts.options.modelPath = facts.model.path;
    facts.device = "cpu";
    facts.deviceReason = "a fake engine needs no device";
    facts.computeType = "none (fake)";
    facts.quantization = "none";
    facts.templateName = "fake";
    facts.templateReason = "a fake engine has one template";
    facts.contextLength = contextLength;
    facts.loadSeconds = script.loadSeconds;
    facts.measured = {"cpu", 16ull << 30, 4ull << 30, 94ull << 20, 40ull << 20, 20ull << 20, 0};
    facts.plan.devices = {facts.measured};
    facts.plan.contextLength = contextLength;
    facts.plan.largestContext = contextLength;
    facts.plan.fits = true;
    if (script.plan) facts.plan = *script.plan;
    if (script.measured) {
      facts.measured = *script.measured;
      facts.device = facts.measured.device;
    }
    counters.kvBlocksTotal = 1024;
  }

  FakeScript script;
  FakeTokenizer tokenizer;
  FakeTemplate chatTemplate;
  uint32_t contextLength;
  engine::EngineFacts facts;

  mutable std::mutex mutex;
  mutable std::condition_variable changed;  ///< also for waitFor
  std::deque<RequestPtr> waiting, running;
  engine::EngineStats counters;
  std::vector<engine::GenerationRequest> seenRequests;
  std::vector<engine::RequestId> seenCancels;
  engine::RequestId nextId = 1;
  bool paused = false, stopping = false;
  std::string poisoned, fault;
  std::thread thread;

  engine::EngineStats statsLocked() const {
    engine::EngineStats out = counters;
    out.running = static_cast<uint32_t>(running.size());
    out.waiting = static_cast<uint32_t>(waiting.size());
    for (const RequestPtr& request : running) {
      const size_t tokens = request->request.prompt.size() + static_cast<size_t>(request->produced);
      out.kvBlocksUsed += static_cast<uint32_t>(tokens / 16 + 1);
    }
    return out;
  }

  engine::FinishedEvent finishedEvent(const Request& request, int index, engine::FinishReason reason, bool last) const {
    engine::FinishedEvent event;
    event.index = index;
    event.reason = reason;
    event.last = last;
    event.usage = {static_cast<int64_t>(request.request.prompt.size()), request.produced, request.script.cachedTokens};
    const Clock::time_point now = Clock::now();
    if (request.started) {
      event.timings.queueSeconds = secondsBetween(request.submitted, request.begun);
      const bool any = request.produced > 0;
      event.timings.prefillSeconds = secondsBetween(request.begun, any ? request.firstToken : now);
      event.timings.decodeSeconds = any ? secondsBetween(request.firstToken, now) : 0;
    } else {
      event.timings.queueSeconds = secondsBetween(request.submitted, now);
    }
    return event;
  }

  void fail(Request& request, const Error& error, Outbox& out) const {
    request.done = true;
    out.emplace_back(std::move(request.sink), engine::FailedEvent{error});
  }

  void failAll(const Error& error, Outbox& out) {
    for (auto* queue : {&waiting, &running}) {
      for (const RequestPtr& request : *queue) fail(*request, error, out);
      queue->clear();
    }
  }

  void finishAnswer(Request& request, size_t index, engine::FinishReason reason, Outbox& out) const {
    Answer& answer = request.answers[index];
    answer.finished = true;
    const bool last =
        std::all_of(request.answers.begin(), request.answers.end(), [](const Answer& a) { return a.finished; });
    engine::FinishedEvent event = finishedEvent(request, static_cast<int>(index), reason, last);
    if (answer.stops.matched()) event.stopString = answer.stops.match();
    out.emplace_back(last ? std::move(request.sink) : request.sink, std::move(event));
    request.done = request.done || last;
  }

  /// One token of one answer.
  void speak(Request& request, size_t index, Outbox& out) {
    Answer& answer = request.answers[index];
    const bool goOn = request.script.endless || request.request.ignoreEos;
    if (answer.at >= answer.script.size() && goOn && !answer.script.empty()) answer.at = 0;
    if (request.produced == 0) request.firstToken = Clock::now();
    ++answer.tokens;
    ++request.produced;
    ++counters.generatedTokens;
    engine::TokensEvent event;
    event.index = static_cast<int>(index);
    if (answer.at >= answer.script.size()) {  // the <|end|> token, counted but not shown
      event.text = answer.stops.finish();
      if (!event.text.empty()) out.emplace_back(request.sink, event);
      finishAnswer(request, index, engine::FinishReason::Stop, out);
      return;
    }
    const char byte = answer.script[answer.at++];
    event.tokens = {static_cast<unsigned char>(byte)};
    if (request.request.sampling.topLogprobs >= 0) {
      event.logprobs = {fakeLogprobs(event.tokens[0], request.request.sampling.topLogprobs)};
    }
    answer.pendingCharacter.push_back(byte);
    if (answer.pendingCharacter.size() >= sequenceLength(static_cast<unsigned char>(answer.pendingCharacter[0]))) {
      event.text = answer.stops.push(answer.pendingCharacter);
      answer.pendingCharacter.clear();
    }
    const bool atLimit = answer.tokens >= request.maxTokens && !answer.stops.matched();
    if (atLimit) event.text += answer.stops.finish();
    out.emplace_back(request.sink, std::move(event));
    if (answer.stops.matched()) {
      finishAnswer(request, index, engine::FinishReason::Stop, out);
    } else if (atLimit) {
      finishAnswer(request, index, engine::FinishReason::Length, out);
    }
  }

  void begin(Request& request, Outbox& out) {
    request.started = true;
    request.begun = Clock::now();
    request.script = script;
    const auto nPrompt = static_cast<int64_t>(request.request.prompt.size());
    counters.promptTokens += static_cast<uint64_t>(nPrompt);
    counters.cachedPromptTokens += static_cast<uint64_t>(script.cachedTokens);
    for (int i = 0; i < request.request.n; ++i) {
      Answer answer;
      if (script.answer) {
        answer.script = script.answer(request.request, i);
      } else {
        answer.script = lastUserText(request.request.prompt) + (i > 0 ? " #" + std::to_string(i + 1) : "");
      }
      if (!request.request.ignoreEos) answer.stops = engine::StopStrings(request.request.stop);
      request.answers.push_back(std::move(answer));
    }
    request.maxTokens = std::min(request.request.maxTokens.value_or(contextLength), contextLength - nPrompt);
    request.due = request.begun + request.script.prefillDelay / std::max(1, request.script.prefillSteps);
    out.emplace_back(request.sink, engine::StartedEvent{nPrompt, request.script.cachedTokens});
  }

  void advance(Request& request, Clock::time_point now, Outbox& out) {
    if (request.due > now) return;
    const int steps = std::max(1, request.script.prefillSteps);
    if (request.prefillStep < steps) {
      ++request.prefillStep;
      const auto total = static_cast<int64_t>(request.request.prompt.size());
      out.emplace_back(request.sink, engine::PrefillEvent{total * request.prefillStep / steps, total});
      if (request.prefillStep < steps) request.due += request.script.prefillDelay / steps;
      return;
    }
    for (size_t i = 0; i < request.answers.size() && !request.done; ++i) {
      if (request.script.failError && request.produced >= request.script.failAfterTokens) {
        fail(request, *request.script.failError, out);
      } else if (!request.answers[i].finished) {
        speak(request, i, out);
      }
    }
    request.due = now + request.script.tokenDelay;
  }

  /// One round over all requests; returns when the next is due.
  Clock::time_point round(Outbox& out) {
    const Clock::time_point now = Clock::now();
    ++counters.steps;
    for (auto* queue : {&waiting, &running}) {
      for (const RequestPtr& request : *queue) {
        if (!request->cancelled) continue;
        request->done = true;
        out.emplace_back(request->sink, finishedEvent(*request, 0, engine::FinishReason::Cancelled, true));
      }
      std::erase_if(*queue, [](const RequestPtr& request) { return request->done; });
    }
    if (!poisoned.empty()) failAll({ErrorCode::Unavailable, poisoned}, out);
    if (paused) return now + std::chrono::hours(1);
    while (!waiting.empty() && running.size() < script.maxRunning) {
      running.push_back(std::move(waiting.front()));
      waiting.pop_front();
      begin(*running.back(), out);
    }
    for (const RequestPtr& request : running) advance(*request, now, out);
    std::erase_if(running, [](const RequestPtr& request) { return request->done; });
    Clock::time_point next = now + std::chrono::hours(1);
    for (const RequestPtr& request : running) next = std::min(next, request->due);
    return waiting.empty() || running.size() >= script.maxRunning ? next : now;
  }

  void loop() {
    std::unique_lock lock(mutex);
    while (!stopping) {
      Outbox out;
      const uint64_t before = wakeups;
      const Clock::time_point next = round(out);
      changed.notify_all();
      lock.unlock();
      for (auto& [sink, event] : out) sink->onEvent(event);
      out.clear();
      lock.lock();
      changed.wait_until(lock, next, [&] { return stopping || wakeups != before || Clock::now() >= next; });
    }
    Outbox out;
    failAll({ErrorCode::Unavailable, "The model was unloaded."}, out);
    lock.unlock();
    for (auto& [sink, event] : out) sink->onEvent(event);
  }

  /// Under the lock: lets the loop look again.
  void wake() {
    ++wakeups;
    changed.notify_all();
  }
  uint64_t wakeups = 0;
};

FakeEngine::FakeEngine(FakeScript script, const engine::EngineOptions& options)
    : m_core(std::make_shared<Core>(std::move(script), options)) {
  m_core->thread = std::thread([core = m_core] { core->loop(); });
}

FakeEngine::~FakeEngine() {
  {
    const std::lock_guard lock(m_core->mutex);
    m_core->stopping = true;
    m_core->changed.notify_all();
  }
  // The last holder may be a sink that is let go on the engine's own thread.
  if (m_core->thread.get_id() == std::this_thread::get_id()) {
    m_core->thread.detach();
  } else {
    m_core->thread.join();
  }
}

const engine::EngineFacts& FakeEngine::facts() const {
  return m_core->facts;
}
const engine::Tokenizer& FakeEngine::tokenizer() const {
  return m_core->tokenizer;
}
const engine::ChatTemplate& FakeEngine::chatTemplate() const {
  return m_core->chatTemplate;
}

engine::Result<std::vector<TokenId>> FakeEngine::renderPrompt(const engine::ChatPrompt& prompt) const {
  ENGINE_ASSIGN_OR_RETURN(const engine::RenderedPrompt rendered, m_core->chatTemplate.render(prompt));
  std::vector<TokenId> ids;
  for (const engine::PromptSegment& segment : rendered.segments) {
    ENGINE_ASSIGN_OR_RETURN(const std::vector<TokenId> part,
                            m_core->tokenizer.encode(segment.text, {false, segment.scaffold}));
    ids.insert(ids.end(), part.begin(), part.end());
  }
  return ids;
}

engine::Result<engine::RequestId> FakeEngine::submit(engine::GenerationRequest request,
                                                     std::shared_ptr<engine::GenerationSink> sink) {
  Core& core = *m_core;
  if (const auto errors = engine::validate(request.sampling, kFakeVocab); !errors.empty()) return errors.front();
  const std::lock_guard lock(core.mutex);
  if (!core.poisoned.empty()) return Error{ErrorCode::Unavailable, core.poisoned};
  if (core.script.submitError) return *core.script.submitError;
  if (request.prompt.empty()) return Error{ErrorCode::InvalidArgument, "The prompt is empty.", "prompt"};
  if (request.prompt.size() >= core.contextLength) {
    return Error{ErrorCode::ContextLength,
                 "The prompt has " + std::to_string(request.prompt.size()) + " tokens, the context holds " +
                     std::to_string(core.contextLength) + ".",
                 "messages"};
  }
  if (core.running.size() + core.waiting.size() >= core.script.maxRunning + core.script.maxWaiting) {
    return Error{ErrorCode::QueueFull, std::to_string(core.waiting.size()) + " requests are waiting already."};
  }
  auto entry = std::make_shared<Request>();
  entry->id = core.nextId++;
  core.seenRequests.push_back(request);
  entry->request = std::move(request);
  entry->sink = std::move(sink);
  entry->submitted = Clock::now();
  core.waiting.push_back(entry);
  core.wake();
  return entry->id;
}

void FakeEngine::cancel(engine::RequestId id) {
  const std::lock_guard lock(m_core->mutex);
  m_core->seenCancels.push_back(id);
  for (auto* queue : {&m_core->waiting, &m_core->running}) {
    for (const RequestPtr& request : *queue) request->cancelled = request->cancelled || request->id == id;
  }
  m_core->wake();
}

engine::EngineStats FakeEngine::stats() const {
  const std::lock_guard lock(m_core->mutex);
  return m_core->statsLocked();
}

bool FakeEngine::healthy(std::string* why) const {
  const std::lock_guard lock(m_core->mutex);
  if (!m_core->poisoned.empty() && why) *why = m_core->poisoned;
  return m_core->poisoned.empty();
}

bool FakeEngine::answering(std::string* why) {
  if (!healthy(why)) return false;
  const std::lock_guard lock(m_core->mutex);
  if (!m_core->fault.empty() && why) *why = m_core->fault;
  return m_core->fault.empty();
}

void FakeEngine::setFault(std::string why) {
  const std::lock_guard lock(m_core->mutex);
  m_core->fault = std::move(why);
}

void FakeEngine::setScript(FakeScript script) {
  const std::lock_guard lock(m_core->mutex);
  m_core->script = std::move(script);
  m_core->wake();
}

void FakeEngine::setPaused(bool paused) {
  const std::lock_guard lock(m_core->mutex);
  m_core->paused = paused;
  m_core->wake();
}

void FakeEngine::poison(std::string why) {
  const std::lock_guard lock(m_core->mutex);
  m_core->poisoned = std::move(why);
  m_core->wake();
}

std::vector<engine::GenerationRequest> FakeEngine::seenRequests() const {
  const std::lock_guard lock(m_core->mutex);
  return m_core->seenRequests;
}

std::vector<engine::RequestId> FakeEngine::seenCancels() const {
  const std::lock_guard lock(m_core->mutex);
  return m_core->seenCancels;
}

bool FakeEngine::waitFor(const std::function<bool(const engine::EngineStats&)>& condition,
                         std::chrono::milliseconds timeout) const {
  std::unique_lock lock(m_core->mutex);
  return m_core->changed.wait_for(lock, timeout, [&] { return condition(m_core->statsLocked()); });
}

FakeLoader makeFakeLoader(FakeLoad load, std::shared_ptr<std::shared_ptr<FakeEngine>> made) {
  return [load, made](const engine::EngineOptions& options,
                      const engine::LoadControl& control) -> engine::Result<std::shared_ptr<engine::Engine>> {
    for (int step = 0; step < load.steps; ++step) {
      if (load.error && step >= load.failAtStep) return *load.error;
      if (control.onProgress) {
        const auto done = load.bytes * static_cast<uint64_t>(step) / static_cast<uint64_t>(load.steps);
        control.onProgress({"weights", done, load.bytes});
      }
      const Clock::time_point until = Clock::now() + load.stepDelay;
      do {
        if (control.cancel && control.cancel->load()) return Error{ErrorCode::Cancelled, "The load was cancelled."};
        std::this_thread::sleep_for(std::min<Clock::duration>(until - Clock::now(), std::chrono::milliseconds(5)));
      } while (Clock::now() < until);
    }
    if (load.error) return *load.error;
    if (control.onProgress) control.onProgress({"weights", load.bytes, load.bytes});
    auto engine = std::make_shared<FakeEngine>(load.engine, options);
    if (made) *made = engine;
    return std::shared_ptr<engine::Engine>(engine);
  };
}

}  // namespace test_support
