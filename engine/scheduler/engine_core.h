// The engine's thread: takes requests in, runs step after step, gives events out.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/scheduler/health_watch.h"
#include "engine/scheduler/prefill_pacer.h"
#include "engine/scheduler/profile_keeper.h"
#include "engine/scheduler/rate_meter.h"
#include "engine/scheduler/scheduler.h"
#include "engine/scheduler/step_inputs.h"
#include "engine/scheduler/step_runner.h"

namespace engine {

struct EngineCoreConfig {
  StepLimits limits;
  uint32_t nBlocks = 0;  ///< at least one full context
  bool prefixCache = true;
  uint32_t nVocab = 0;                   ///< ids at or above it are refused in prompts
  std::vector<TokenId> stopIds;          ///< the model's, its generation config's, the template's
  std::vector<std::string> stopStrings;  ///< the template's
  std::optional<int64_t> seed;           ///< for requests without one
  TokenId canaryToken = 0;
  double freshSeconds = 30, stuckSeconds = 300;  ///< see HealthWatch
};

/// Everything but run() may be called from any thread.
class EngineCore {
 public:
  EngineCore(EngineCoreConfig config, std::shared_ptr<const Tokenizer> tokenizer, std::unique_ptr<StepRunner> runner);

  Result<RequestId> submit(GenerationRequest request, std::shared_ptr<GenerationSink> sink);
  void cancel(RequestId id);
  EngineStats stats() const;
  bool healthy(std::string* why) const;
  bool answering(std::string* why);
  void profileSteps(bool on) { m_profiles.want(on); }
  StepProfiles takeProfiles() { return m_profiles.take(); }
  void clockSteps(bool on) { m_profiles.wantClock(on); }
  std::vector<TimedStep> takeTimedSteps() { return m_profiles.takeTimed(); }

  /// Times that the bookkeeping of the cache was found damaged when idle (and was put right); 0 unless we have a bug.
  uint32_t integrityFaults() const { return m_integrityFaults.load(); }

  /// The engine thread's body; returns after stop(), when every request has had its last event.
  void run();
  void stop();

 private:
  using RequestPtr = std::shared_ptr<ActiveRequest>;

  /// Takes requests and cancels in; when there is nothing to do and `mayWait`, waits for them. False after stop().
  bool takeIn(bool mayWait);
  void checkIdle();

  /// A step under way. The device reads the arrays of `inputs` until it is done.
  struct Flight {
    StepPlan plan;
    StepInputsBuilder inputs;
    ActiveRequest::Clock::time_point began;
  };
  /// Keeps the device busy: enqueues steps as far ahead as it takes them, then waits for the oldest and hands its
  /// tokens out. What ends an answer is seen then, when the next step may be under way; that one's row is dropped.
  void step();
  /// Plans and enqueues one step; false when there is nothing to run now.
  bool launch();
  kernels::Status enqueue(Flight& flight);
  void land();
  kernels::Status wait(const Flight& flight);
  /// Waits for what is under way without looking at it.
  void abandonFlights();
  void failStep(const StepPlan& plan, const kernels::Status& status);
  /// Decodes a canary when one is wanted. Nothing may be running.
  void runCanary();
  void noteStep(const kernels::Status& status, bool canary);
  /// Under the mutex.
  bool canaryDue() const { return m_poisoned.empty() && m_health.canaryWanted(); }
  void announce(const StepPlan& plan);
  void deliver(const StepPlan& plan);
  /// One sampled token of one answer.
  void accept(const SequencePtr& sequence, const kernels::SampledRow& row);
  void startOtherAnswers(const RequestPtr& request);
  void finishAnswer(Sequence& sequence, FinishReason reason);
  FinishedEvent finishedEvent(const ActiveRequest& request, int index, FinishReason reason, bool last) const;
  void cancelNow(const RequestPtr& request);
  void fail(const RequestPtr& request, const Error& error);
  void failAll(const Error& error);
  /// The request's last event: everything of it is let go.
  void endWith(const RequestPtr& request, const GenerationEvent& lastEvent);
  bool isStopToken(const ActiveRequest& request, TokenId token) const;
  void poison(const std::string& why);
  void publish();

  const EngineCoreConfig m_config;
  const std::shared_ptr<const Tokenizer> m_tokenizer;
  const std::unique_ptr<StepRunner> m_runner;

  // The engine thread's own.
  const uint32_t m_depth;
  Scheduler m_scheduler;
  std::array<Flight, kMostStepsAhead> m_flights;  ///< a ring: nothing is allocated between enqueue and its record
  uint32_t m_firstFlight = 0, m_nFlights = 0;
  ActiveRequest::Clock::time_point m_lastLanding;
  PrefillPacer m_pacer;
  bool m_profiling = false;  ///< the runner is told to
  bool m_clocking = false;   ///< the same of timing whole steps
  ProfileKeeper m_profiles;
  std::vector<kernels::SampledRow> m_rows;
  std::map<RequestId, RequestPtr> m_active;
  EngineStats m_counters;
  uint64_t m_generatedThisStep = 0;
  bool m_checkedIdle = false;
  std::atomic<uint32_t> m_integrityFaults = 0;

  mutable std::mutex m_mutex;  // guards what follows
  std::condition_variable m_wake;
  std::deque<RequestPtr> m_inbox;
  std::vector<RequestId> m_cancels;
  uint32_t m_unended = 0;  ///< requests accepted whose last event is not out
  RequestId m_nextId = 1;
  EngineStats m_published;
  mutable RateMeter m_rate;
  std::string m_poisoned;
  HealthWatch m_health;
  bool m_stopping = false;
};

}  // namespace engine
