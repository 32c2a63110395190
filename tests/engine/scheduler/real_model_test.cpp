// The scheduler over real tiny models on the CPU: the reference's own greedy tokens, and the same answers to the bit
// however the work is cut up.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/engine/scheduler/model_run.h"

namespace test_support {
namespace {

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
