// The same answers however the work is cut up, on the CPU or on the device that HEARTH_TEST_DEVICE names, with a random
// model whose shapes take the device's own kernels. On the CPU, and with --batch-invariant, to the bit; otherwise
// wherever the first choice is ahead of the second by more than the noise.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ostream>

#include "tests/engine/scheduler/model_run.h"
#include "tests/support/temp_folder.h"

namespace test_support {
namespace {

constexpr const char* kConfig = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 256,
  "intermediate_size": 640, "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 64,
  "vocab_size": 2048, "max_position_embeddings": 1024, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
  "tie_word_embeddings": false, "bos_token_id": 1, "eos_token_id": 2})";
constexpr uint32_t kVocab = 2048;
constexpr int64_t kTokens = 20, kLong = 80;
constexpr int kTop = 2;

bool onGpu() {
  return std::getenv("HEARTH_TEST_DEVICE") != nullptr;
}

/// On the CPU, which has tests of its own for this, a few are enough.
uint32_t scaled(uint32_t onTheGpu, uint32_t onTheCpu) {
  return onGpu() ? onTheGpu : onTheCpu;
}

std::vector<Tokens> makePrompts(uint32_t count) {
  std::vector<Tokens> prompts;
  for (uint32_t i = 0; i < count; ++i) {
    Tokens prompt;
    const uint32_t length = i % 16 == 7 ? 1 : 9 + 13 * (i % 16);
    // The first two blocks of the cache are common to every fourth prompt.
    for (uint32_t j = 0; j < length; ++j) {
      prompt.push_back(static_cast<engine::TokenId>((j * 61 + (j < 32 ? i % 4 : i) * 277 + 5) % kVocab));
    }
    prompts.push_back(std::move(prompt));
  }
  return prompts;
}

/// To the bit.
bool same(const Answer& a, const Answer& b) {
  return a.tokens == b.tokens &&
         std::equal(a.logprobs.begin(), a.logprobs.end(), b.logprobs.begin(), b.logprobs.end(),
                    [](const engine::TokenLogprobs& x, const engine::TokenLogprobs& y) {
                      return x.chosen.logprob == y.chosen.logprob && x.top.size() == y.top.size() &&
                             std::equal(x.top.begin(), x.top.end(), y.top.begin(),
                                        [](const engine::LogprobEntry& u, const engine::LogprobEntry& v) {
                                          return u.token == v.token && u.logprob == v.logprob;
                                        });
                    });
}

/// Where two answers part, if they do, and how far the same choices differ before.
struct Parting {
  double noise = 0;    ///< largest difference of a choice's log-probability while the answers agree
  double margin = -1;  ///< of the first answer's choice where they part; negative: they do not
};
Parting partingOf(const Answer& a, const Answer& b) {
  Parting out;
  for (size_t i = 0; i < std::min(a.tokens.size(), b.tokens.size()); ++i) {
    const engine::TokenLogprobs& first = a.logprobs[i];
    if (a.tokens[i] != b.tokens[i]) {
      out.margin = first.top[0].logprob - first.top[1].logprob;
      break;
    }
    out.noise = std::max(out.noise, std::abs(double{first.chosen.logprob} - b.logprobs[i].chosen.logprob));
  }
  return out;
}

struct Mode {
  engine::DTypeChoice dtype;
  bool invariant;
  const char* name;
};
void PrintTo(const Mode& mode, std::ostream* out) {
  *out << mode.name;
}

class DeviceCuts : public testing::TestWithParam<Mode> {
 protected:
  void SetUp() override {
    if (!onGpu() && (GetParam().invariant || GetParam().dtype != engine::DTypeChoice::Float16)) {
      GTEST_SKIP() << "on the CPU there is one mode, and one type stands for all; HEARTH_TEST_DEVICE=cuda runs this";
    }
    m_folder.write("config.json", kConfig);
  }

  engine::EngineOptions options() const {
    engine::EngineOptions options;
    const char* device = std::getenv("HEARTH_TEST_DEVICE");
    options.device = device != nullptr ? device : "cpu";
    options.modelPath = m_folder.path();
    options.loadFormat = engine::LoadFormat::Dummy;
    options.dtype = GetParam().dtype;
    options.batchInvariant = GetParam().invariant;
    return options;
  }
  static Cut cut(uint32_t prefillTokens = 512) {
    Cut cut;
    cut.contextLength = 1024;
    cut.prefillTokens = prefillTokens;
    cut.sequences = 64;
    cut.nThreads = 1;
    return cut;
  }
  /// Answers are to be the same to the bit.
  bool exact() const { return GetParam().invariant || !onGpu(); }

  /// One after the other, each alone on the device.
  std::vector<Answer> alone(ModelRun& run, const std::vector<Tokens>& prompts, double temperature = 0,
                            int64_t tokens = kTokens) {
    std::vector<Answer> out;
    for (const Tokens& prompt : prompts) out.push_back(run.fullAnswers({prompt}, tokens, temperature, kTop)[0]);
    return out;
  }
  void expectAlike(const std::vector<Answer>& wanted, const std::vector<Answer>& got, const std::string& how,
                   bool toTheBit) {
    ASSERT_EQ(wanted.size(), got.size()) << how;
    if (toTheBit) {
      size_t differ = 0;
      for (size_t i = 0; i < wanted.size(); ++i) differ += same(wanted[i], got[i]) ? 0 : 1;
      EXPECT_EQ(differ, 0u) << "of " << wanted.size() << " answers differ, " << how;
      return;
    }
    double noise = 0;
    std::vector<double> margins;
    for (size_t i = 0; i < wanted.size(); ++i) {
      const Parting parting = partingOf(wanted[i], got[i]);
      noise = std::max(noise, parting.noise);
      if (parting.margin >= 0) margins.push_back(parting.margin);
    }
    // Both sides of a choice may move by the noise.
    for (const double margin : margins) EXPECT_LE(margin, 2 * noise) << "noise " << noise << ", " << how;
    const double allowed = GetParam().dtype == engine::DTypeChoice::Float32 ? 2e-4 : 0.15;
    EXPECT_LT(noise, allowed) << how;
    std::printf("%s, %s: noise %.2e, %zu of %zu answers part\n", GetParam().name, how.c_str(), noise, margins.size(),
                wanted.size());
  }

 private:
  engine::testing::TempFolder m_folder;
};

TEST_P(DeviceCuts, GraphsAndRepetitionsGiveTheSameBits) {
  const std::vector<Tokens> prompts = makePrompts(scaled(16, 3));
  std::vector<Answer> eager;
  {
    engine::EngineOptions without = options();
    without.enforceEager = true;
    ModelRun run(without, cut());
    ASSERT_TRUE(run.ok());
    eager = alone(run, prompts);
  }
  Cut fresh = cut();
  fresh.prefixCache = false;
  ModelRun run(options(), fresh);
  ASSERT_TRUE(run.ok());
  const std::vector<Answer> graphs = alone(run, prompts);
  expectAlike(graphs, alone(run, prompts), "the same again", true);
  expectAlike(eager, graphs, "without graphs", exact());
}

TEST_P(DeviceCuts, BatchesChunksAndHitsDoNotMatter) {
  const std::vector<Tokens> prompts = makePrompts(scaled(64, 8));
  const uint32_t nFew = scaled(16, 6);
  const std::vector<Tokens> few(prompts.begin(), prompts.begin() + nFew), three(prompts.begin(), prompts.begin() + 3);
  Cut fresh = cut();
  fresh.prefixCache = false;
  ModelRun run(options(), fresh);
  ASSERT_TRUE(run.ok());
  const std::vector<Answer> answers = alone(run, prompts);
  const std::vector<Answer> answersOfFew(answers.begin(), answers.begin() + nFew);
  const std::vector<Answer> answersOfThree(answers.begin(), answers.begin() + 3);
  expectAlike(answersOfThree, run.fullAnswers(three, kTokens, 0, kTop), "in a batch of 3", exact());
  expectAlike(answersOfFew, run.fullAnswers(few, kTokens, 0, kTop), "in a batch of " + std::to_string(nFew), exact());
  expectAlike(answers, run.fullAnswers(prompts, kTokens, 0, kTop), "in a batch of " + std::to_string(prompts.size()),
              exact());
  if (exact()) {
    const std::vector<Answer> drawn = alone(run, few, 0.8);
    expectAlike(drawn, run.fullAnswers(few, kTokens, 0.8, kTop), "in a batch of several, sampled", true);
  }
  if (exact() && onGpu()) {
    ModelRun wide(options(), cut(2048));
    ASSERT_TRUE(wide.ok());
    expectAlike(answers, wide.fullAnswers(prompts, kTokens, 0, kTop), "in chunks of up to 2048 rows", true);
  }
  for (const uint32_t chunk : {7u, 64u}) {
    ModelRun chunked(options(), cut(chunk));
    ASSERT_TRUE(chunked.ok());
    const std::string how = "in chunks of " + std::to_string(chunk);
    expectAlike(answersOfFew, chunked.fullAnswers(few, kTokens, 0, kTop), how, exact());
    expectAlike(answersOfFew, chunked.fullAnswers(few, kTokens, 0, kTop), how + ", with prefix hits", exact());
    EXPECT_GT(chunked.stats().cachedPromptTokens, scaled(400, 100));
  }
}

TEST_P(DeviceCuts, APrefixHitAtAChunksEdgeGivesTheSameBits) {
  constexpr uint32_t kChunk = 64, kShared = 2 * kChunk;
  Tokens first, second;
  for (uint32_t i = 0; i < kShared + 30; ++i) {
    first.push_back(static_cast<engine::TokenId>((i * 97 + 3) % kVocab));
    second.push_back(i < kShared ? first.back() : static_cast<engine::TokenId>((i * 31 + 8) % kVocab));
  }
  Answer cold;
  {
    ModelRun run(options(), cut(kChunk));
    ASSERT_TRUE(run.ok());
    cold = run.fullAnswers({second}, kTokens, 0, kTop)[0];
  }
  ModelRun run(options(), cut(kChunk));
  ASSERT_TRUE(run.ok());
  run.fullAnswers({first}, kTokens, 0, kTop);
  const Answer cached = run.fullAnswers({second}, kTokens, 0, kTop)[0];
  EXPECT_EQ(run.stats().cachedPromptTokens, kShared);
  EXPECT_TRUE(same(cold, cached));
}

TEST_P(DeviceCuts, PreemptedAnswersGoOnAsTheyWould) {
  const std::vector<Tokens> prompts = makePrompts(scaled(8, 4));
  std::vector<Answer> answers;
  {
    ModelRun run(options(), cut());
    ASSERT_TRUE(run.ok());
    answers = alone(run, prompts, 0, kLong);
  }
  Cut small = cut();
  small.contextLength = 256;
  small.nBlocks = 16;
  small.prefixCache = false;
  ModelRun run(options(), small);
  ASSERT_TRUE(run.ok());
  expectAlike(answers, run.fullAnswers(prompts, kLong, 0, kTop), "with preemptions", exact());
  EXPECT_GT(run.stats().preemptions, 0u);
}

INSTANTIATE_TEST_SUITE_P(Types, DeviceCuts,
                         testing::Values(Mode{engine::DTypeChoice::BFloat16, true, "bfloat16_invariant"},
                                         Mode{engine::DTypeChoice::Float16, true, "float16_invariant"},
                                         Mode{engine::DTypeChoice::Float32, true, "float32_invariant"},
                                         Mode{engine::DTypeChoice::BFloat16, false, "bfloat16"},
                                         Mode{engine::DTypeChoice::Float16, false, "float16"},
                                         Mode{engine::DTypeChoice::Float32, false, "float32"}),
                         [](const auto& mode) { return std::string(mode.param.name); });

}  // namespace
}  // namespace test_support
