// An EngineCore over a FakeRunner with its thread, and what its answers should be.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "engine/scheduler/engine_core.h"
#include "engine/scheduler/sampling_state.h"
#include "tests/engine/scheduler/fake_runner.h"
#include "tests/support/fake_engine.h"

namespace test_support {

struct HarnessOptions {
  uint32_t contextLength = 512, sequences = 16, prefillTokens = 64, requests = 64, waiting = 64;
  uint32_t nBlocks = 256;
  bool prefixCache = true;
  uint32_t endOneIn = 0;
  FakeModel model;  ///< hashModel(endOneIn) when empty
  std::vector<std::string> stopStrings;
  std::optional<int64_t> seed;
  FakePace pace = presentPace;
  double freshSeconds = 1e9;

  /// Of the test that runs.
  static inline FakePace presentPace;
};

/// Tests that hold however far ahead the engine works.
class EveryPace : public testing::TestWithParam<FakePace> {
 protected:
  void SetUp() override { HarnessOptions::presentPace = GetParam(); }
  void TearDown() override { HarnessOptions::presentPace = {}; }
  /// Steps that have to begin after one before its tokens are handed out.
  static uint32_t lag() { return GetParam().early ? GetParam().depth - 1 : 0; }

 public:
  static auto values() { return testing::Values(FakePace{1, false}, FakePace{2, false}, FakePace{2, true}); }
  static std::string nameOf(const testing::TestParamInfo<FakePace>& pace) {
    return "depth" + std::to_string(pace.param.depth) + (pace.param.early ? "early" : "late");
  }
};

/// Ends the engine in its destructor and checks that every block came back.
class CoreHarness {
 public:
  explicit CoreHarness(const HarnessOptions& options = {}) : m_options(options) {
    if (!m_options.model) m_options.model = hashModel(options.endOneIn);
    engine::EngineCoreConfig config;
    config.limits = {options.contextLength, options.sequences,
                     options.prefillTokens, options.prefillTokens + options.sequences,
                     options.requests,      options.waiting};
    config.nBlocks = options.nBlocks;
    config.prefixCache = options.prefixCache;
    config.nVocab = kFakeVocab;
    config.stopIds = {kFakeEnd};
    config.stopStrings = options.stopStrings;
    config.seed = options.seed;
    config.freshSeconds = options.freshSeconds;
    auto fake = std::make_unique<FakeRunner>(options.nBlocks, options.sequences, m_options.model, options.pace);
    runner = fake.get();
    core = std::make_shared<engine::EngineCore>(config, std::make_shared<FakeTokenizer>(), std::move(fake));
    m_thread = std::thread([this] { core->run(); });
  }
  CoreHarness(const CoreHarness&) = delete;
  CoreHarness& operator=(const CoreHarness&) = delete;
  ~CoreHarness() {
    end();
    EXPECT_EQ(core->integrityFaults(), 0u);
    const engine::EngineStats stats = core->stats();
    EXPECT_EQ(stats.kvBlocksUsed, 0u);
    EXPECT_EQ(stats.running, 0u);
    EXPECT_EQ(stats.waiting, 0u);
  }

  void end() {
    if (!m_thread.joinable()) return;
    core->stop();
    runner->release();
    m_thread.join();
  }

  static engine::GenerationRequest request(const std::string& prompt, int64_t maxTokens = 20) {
    engine::GenerationRequest out;
    for (const char byte : prompt) out.prompt.push_back(static_cast<unsigned char>(byte));
    out.sampling.temperature = 0;
    out.maxTokens = maxTokens;
    return out;
  }

  std::shared_ptr<CollectingSink> submit(const engine::GenerationRequest& request, engine::RequestId* id = nullptr) {
    auto sink = std::make_shared<CollectingSink>();
    const auto result = core->submit(request, sink);
    EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().message);
    if (result.ok() && id != nullptr) *id = *result;
    return sink;
  }

  /// The tokens that an uninterrupted model alone in the world would answer, without an ending <|end|>.
  std::vector<engine::TokenId> expected(const engine::GenerationRequest& request, int index = 0) const {
    std::vector<engine::TokenId> context = request.prompt, out;
    kernels::SlotSampling state;
    state.temperature = static_cast<float>(request.sampling.temperature);
    state.seed = engine::answerSeed(static_cast<uint64_t>(request.sampling.seed.value_or(0)), index);
    const auto room = static_cast<int64_t>(m_options.contextLength - context.size());
    const int64_t most = std::min(request.maxTokens.value_or(room), room);
    while (static_cast<int64_t>(out.size()) < most) {
      const engine::TokenId token = m_options.model(context, state, out.size());
      if (token == kFakeEnd && !request.ignoreEos) break;
      out.push_back(token);
      context.push_back(token);
    }
    return out;
  }

  /// Waits until the engine thread has published statistics that fit.
  bool eventually(const std::function<bool(const engine::EngineStats&)>& condition) const {
    for (int i = 0; i < 90000; ++i) {
      if (condition(core->stats())) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
  }

  FakeRunner* runner = nullptr;
  std::shared_ptr<engine::EngineCore> core;

 private:
  HarnessOptions m_options;
  std::thread m_thread;
};

}  // namespace test_support
