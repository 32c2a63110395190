// loadEngine end to end: the tiny GGUF model of the repository, and the starter model where it is there.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "engine/chat_template.h"
#include "engine/engine.h"
#include "engine/loaders/model_source.h"
#include "tests/support/fake_engine.h"
#include "tests/support/starter_model.h"
#include "tests/support/temp_folder.h"

namespace test_support {
namespace {

using engine::ErrorCode;
using engine::testing::starterModel;
namespace fs = std::filesystem;

fs::path tinyModel() {
  return fs::path(HEARTH_TEST_DATA) / "goldens/gguf/llama-q8_0.gguf";
}

engine::EngineOptions optionsFor(const fs::path& path) {
  engine::EngineOptions options;
  options.modelPath = path;
  options.nThreads = 2;
  return options;
}

std::shared_ptr<CollectingSink> ask(engine::Engine& model, const std::string& question, int64_t maxTokens) {
  engine::ChatPrompt prompt;
  prompt.messages = {{"user", question}};
  engine::GenerationRequest request;
  auto rendered = model.renderPrompt(prompt);
  EXPECT_TRUE(rendered.ok()) << rendered.error().message;
  request.prompt = *rendered;
  request.sampling.temperature = 0;
  request.maxTokens = maxTokens;
  auto sink = std::make_shared<CollectingSink>();
  const auto id = model.submit(std::move(request), sink);
  EXPECT_TRUE(id.ok()) << id.error().message;
  return sink;
}

double relativeError(uint64_t planned, uint64_t measured) {
  return std::abs(static_cast<double>(planned) - static_cast<double>(measured)) / static_cast<double>(measured);
}

TEST(LoadEngine, ATinyModelAnswers) {
  std::vector<std::string> stages;
  engine::LoadControl control;
  control.onProgress = [&](const engine::LoadProgress& progress) {
    if (stages.empty() || stages.back() != progress.stage) stages.push_back(progress.stage);
  };
  const auto loaded = engine::loadEngine(optionsFor(tinyModel()), control);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  engine::Engine& model = **loaded;
  EXPECT_GE(stages.size(), 4u);
  const engine::EngineFacts& facts = model.facts();
  EXPECT_EQ(facts.device, "cpu");
  EXPECT_EQ(facts.model.family, "llama");
  EXPECT_EQ(facts.contextLength, facts.model.trainedContext);
  EXPECT_GT(facts.loadSeconds, 0);
  EXPECT_FALSE(facts.templateReason.empty());
  EXPECT_TRUE(model.healthy(nullptr));
  EXPECT_TRUE(model.answering(nullptr));
  EXPECT_EQ(model.stats().steps, 0u);
  const auto sink = ask(model, "hello", 8);
  ASSERT_TRUE(sink->waitDone());
  ASSERT_FALSE(sink->error()) << sink->error()->message;
  EXPECT_GE(sink->finished()->usage.completionTokens, 1);
  EXPECT_EQ(model.stats().kvBlocksUsed, 0u);
}

TEST(LoadEngine, TheLastHolderMayBeASinkOnTheEnginesThread) {
  struct HoldingSink : CollectingSink {
    std::shared_ptr<engine::Engine> model;
  };
  auto loaded = engine::loadEngine(optionsFor(tinyModel()), {});
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  auto sink = std::make_shared<HoldingSink>();
  sink->model = *loaded;
  engine::GenerationRequest request;
  request.prompt = {1, 2, 3};
  request.maxTokens = 4;
  const std::weak_ptr<HoldingSink> weak = sink;
  ASSERT_TRUE((*loaded)->submit(std::move(request), sink).ok());
  sink.reset();
  loaded = engine::Error{};
  for (int i = 0; i < 90000 && !weak.expired(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(weak.expired());
}

TEST(LoadEngine, ErrorsSayWhatIsWrong) {
  const auto nothing = engine::loadEngine(optionsFor("/nonexistent/model"), {});
  ASSERT_FALSE(nothing.ok());
  EXPECT_EQ(nothing.error().code, ErrorCode::NotFound);

  engine::EngineOptions cuda = optionsFor(tinyModel());
  cuda.device = "cuda";
  EXPECT_EQ(engine::loadEngine(cuda, {}).error().context, "device");

  engine::EngineOptions longContext = optionsFor(tinyModel());
  longContext.maxModelLen = 1u << 30;
  EXPECT_EQ(engine::loadEngine(longContext, {}).error().context, "max-model-len");

  engine::EngineOptions unknownTemplate = optionsFor(tinyModel());
  unknownTemplate.templateName = "no-such-template";
  EXPECT_FALSE(engine::loadEngine(unknownTemplate, {}).ok());

  // A model without tokenizer files cannot be asked anything.
  const auto mute = engine::loadEngine(optionsFor(fs::path(HEARTH_TEST_DATA) / "goldens/llama3.1"), {});
  ASSERT_FALSE(mute.ok());
  EXPECT_EQ(mute.error().context, "model-path");
  EXPECT_NE(mute.error().message.find("no tokenizer files"), std::string::npos) << mute.error().message;

  std::atomic<bool> cancel = true;
  engine::LoadControl control;
  control.cancel = &cancel;
  EXPECT_EQ(engine::loadEngine(optionsFor(tinyModel()), control).error().code, ErrorCode::Cancelled);
}

TEST(LoadEngine, WeightsThatGiveNoNumbersAreRefused) {
  std::ifstream in(tinyModel(), std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  const auto source = engine::ModelSource::open(tinyModel());
  ASSERT_TRUE(source.ok());
  const auto norm = (*source)->find("output_norm.weight");
  ASSERT_TRUE(norm);
  const engine::StoredTensor& tensor = (*source)->tensors()[*norm];
  ASSERT_EQ(tensor.type, engine::StoredType::F32);
  for (uint64_t at = 0; at < tensor.bytes; at += sizeof(float)) {
    const float nothing = std::numeric_limits<float>::quiet_NaN();
    std::memcpy(bytes.data() + tensor.offset + at, &nothing, sizeof nothing);
  }
  const engine::testing::TempFolder folder;
  folder.write("model.gguf", bytes);
  // int8 activations would round the NaN away.
  engine::EngineOptions options = optionsFor(folder.path() / "model.gguf");
  options.dtype = engine::DTypeChoice::Float32;
  const auto loaded = engine::loadEngine(options, {});
  ASSERT_FALSE(loaded.ok());
  EXPECT_NE(loaded.error().message.find("no usable probabilities"), std::string::npos) << loaded.error().message;
}

TEST(LoadEngine, MadeUpWeightsNeedNothingButTheConfig) {
  engine::EngineOptions options = optionsFor(fs::path(HEARTH_TEST_DATA) / "goldens/llama2-gqa");
  options.loadFormat = engine::LoadFormat::Dummy;
  const auto loaded = engine::loadEngine(options, {});
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  engine::GenerationRequest request;
  request.prompt = {1, 2, 3};
  request.maxTokens = 5;
  request.ignoreEos = true;
  auto sink = std::make_shared<CollectingSink>();
  ASSERT_TRUE((*loaded)->submit(std::move(request), sink).ok());
  ASSERT_TRUE(sink->waitDone());
  ASSERT_FALSE(sink->error()) << sink->error()->message;
  EXPECT_EQ(sink->finished()->usage.completionTokens, 5);
}

class StarterModel : public testing::Test {
 protected:
  void SetUp() override {
    if (starterModel().empty()) GTEST_SKIP() << "the starter model is not in the cache (make run fetches it)";
    auto loaded = engine::loadEngine(optionsFor(starterModel()), {});
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;
    m_engine = *loaded;
  }
  std::shared_ptr<engine::Engine> m_engine;
};

TEST_F(StarterModel, TellsTheCapitalOfFranceAndEndsByItself) {
  const auto sink = ask(*m_engine, "What is the capital of France? Answer in one short sentence.", 60);
  ASSERT_TRUE(sink->waitDone());
  ASSERT_FALSE(sink->error()) << sink->error()->message;
  EXPECT_NE(sink->text().find("Paris"), std::string::npos) << sink->text();
  EXPECT_EQ(sink->finished()->reason, engine::FinishReason::Stop);
  EXPECT_EQ(sink->text().find("<|im_end|>"), std::string::npos);
}

TEST_F(StarterModel, ThePlanIsWithinThreePerCentOfWhatItTakes) {
  const engine::EngineFacts& facts = m_engine->facts();
  ASSERT_EQ(facts.plan.devices.size(), 1u);
  const engine::DeviceMemoryPlan& plan = facts.plan.devices[0];
  EXPECT_LT(relativeError(plan.weights, facts.measured.weights), 0.03);
  EXPECT_LT(relativeError(plan.kvCache, facts.measured.kvCache), 0.03);
  EXPECT_LT(relativeError(plan.needed(), facts.measured.needed()), 0.03)
      << plan.activations << " planned for step buffers, " << facts.measured.activations << " taken";
}

TEST_F(StarterModel, B35TheSameAnswerAloneInABatchAndWithAPrefixHit) {
  const std::string question = "Explain in two sentences why the sky is blue, as you would to a child of ten years.";
  const auto alone = ask(*m_engine, question, 24);
  ASSERT_TRUE(alone->waitDone());
  const auto again = ask(*m_engine, question, 24);
  ASSERT_TRUE(again->waitDone());
  EXPECT_EQ(again->tokens(), alone->tokens());
  EXPECT_GT(again->finished()->usage.cachedTokens, 0);
  std::vector<std::shared_ptr<CollectingSink>> batch;
  for (int i = 0; i < 15; ++i) batch.push_back(ask(*m_engine, "Count to " + std::to_string(i) + ".", 24));
  batch.push_back(ask(*m_engine, question, 24));
  for (const auto& sink : batch) ASSERT_TRUE(sink->waitDone(std::chrono::seconds(110)));
  EXPECT_EQ(batch.back()->tokens(), alone->tokens());
}

TEST_F(StarterModel, B51UnloadingWhileItAnswersEndsTheAnswer) {
  const auto sink = ask(*m_engine, "Write a long story about a lighthouse.", 2000);
  ASSERT_TRUE(sink->waitTokens(2));
  m_engine.reset();
  ASSERT_TRUE(sink->waitDone());
  ASSERT_TRUE(sink->error());
  EXPECT_EQ(sink->error()->code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace test_support
