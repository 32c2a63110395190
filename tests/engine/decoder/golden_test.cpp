// The decoder against the reference implementations' logits, in float32.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "engine/decoder/step_session.h"
#include "tests/support/golden.h"

namespace engine {
namespace {

using testing::Golden;
using testing::GoldenCase;

constexpr float kTolerance = 2e-4f;
constexpr uint32_t kMaxTokens = 256;

/// On the CPU, or on the device that HEARTH_TEST_DEVICE names.
EngineOptions exact() {
  EngineOptions options;
  const char* device = std::getenv("HEARTH_TEST_DEVICE");
  options.device = device != nullptr ? device : "cpu";
  options.dtype = DTypeChoice::Float32;
  options.nThreads = 2;
  return options;
}

float largestDifference(const std::vector<float>& a, const std::vector<float>& b) {
  if (a.size() != b.size()) return INFINITY;
  float most = 0.0f;
  for (size_t i = 0; i < a.size(); ++i) {
    const float difference = std::abs(a[i] - b[i]);
    if (!(difference <= most)) most = difference;  // NaN counts as largest
  }
  return most;
}

int32_t argmax(const std::vector<float>& logits) {
  return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

class GoldenTest : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    golden = testing::readGolden(GetParam());
    if (golden.absent) GTEST_SKIP() << golden.problem;
    ASSERT_EQ(golden.problem, "");
    ASSERT_FALSE(golden.cases.empty());
    auto opened = StepSession::open(golden.model, exact(), kMaxTokens, 4 * kMaxTokens);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    runner = std::move(opened).value();
  }
  /// Logits of the last nRows tokens, which go in `chunk` at a time.
  std::vector<float> run(const std::vector<int32_t>& tokens, uint32_t nRows, size_t chunk) {
    std::vector<float> logits;
    for (size_t at = 0; at < tokens.size(); at += chunk) {
      const size_t n = std::min(chunk, tokens.size() - at);
      const bool last = at + n == tokens.size();
      const auto rows = nRows == 1 ? (last ? 1u : 0u) : static_cast<uint32_t>(n);
      const auto result = runner->step(std::span(tokens).subspan(at, n), rows);
      if (!result.ok()) {
        ADD_FAILURE() << result.error().message;
        return {};
      }
      logits.insert(logits.end(), result.value().begin(), result.value().end());
    }
    return logits;
  }

  Golden golden;
  std::unique_ptr<StepSession> runner;
};

TEST_P(GoldenTest, LogitsAgree) {
  float worst = 0.0f;
  for (const GoldenCase& item : golden.cases) {
    runner->reset();
    const float last = largestDifference(run(item.prompt, 1, item.prompt.size()), item.lastLogits);
    EXPECT_LE(last, kTolerance) << item.name;
    worst = std::max(worst, last);
    if (item.allLogits.empty()) continue;
    runner->reset();
    const float all = largestDifference(run(item.prompt, static_cast<uint32_t>(item.prompt.size()), item.prompt.size()),
                                        item.allLogits);
    EXPECT_LE(all, kTolerance) << item.name << ", all positions";
    worst = std::max(worst, all);
  }
  RecordProperty("max_abs_error", std::to_string(worst));
  std::printf("%s: largest difference of logits %.2e\n", GetParam(), static_cast<double>(worst));
}

TEST_P(GoldenTest, GreedyTokensAgree) {
  for (const GoldenCase& item : golden.cases) {
    runner->reset();
    std::vector<float> logits = run(item.prompt, 1, item.prompt.size());
    std::vector<int32_t> greedy;
    while (greedy.size() < item.greedy.size()) {
      ASSERT_FALSE(logits.empty());
      greedy.push_back(argmax(logits));
      logits = run({greedy.back()}, 1, 1);
    }
    EXPECT_EQ(greedy, item.greedy) << item.name;
  }
}

TEST_P(GoldenTest, ChunksGiveTheSameBits) {
  const GoldenCase& item = golden.cases.back();
  runner->reset();
  const std::vector<float> whole = run(item.prompt, 1, item.prompt.size());
  for (const size_t chunk : {size_t{1}, size_t{7}, size_t{16}}) {
    runner->reset();
    EXPECT_EQ(run(item.prompt, 1, chunk), whole) << "in chunks of " << chunk;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenTest,
                         ::testing::Values("llama2-gqa", "llama3", "llama3.1", "llama3.2-tied", "llama-bias",
                                           "llama-headdim", "llama-linear-rope", "smollm2", "yi", "mistral-sliding",
                                           "qwen1.5", "qwen2-tied", "qwen2-sliding", "gguf/llama-mixed",
                                           "gguf/llama-q8_0", "gguf/llama3-f16-ropefreqs", "gguf/qwen2-mixed"),
                         [](const auto& model) {
                           std::string name = model.param;
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return !std::isalnum(c); }, '_');
                           return name;
                         });

}  // namespace
}  // namespace engine
