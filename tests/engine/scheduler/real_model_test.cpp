// The scheduler over real tiny models on the CPU: the reference's own greedy tokens, and the same answers to the bit
// however the work is cut up.
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "engine/loaders/model_source.h"
#include "engine/scheduler/backend_runner.h"
#include "engine/scheduler/engine_core.h"
#include "tests/support/fake_engine.h"

namespace test_support {
namespace {

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
  bool ahead = false;  ///< steps are enqueued one ahead
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

/// One loaded model with its engine thread.
class ModelRun {
 public:
  ModelRun(const std::filesystem::path& path, engine::DTypeChoice dtype, const Cut& cut) {
    const engine::Result<void> made = make(path, dtype, cut);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
  }
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

  std::shared_ptr<CollectingSink> submit(const Tokens& prompt, int64_t maxTokens, double temperature = 0) {
    engine::GenerationRequest request;
    request.prompt = prompt;
    request.maxTokens = maxTokens;
    request.ignoreEos = true;
    request.sampling.temperature = temperature;
    request.sampling.seed = static_cast<int64_t>(prompt.size());
    auto sink = std::make_shared<CollectingSink>();
    const auto id = m_core->submit(std::move(request), sink);
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().message);
    return sink;
  }
  /// All at once; the answers in order.
  std::vector<Tokens> answers(const std::vector<Tokens>& prompts, int64_t maxTokens, double temperature = 0) {
    std::vector<std::shared_ptr<CollectingSink>> sinks;
    for (const Tokens& prompt : prompts) sinks.push_back(submit(prompt, maxTokens, temperature));
    std::vector<Tokens> out;
    for (const auto& sink : sinks) {
      EXPECT_TRUE(sink->waitDone());
      EXPECT_FALSE(sink->error()) << sink->error()->message;
      out.push_back(sink->tokens());
    }
    return out;
  }

 private:
  engine::Result<void> make(const std::filesystem::path& path, engine::DTypeChoice dtype, const Cut& cut) {
    engine::EngineOptions options;
    options.modelPath = path;
    options.dtype = dtype;
    options.nThreads = cut.nThreads;
    ENGINE_ASSIGN_OR_RETURN(const auto source, engine::ModelSource::open(path));
    std::unique_ptr<kernels::Backend> backend;
    ENGINE_RETURN_IF_BAD_STATUS(kernels::createCpuBackend({cut.nThreads}, &backend));
    ENGINE_ASSIGN_OR_RETURN(auto decoder, engine::Decoder::load(*source, options, *backend, {}));
    engine::EngineCoreConfig config;
    config.limits = {512, cut.sequences, cut.prefillTokens, cut.prefillTokens + cut.sequences, 64, 64};
    config.nBlocks = cut.nBlocks;
    config.prefixCache = cut.prefixCache;
    config.nVocab = decoder->config().vocabSize;
    const engine::ComputeType compute = engine::computeType(options, source->storedDType());
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

std::filesystem::path goldenPath(const std::string& name) {
  return std::filesystem::path(HEARTH_TEST_DATA) / "goldens" / name;
}

class RealModel : public testing::TestWithParam<std::string> {};
class CutModel : public testing::TestWithParam<std::string> {};

TEST_P(RealModel, GreedyTokensAreTheReferences) {
  std::filesystem::path file = goldenPath(GetParam());
  file = std::filesystem::is_directory(file) ? file / "golden.json" : file.replace_extension(".golden.json");
  const auto golden = nlohmann::json::parse(std::ifstream(file), nullptr, false);
  ASSERT_TRUE(golden.is_object()) << file;
  ModelRun run(goldenPath(GetParam()), engine::DTypeChoice::Float32, {});
  ASSERT_TRUE(run.ok());
  std::vector<Tokens> prompts, expected;
  for (const auto& test : golden["cases"]) {
    prompts.push_back(test["prompt"].get<Tokens>());
    expected.push_back(test["greedy"].get<Tokens>());
  }
  ASSERT_FALSE(prompts.empty());
  EXPECT_EQ(run.answers(prompts, static_cast<int64_t>(expected[0].size())), expected);
}

TEST_P(CutModel, B35AnswersAreTheSameToTheBitHoweverTheWorkIsCut) {
  std::vector<Tokens> prompts;
  for (int i = 0; i < 16; ++i) {
    Tokens prompt;
    for (int j = 0; j < 17 + 5 * i; ++j) prompt.push_back((j * 7 + i * (j / 16) * 3 + 5) % 200);
    prompts.push_back(std::move(prompt));
  }
  constexpr int64_t kTokens = 24, kLong = 80;
  for (const engine::DTypeChoice dtype : {engine::DTypeChoice::Float16, engine::DTypeChoice::Float32}) {
    std::vector<Tokens> alone, drawn, drawnLong;
    {
      Cut cut;
      cut.prefixCache = false;
      cut.nThreads = 1;  // nor does the number of threads matter
      ModelRun run(goldenPath(GetParam()), dtype, cut);
      ASSERT_TRUE(run.ok());
      for (const Tokens& prompt : prompts) alone.push_back(run.answers({prompt}, kTokens)[0]);
      for (const Tokens& prompt : prompts) drawn.push_back(run.answers({prompt}, kTokens, 0.8)[0]);
      for (size_t i = 0; i < 6; ++i) drawnLong.push_back(run.answers({prompts[i]}, kLong, 0.8)[0]);
      EXPECT_NE(alone, drawn);
      EXPECT_EQ(run.answers(prompts, kTokens), alone) << "in a batch of 16";
      EXPECT_EQ(run.answers(prompts, kTokens, 0.8), drawn) << "in a batch of 16, sampled";
    }
    for (const uint32_t chunk : {7u, 48u}) {
      Cut cut;
      cut.prefillTokens = chunk;
      cut.ahead = chunk == 48;
      ModelRun run(goldenPath(GetParam()), dtype, cut);
      ASSERT_TRUE(run.ok());
      EXPECT_EQ(run.answers(prompts, kTokens), alone) << "in chunks of " << chunk;
      EXPECT_EQ(run.answers(prompts, kTokens), alone) << "with a prefix hit, in chunks of " << chunk;
      EXPECT_GT(run.stats().cachedPromptTokens, 400u);
    }
    for (const bool ahead : {false, true}) {
      Cut cut;
      cut.nBlocks = 16;
      cut.ahead = ahead;
      ModelRun run(goldenPath(GetParam()), dtype, cut);
      ASSERT_TRUE(run.ok());
      const std::vector<Tokens> few(prompts.begin(), prompts.begin() + 6);
      EXPECT_EQ(run.answers(few, kLong, 0.8), drawnLong) << "with preemptions" << (ahead ? ", one step ahead" : "");
      EXPECT_GT(run.stats().preemptions, 0u);
    }
  }
}

std::string testName(const testing::TestParamInfo<std::string>& model) {
  std::string name = model.param;
  for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Goldens, RealModel,
                         testing::Values("llama2-gqa", "llama3.1", "llama-linear-rope", "qwen2-tied",
                                         "gguf/llama-q8_0.gguf"),
                         testName);
INSTANTIATE_TEST_SUITE_P(Goldens, CutModel, testing::Values("llama2-gqa", "qwen2-tied", "gguf/llama-q8_0.gguf"),
                         testName);

}  // namespace
}  // namespace test_support
