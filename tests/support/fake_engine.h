// An Engine without a model, for tests of the server and the window: it echoes or says what a script tells it, one
// byte a token, at the speed the script asks for, and fails where the script wants it to.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/support/fake_tokenizer.h"

namespace test_support {

/// How a FakeEngine behaves. Everything may be changed while it runs (setScript); requests take the script that stands
/// when they start.
struct FakeScript {
  /// Text of answer `index`. Empty function: the last user message (or the whole prompt when it has no roles), with
  /// " #2", " #3", ... appended for answers after the first.
  std::function<std::string(const engine::GenerationRequest&, int index)> answer;
  bool endless = false;                       ///< say the answer over and over until max_tokens or a cancel
  std::chrono::microseconds prefillDelay{0};  ///< from Started to the first token, in `prefillSteps` PrefillEvents
  int prefillSteps = 1;
  std::chrono::microseconds tokenDelay{0};           ///< between tokens of one answer
  std::optional<engine::Error> submitError;          ///< every submit fails with it
  std::optional<engine::Error> failError;            ///< requests end with Failed{failError} ...
  int64_t failAfterTokens = 0;                       ///< ... once so many tokens are out
  std::optional<std::string> templateError;          ///< renderPrompt fails with it (taken at construction)
  uint32_t contextLength = 2048;                     ///< taken at construction
  uint32_t maxRunning = 128;                         ///< requests beyond wait
  uint32_t maxWaiting = 1024;                        ///< requests beyond get QueueFull
  int64_t cachedTokens = 0;                          ///< prompt tokens to report as cached
  std::string modelId = "fake-model";                ///< taken at construction
  double loadSeconds = 0.25;                         ///< taken at construction
  std::optional<engine::MemoryPlan> plan;            ///< facts' plan; taken at construction
  std::optional<engine::DeviceMemoryPlan> measured;  ///< facts' measured memory; taken at construction
};

class FakeEngine : public engine::Engine {
 public:
  explicit FakeEngine(FakeScript script = {}, const engine::EngineOptions& options = {});
  ~FakeEngine() override;  ///< requests in flight get Failed{Unavailable}

  const engine::EngineFacts& facts() const override;
  const engine::Tokenizer& tokenizer() const override;
  const engine::ChatTemplate& chatTemplate() const override;
  engine::Result<std::vector<engine::TokenId>> renderPrompt(const engine::ChatPrompt& prompt) const override;
  engine::Result<engine::RequestId> submit(engine::GenerationRequest request,
                                           std::shared_ptr<engine::GenerationSink> sink) override;
  void cancel(engine::RequestId id) override;
  engine::EngineStats stats() const override;
  bool healthy(std::string* why) const override;
  bool answering(std::string* why) override;

  void setScript(FakeScript script);
  /// While paused nothing moves but cancels: requests stay queued or stand still mid-answer.
  void setPaused(bool paused);
  /// Fails every request in flight and all later ones, as a lost device does.
  void poison(std::string why);
  /// What answering() tells; empty: all is well. Requests go on as before.
  void setFault(std::string why);
  /// Every request that submit accepted, in order.
  std::vector<engine::GenerationRequest> seenRequests() const;
  /// Ids that cancel() was called with.
  std::vector<engine::RequestId> seenCancels() const;
  /// Waits until `condition(stats())` holds; false after `timeout`.
  bool waitFor(const std::function<bool(const engine::EngineStats&)>& condition,
               std::chrono::milliseconds timeout = std::chrono::seconds(90)) const;

 private:
  struct Core;
  std::shared_ptr<Core> m_core;
};

/// How a load goes. The same type as app::ModelHost::Loader comes out of makeFakeLoader.
struct FakeLoad {
  FakeScript engine;
  int steps = 4;  ///< progress reports
  std::chrono::milliseconds stepDelay{0};
  uint64_t bytes = 144u << 20;         ///< total that the progress counts up to
  std::optional<engine::Error> error;  ///< the load ends with it after `failAtStep` steps
  int failAtStep = 0;
};
using FakeLoader = std::function<engine::Result<std::shared_ptr<engine::Engine>>(const engine::EngineOptions&,
                                                                                 const engine::LoadControl&)>;

/// A loader that reports progress, honours LoadControl::cancel (Error Cancelled) and hands out a FakeEngine whose facts
/// carry the options. When `made` is given, each engine made is stored there.
FakeLoader makeFakeLoader(FakeLoad load, std::shared_ptr<std::shared_ptr<FakeEngine>> made = nullptr);

/// A sink that keeps everything, for tests.
class CollectingSink : public engine::GenerationSink {
 public:
  CollectingSink();
  ~CollectingSink() override;
  void onEvent(const engine::GenerationEvent& event) override;

  /// Waits for Finished{last} or Failed; false after `timeout`.
  bool waitDone(std::chrono::milliseconds timeout = std::chrono::seconds(90)) const;
  /// Waits until the answer `index` has at least `count` tokens or the request ended.
  bool waitTokens(size_t count, int index = 0, std::chrono::milliseconds timeout = std::chrono::seconds(90)) const;
  std::vector<engine::GenerationEvent> events() const;
  std::string text(int index = 0) const;
  std::vector<engine::TokenId> tokens(int index = 0) const;
  std::vector<engine::TokenLogprobs> logprobs(int index = 0) const;
  std::optional<engine::FinishedEvent> finished(int index = 0) const;  ///< of that answer
  std::optional<engine::Error> error() const;
  bool done() const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace test_support
