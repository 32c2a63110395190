#include "app/cli/bench_run.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <random>
#include <string>

#include "app/cli/bench_limits.h"

namespace app::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// When each token of a request came.
class TimedSink : public engine::GenerationSink {
 public:
  void onEvent(const engine::GenerationEvent& event) override {
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(m_mutex);
    if (std::holds_alternative<engine::StartedEvent>(event)) started = now;
    if (const auto* tokens = std::get_if<engine::TokensEvent>(&event)) {
      times.insert(times.end(), tokens->tokens.size(), now);
    }
    if (const auto* failed = std::get_if<engine::FailedEvent>(&event)) error = failed->error;
    const auto* finished = std::get_if<engine::FinishedEvent>(&event);
    if (finished != nullptr) cachedTokens = finished->usage.cachedTokens;
    if (error || (finished != nullptr && finished->last)) {
      m_done = true;
      m_wake.notify_all();
    }
  }
  void wait() {
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] { return m_done; });
  }

  // Read after wait().
  Clock::time_point started;
  std::vector<Clock::time_point> times;
  std::optional<engine::Error> error;
  int64_t cachedTokens = 0;

 private:
  std::mutex m_mutex;
  std::condition_variable m_wake;
  bool m_done = false;
};

engine::GenerationRequest makeRequest(const engine::Engine& engine, uint32_t promptTokens, uint32_t tokens,
                                      uint32_t seed) {
  engine::GenerationRequest request;
  std::mt19937 random(seed);
  const uint32_t vocab = std::max(engine.facts().model.vocabSize, 2u);
  for (uint32_t i = 0; i < std::max(promptTokens, 1u); ++i) {
    request.prompt.push_back(static_cast<engine::TokenId>(random() % vocab));
  }
  request.sampling.temperature = 0;
  request.maxTokens = tokens;
  request.ignoreEos = true;
  request.client = "bench";
  // Where the engine has a prefix cache, no prompt finds an earlier run's.
  static std::atomic<uint64_t> salts = 0;
  request.cacheSalt = std::to_string(++salts);
  return request;
}

engine::Result<std::shared_ptr<TimedSink>> runOne(engine::Engine& engine, engine::GenerationRequest request) {
  const auto sink = std::make_shared<TimedSink>();
  ENGINE_RETURN_IF_ERROR(engine.submit(std::move(request), sink));
  sink->wait();
  if (sink->error) return *sink->error;
  return sink;
}

engine::Result<std::vector<std::shared_ptr<TimedSink>>> runAll(engine::Engine& engine, uint32_t promptTokens,
                                                               uint32_t tokens, uint32_t sequences) {
  std::vector<std::shared_ptr<TimedSink>> sinks;
  std::vector<engine::RequestId> ids;
  for (uint32_t i = 0; i < sequences; ++i) {
    sinks.push_back(std::make_shared<TimedSink>());
    const auto id = engine.submit(makeRequest(engine, promptTokens, tokens, i + 1), sinks.back());
    if (!id.ok()) {
      for (const engine::RequestId each : ids) engine.cancel(each);
      return id.error();
    }
    ids.push_back(id.value());
  }
  for (const auto& sink : sinks) sink->wait();
  for (const auto& sink : sinks) {
    if (sink->error) return *sink->error;
  }
  return sinks;
}

double seconds(Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

/// Tokens a second from the moment the last sequence has its first token to the moment the first one is through; 0
/// where that is no time at all.
double whileAllDecode(const std::vector<std::shared_ptr<TimedSink>>& sinks) {
  Clock::time_point begin = Clock::time_point::min(), end = Clock::time_point::max();
  for (const auto& sink : sinks) {
    begin = std::max(begin, sink->times.front());
    end = std::min(end, sink->times.back());
  }
  int64_t tokens = 0;
  for (const auto& sink : sinks) {
    tokens += std::count_if(sink->times.begin(), sink->times.end(),
                            [&](Clock::time_point t) { return t > begin && t <= end; });
  }
  return end > begin ? static_cast<double>(tokens) / seconds(end - begin) : 0;
}

/// The device's clock while it lasts, where there is one.
class StepClock {
 public:
  explicit StepClock(engine::Engine& engine) : m_profiler(dynamic_cast<engine::StepProfiler*>(&engine)) {
    if (m_profiler == nullptr) return;
    static_cast<void>(m_profiler->takeTimedSteps());
    m_profiler->clockSteps(true);
  }
  ~StepClock() {
    if (m_profiler != nullptr) m_profiler->clockSteps(false);
  }
  StepClock(const StepClock&) = delete;
  StepClock& operator=(const StepClock&) = delete;

  /// Of the steps that decode so many sequences.
  void read(uint32_t sequences, BenchResult* result) {
    if (m_profiler == nullptr) return;
    std::vector<double> busy, gaps;
    for (const engine::TimedStep& step : m_profiler->takeTimedSteps()) {
      if (step.withPrompt || step.tokens != sequences || step.gapSeconds < 0) continue;
      busy.push_back(step.busySeconds);
      gaps.push_back(step.gapSeconds);
    }
    if (busy.empty()) return;
    result->deviceSeconds = median(std::move(busy));
    result->gapSeconds = median(gaps);
    std::sort(gaps.begin(), gaps.end());
    result->worstGapSeconds = gaps[gaps.size() * 99 / 100];
  }
  /// Of the steps that have a part of a prompt.
  void readPrompt(BenchResult* result) {
    if (m_profiler == nullptr) return;
    double busy = 0;
    for (const engine::TimedStep& step : m_profiler->takeTimedSteps()) {
      if (!step.withPrompt || step.busySeconds <= 0) continue;
      result->chunkSeconds.push_back(step.busySeconds);
      busy += step.busySeconds;
    }
    if (busy > 0) result->deviceSeconds = busy;
  }

 private:
  engine::StepProfiler* const m_profiler;
};

}  // namespace

engine::Result<BenchResult> benchDecode(engine::Engine& engine, const DecodeShape& shape) {
  // A busy machine may not let this thread hand in the last sequence before a tiny model is through with the first.
  constexpr int kTries = 10;
  for (int i = 0; i < kTries; ++i) {
    StepClock clock(engine);
    ENGINE_ASSIGN_OR_RETURN(const auto sinks, runAll(engine, shape.context, shape.tokens, shape.sequences));
    const double rate = whileAllDecode(sinks);
    if (rate <= 0) continue;
    // The cache read grows while decoding: the middle of the run stands for it.
    BenchResult result{.tokensPerSecond = rate, .meanContext = shape.context + shape.tokens / 2.0};
    clock.read(shape.sequences, &result);
    return result;
  }
  return engine::Error{engine::ErrorCode::InvalidArgument,
                       "--decode is too short: the first sequence ended before the last one began", "decode"};
}

engine::Result<BenchResult> benchPrefill(engine::Engine& engine, uint32_t tokens) {
  StepClock clock(engine);
  ENGINE_ASSIGN_OR_RETURN(const auto sinks, runAll(engine, tokens, 1, 1));
  const TimedSink& sink = *sinks.front();
  BenchResult result{.tokensPerSecond = tokens / seconds(sink.times.front() - sink.started),
                     .meanContext = tokens / 2.0};
  clock.readPrompt(&result);
  return result;
}

engine::Result<ThroughputResult> benchThroughput(engine::Engine& engine, const DecodeShape& shape) {
  const Clock::time_point begin = Clock::now();
  ENGINE_ASSIGN_OR_RETURN(const auto sinks, runAll(engine, shape.context, shape.tokens, shape.sequences));
  Clock::time_point end = begin;
  std::vector<double> firsts;
  for (const auto& sink : sinks) {
    end = std::max(end, sink->times.back());
    firsts.push_back(seconds(sink->times.front() - begin));
  }
  ThroughputResult out;
  out.seconds = seconds(end - begin);
  const double answers = static_cast<double>(shape.tokens) * shape.sequences;
  out.answerTokensPerSecond = answers / out.seconds;
  out.totalTokensPerSecond =
      (answers + static_cast<double>(std::max(shape.context, 1u)) * shape.sequences) / out.seconds;
  out.decodeTokensPerSecond = whileAllDecode(sinks);
  out.firstTokenSeconds = median(std::move(firsts));
  return out;
}

engine::Result<CachedResult> benchCached(engine::Engine& engine, uint32_t tokens) {
  constexpr uint32_t kTenths = 9;
  const engine::GenerationRequest cold = makeRequest(engine, tokens, 1, 1);
  engine::GenerationRequest cached = makeRequest(engine, tokens, 1, 2);
  cached.cacheSalt = cold.cacheSalt;
  const auto shared = static_cast<std::ptrdiff_t>(uint64_t{tokens} * kTenths / 10);
  std::copy(cold.prompt.begin(), cold.prompt.begin() + shared, cached.prompt.begin());
  CachedResult out;
  const Clock::time_point begin = Clock::now();
  ENGINE_ASSIGN_OR_RETURN(const auto first, runOne(engine, cold));
  out.coldSeconds = seconds(first->times.front() - begin);
  const Clock::time_point again = Clock::now();
  ENGINE_ASSIGN_OR_RETURN(const auto second, runOne(engine, cached));
  out.cachedSeconds = seconds(second->times.front() - again);
  out.cachedTokens = second->cachedTokens;
  return out;
}

engine::Result<engine::StepProfiles> benchOps(engine::Engine& engine, const DecodeShape& shape) {
  auto* const profiler = dynamic_cast<engine::StepProfiler*>(&engine);
  if (profiler == nullptr) return engine::StepProfiles{};
  profiler->profileSteps(true);
  engine::Result<std::vector<std::shared_ptr<TimedSink>>> run = engine::Error{};
  for (int i = 0; i < 2; ++i) {
    static_cast<void>(profiler->takeProfiles());
    run = runAll(engine, shape.context, shape.tokens, shape.sequences);
    if (!run.ok()) break;
  }
  profiler->profileSteps(false);
  if (!run.ok()) return run.error();
  return profiler->takeProfiles();
}

}  // namespace app::cli
