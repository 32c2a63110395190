// A model behind a scheduler of its own, for tests that cut the same work up in many ways.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <memory>
#include <thread>
#include <vector>

#include "engine/device.h"
#include "engine/loaders/model_source.h"
#include "engine/scheduler/backend_runner.h"
#include "engine/scheduler/engine_core.h"
#include "tests/support/fake_engine.h"

namespace test_support {

using Tokens = std::vector<engine::TokenId>;

/// The reference models have no text: every id is a letter here.
class IdTokenizer : public FakeTokenizer {
 public:
  std::string tokenBytes(engine::TokenId id, bool) const override { return {static_cast<char>('a' + id % 26)}; }
};

struct Cut {
  uint32_t prefillTokens = 512, sequences = 32, nBlocks = 512;
  bool prefixCache = true;
  uint32_t nThreads = 2;
  bool ahead = false;  ///< steps are enqueued one ahead, on a backend that has none
  uint32_t contextLength = 512;
};

/// A runner with two steps under way: what the inner one has computed is kept until it is asked for.
class AheadRunner : public engine::StepRunner {
 public:
  explicit AheadRunner(std::unique_ptr<engine::StepRunner> inner) : m_inner(std::move(inner)) {}
  uint32_t depth() const override { return 2; }
  kernels::Status writeSlot(uint32_t slot, const kernels::SlotSampling& state) override {
    return m_inner->writeSlot(slot, state);
  }
  kernels::Status enqueue(const kernels::StepInputs& inputs) override {
    KERNELS_RETURN_IF_ERROR(m_inner->enqueue(inputs));
    return m_inner->wait(&m_done.emplace_back());
  }
  kernels::Status wait(std::vector<kernels::SampledRow>* rows) override {
    *rows = std::move(m_done.front());
    m_done.pop_front();
    return {};
  }

 private:
  std::unique_ptr<engine::StepRunner> m_inner;
  std::deque<std::vector<kernels::SampledRow>> m_done;
};

/// What a request gave.
struct Answer {
  Tokens tokens;
  std::vector<engine::TokenLogprobs> logprobs;  ///< where they were asked for
};

/// One loaded model with its engine thread.
class ModelRun {
 public:
  /// On the device of the options; of them, `cut` decides the rest.
  ModelRun(engine::EngineOptions options, const Cut& cut) {
    options.nThreads = cut.nThreads;
    const engine::Result<void> made = make(options, cut);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  }
  /// On the CPU.
  ModelRun(const std::filesystem::path& path, engine::DTypeChoice dtype, const Cut& cut)
      : ModelRun(onCpu(path, dtype), cut) {}
  ModelRun(const ModelRun&) = delete;
  ModelRun& operator=(const ModelRun&) = delete;
  ~ModelRun() {
    if (!m_core) return;
    m_core->stop();
    m_thread.join();
    EXPECT_EQ(m_core->integrityFaults(), 0u);
    EXPECT_EQ(m_core->stats().kvBlocksUsed, 0u);
  }

  bool ok() const { return m_core != nullptr; }
  engine::EngineStats stats() const { return m_core->stats(); }

  std::shared_ptr<CollectingSink> submit(const Tokens& prompt, int64_t maxTokens, double temperature = 0,
                                         int topLogprobs = -1) {
    engine::GenerationRequest request;
    request.prompt = prompt;
    request.maxTokens = maxTokens;
    request.ignoreEos = true;
    request.sampling.temperature = temperature;
    request.sampling.topLogprobs = topLogprobs;
    request.sampling.seed = static_cast<int64_t>(prompt.size());
    auto sink = std::make_shared<CollectingSink>();
    const auto id = m_core->submit(std::move(request), sink);
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().message);
    return sink;
  }
  /// All at once; the answers in order.
  std::vector<Tokens> answers(const std::vector<Tokens>& prompts, int64_t maxTokens, double temperature = 0) {
    std::vector<Tokens> out;
    for (Answer& answer : fullAnswers(prompts, maxTokens, temperature, -1)) out.push_back(std::move(answer.tokens));
    return out;
  }
  std::vector<Answer> fullAnswers(const std::vector<Tokens>& prompts, int64_t maxTokens, double temperature,
                                  int topLogprobs) {
    std::vector<std::shared_ptr<CollectingSink>> sinks;
    for (const Tokens& prompt : prompts) sinks.push_back(submit(prompt, maxTokens, temperature, topLogprobs));
    std::vector<Answer> out;
    for (const auto& sink : sinks) {
      EXPECT_TRUE(sink->waitDone());
      EXPECT_FALSE(sink->error()) << sink->error()->message;
      out.push_back({sink->tokens(), sink->logprobs()});
    }
    return out;
  }

 private:
  static engine::EngineOptions onCpu(const std::filesystem::path& path, engine::DTypeChoice dtype) {
    engine::EngineOptions options;
    options.modelPath = path;
    options.dtype = dtype;
    options.device = "cpu";
    return options;
  }
  engine::Result<void> make(const engine::EngineOptions& options, const Cut& cut) {
    ENGINE_ASSIGN_OR_RETURN(const engine::DeviceChoice device, engine::chooseDevice(options));
    ENGINE_ASSIGN_OR_RETURN(const auto source, engine::ModelSource::open(options.modelPath));
    const engine::ComputeType compute = engine::computeType(options, source->storedDType());
    ENGINE_ASSIGN_OR_RETURN(auto backend, engine::openBackend(options, device, compute.cache));
    ENGINE_ASSIGN_OR_RETURN(auto decoder, engine::Decoder::load(*source, options, *backend, {}));
    engine::EngineCoreConfig config;
    config.limits = {cut.contextLength, cut.sequences, cut.prefillTokens, cut.prefillTokens + cut.sequences, 64, 64};
    config.nBlocks = cut.nBlocks;
    config.prefixCache = cut.prefixCache;
    config.nVocab = decoder->config().vocabSize;
    ENGINE_ASSIGN_OR_RETURN(
        auto runner, engine::BackendRunner::create(std::move(backend), std::move(decoder), config.limits, cut.nBlocks,
                                                   compute, config.nVocab));
    std::unique_ptr<engine::StepRunner> steps = std::move(runner);
    if (cut.ahead) steps = std::make_unique<AheadRunner>(std::move(steps));
    m_core = std::make_unique<engine::EngineCore>(config, std::make_shared<IdTokenizer>(), std::move(steps));
    m_thread = std::thread([this] { m_core->run(); });
    return {};
  }
  std::unique_ptr<engine::EngineCore> m_core;
  std::thread m_thread;
};

}  // namespace test_support
