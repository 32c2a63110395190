// Sampling: exact distributions against golden ones, draws, penalties, logprobs, hostile logits.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "kernels/cpu/philox.h"
#include "kernels/cpu/row_sampler.h"
#include "kernels/cpu/sampling_scan.h"
#include "tests/kernels/cpu/simd_targets_test.h"

namespace kernels::cpu {
namespace {

using Json = nlohmann::json;
using test::simdTargets;
using test::UseTarget;

SlotSampling paramsOf(const Json& params) {
  SlotSampling state;
  state.temperature = params.value("temperature", 1.0f);
  state.topK = params.value("top_k", 0);
  state.topP = params.value("top_p", 1.0f);
  state.minP = params.value("min_p", 0.0f);
  state.repetitionPenalty = params.value("repetition_penalty", 1.0f);
  state.presencePenalty = params.value("presence_penalty", 0.0f);
  state.frequencyPenalty = params.value("frequency_penalty", 0.0f);
  if (params.contains("logit_bias"))
    for (const auto& [token, bias] : params["logit_bias"].items()) state.logitBias.emplace_back(std::stoi(token), bias);
  return state;
}

void expectDistribution(const Json& oneCase, const std::vector<float>& logits, const std::vector<double>& want) {
  SlotSampling state = paramsOf(oneCase["params"]);
  state.answerHistory = oneCase["history"].get<std::vector<int32_t>>();
  SamplingSlot slot;
  slot.write(state);
  RowSampler sampler(static_cast<uint32_t>(logits.size()));
  const std::vector<double> got = sampler.distribution(logits, slot);
  ASSERT_EQ(got.size(), want.size());
  double worst = 0.0;
  for (size_t i = 0; i < got.size(); ++i) {
    // A banned token has no probability at all here; the oracle leaves it e^-100 of one.
    EXPECT_EQ(got[i] > 0.0, want[i] > 1e-30) << oneCase["name"] << " token " << i << " of probability " << want[i];
    worst = std::max(worst, std::abs(got[i] - want[i]));
  }
  // Weights are float32: a few roundings of probabilities up to 1.
  EXPECT_LT(worst, 5e-7) << oneCase["name"];
}

TEST(SamplingGolden, DistributionsOfTheRepositorysCases) {
  std::ifstream in(HEARTH_TEST_DATA "/sampling/cases.json");
  const Json golden = Json::parse(in);
  ASSERT_GE(golden["cases"].size(), 8u);
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    for (const Json& oneCase : golden["cases"]) {
      const auto logits = oneCase["logits"].get<std::vector<float>>();
      std::vector<double> want(logits.size(), 0.0);
      for (const auto& [token, p] : oneCase["probs"].items()) want[std::stoul(token)] = p;
      expectDistribution(oneCase, logits, want);
    }
  }
}

// Tensors of a safetensors file written by ourselves.
class GoldenTensors {
 public:
  explicit GoldenTensors(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    uint64_t size = 0;
    in.read(reinterpret_cast<char*>(&size), sizeof size);
    std::string header(size, ' ');
    in.read(header.data(), static_cast<std::streamsize>(size));
    m_header = Json::parse(header);
    m_data.assign(std::istreambuf_iterator<char>(in), {});
  }
  template <class T>
  std::vector<T> get(const std::string& name) const {
    const auto offsets = m_header[name]["data_offsets"].get<std::vector<size_t>>();
    std::vector<T> values((offsets[1] - offsets[0]) / sizeof(T));
    std::memcpy(values.data(), m_data.data() + offsets[0], offsets[1] - offsets[0]);
    return values;
  }

 private:
  Json m_header;
  std::string m_data;
};

TEST(SamplingGolden, DistributionsOfAllSharedCases) {
  const std::string folder = HEARTH_SHARED "/goldens/sampling";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the shared goldens are not here";
  std::ifstream in(folder + "/golden.json");
  const Json golden = Json::parse(in);
  const GoldenTensors tensors(folder + "/golden.safetensors");
  for (const Json& oneCase : golden["cases"]) {
    const std::string name = oneCase["name"];
    expectDistribution(oneCase, tensors.get<float>(name + ".logits"), tensors.get<double>(name + ".probs"));
  }
}

// Known answers of the Random123 distribution.
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

std::vector<float> randomLogits(size_t n, uint32_t seed, float spread) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0f, spread);
  std::vector<float> x(n);
  for (float& v : x) v = normal(generator);
  return x;
}

// Draw frequencies follow the distribution: chi-square over the tokens that matter.
TEST(Sampling, DrawsFollowTheDistribution) {
  const std::vector<float> logits = randomLogits(300, 5, 1.5f);
  SlotSampling configurations[3];
  configurations[1].topP = 0.9f;
  configurations[2].topK = 20;
  for (SlotSampling& state : configurations) {
    state.seed = 99;
    SamplingSlot slot;
    slot.write(state);
    RowSampler sampler(300);
    const std::vector<double> p = sampler.distribution(logits, slot);
    constexpr int kDraws = 20000;
    std::vector<int> counts(300, 0);
    SampledRow row;
    for (int i = 0; i < kDraws; ++i) {
      sampler.sample(logits, &slot, &row);
      ++counts[static_cast<size_t>(row.token)];
    }
    double chi = 0.0;
    int cells = 0;
    for (size_t t = 0; t < p.size(); ++t) {
      if (p[t] == 0.0) {
        EXPECT_EQ(counts[t], 0);
      }
      if (p[t] * kDraws < 8) continue;
      chi += std::pow(counts[t] - p[t] * kDraws, 2) / (p[t] * kDraws);
      ++cells;
    }
    EXPECT_LT(chi, cells + 5 * std::sqrt(2.0 * cells)) << cells << " cells";
  }
}

TEST(Sampling, DrawDependsOnSeedAndIndexAlone) {
  const std::vector<float> logits = randomLogits(5000, 6, 1.0f), others = randomLogits(5000, 7, 3.0f);
  SlotSampling state;
  state.seed = 1234;
  SamplingSlot alone;
  alone.write(state);
  RowSampler sampler(5000);
  std::vector<int32_t> tokens;
  SampledRow row;
  for (int i = 0; i < 8; ++i) {
    sampler.sample(logits, &alone, &row);
    tokens.push_back(row.token);
  }
  EXPECT_GT(std::set<int32_t>(tokens.begin(), tokens.end()).size(), 4u);
  // Resumed in the middle, with a neighbour drawing in between.
  SamplingSlot resumed, neighbour;
  state.drawIndex = 5;
  resumed.write(state);
  neighbour.write(SlotSampling{});
  for (size_t i = 5; i < 8; ++i) {
    sampler.sample(others, &neighbour, &row);
    sampler.sample(logits, &resumed, &row);
    EXPECT_EQ(row.token, tokens[i]);
  }
}

TEST(Sampling, SampledTokensEnterTheHistory) {
  std::vector<float> logits(100, 0.0f);
  logits[3] = 5.0f;
  logits[70] = 4.5f;
  SlotSampling state;
  state.temperature = 0.0f;
  state.presencePenalty = 2.0f;
  SamplingSlot slot;
  slot.write(state);
  RowSampler sampler(100);
  SampledRow row;
  sampler.sample(logits, &slot, &row);
  EXPECT_EQ(row.token, 3);
  EXPECT_EQ(slot.lastToken(), 3);
  sampler.sample(logits, &slot, &row);
  EXPECT_EQ(row.token, 70);
  slot.write(SlotSampling{});
  EXPECT_EQ(slot.lastToken(), 70) << "new parameters must not forget the token that feeds the next step";
}

TEST(Sampling, PromptTokensCountForTheRepetitionPenaltyOnly) {
  std::vector<float> logits(10, 0.0f);
  logits[2] = 4.0f;
  logits[5] = 3.0f;
  SlotSampling state;
  state.temperature = 0.0f;
  state.promptHistory = {2};
  state.presencePenalty = 2.0f;
  RowSampler sampler(10);
  SampledRow row;
  SamplingSlot slot;
  slot.write(state);
  sampler.sample(logits, &slot, &row);
  EXPECT_EQ(row.token, 2);
  state.repetitionPenalty = 2.0f;
  slot.write(state);
  sampler.sample(logits, &slot, &row);
  EXPECT_EQ(row.token, 5);
}

TEST(Sampling, CountsGrowBetweenSteps) {
  TokenCounts counts;
  counts.clear(0);
  for (int32_t token = 0; token < 5000; ++token) {
    counts.add(token * 7919, true);
    counts.add(token * 7919, true);
    counts.makeRoom();
  }
  size_t found = 0;
  for (const TokenCounts::Entry& entry : counts.entries()) {
    if (entry.token < 0) continue;
    ++found;
    EXPECT_EQ(entry.inAnswer, 2u);
  }
  EXPECT_EQ(found, 5000u);
}

TEST(Sampling, BannedTokensAndBiasBans) {
  std::vector<float> logits = {9.0f, 8.0f, 7.0f, 6.0f};
  SlotSampling state;
  state.bannedTokens = {0, -5, 4000};
  state.logitBias = {{1, -100.0f}, {3, 2.0f}, {777, 1.0f}};
  RowSampler sampler(4);
  SamplingSlot slot;
  slot.write(state);
  const std::vector<double> p = sampler.distribution(logits, slot);
  EXPECT_EQ(p[0], 0.0);
  EXPECT_EQ(p[1], 0.0);
  EXPECT_NEAR(p[3], 1.0 / (1.0 + std::exp(-1.0)), 1e-6);
  // With everything banned there is still an answer.
  state.bannedTokens = {0, 1, 2, 3};
  slot.write(state);
  SampledRow row;
  sampler.sample(logits, &slot, &row);
  EXPECT_EQ(row.token, 0);
}

// Whatever the logits: a token of the vocabulary, finite logprobs.
TEST(Sampling, HostileLogitsGiveAToken) {
  const float inf = HUGE_VALF, nan = std::nanf("");
  const std::vector<std::vector<float>> rows = {std::vector<float>(200, nan),     std::vector<float>(200, -inf),
                                                std::vector<float>(200, inf),     std::vector<float>(200, 0.0f),
                                                std::vector<float>(200, FLT_MAX), std::vector<float>(200, -FLT_MAX),
                                                {nan, -inf, inf, 1.0f, FLT_MAX},  {-inf, -inf, -inf, 2.0f},
                                                {1e-40f, -1e-40f, 0.0f},          {FLT_MAX, -FLT_MAX}};
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    for (const std::vector<float>& logits : rows) {
      for (const float temperature : {0.0f, 1e-38f, 0.01f, 1.0f, 1e38f}) {
        for (const float topP : {1.0f, 0.999f, 0.0f}) {
          for (const int32_t topK : {0, 1, 7}) {
            SlotSampling state;
            state.temperature = temperature;
            state.topP = topP;
            state.topK = topK;
            state.minP = topK == 7 ? 0.5f : 0.0f;
            state.repetitionPenalty = 1.1f;
            state.promptHistory = {0, 1};
            state.topLogprobs = 3;
            SamplingSlot slot;
            slot.write(state);
            RowSampler sampler(200);
            SampledRow row;
            sampler.sample(logits, &slot, &row);
            ASSERT_GE(row.token, 0);
            ASSERT_LT(row.token, static_cast<int32_t>(logits.size()));
            ASSERT_TRUE(row.logprob <= 0.0f && row.logprob >= -9999.0f) << row.logprob;
            ASSERT_EQ(row.top.size(), std::min<size_t>(3, logits.size()));
            for (const TokenLogprob& t : row.top) ASSERT_TRUE(t.logprob <= 0.0f && t.logprob >= -9999.0f) << t.logprob;
          }
        }
      }
    }
  }
}

TEST(Sampling, LogprobsAreOfTheRawLogits) {
  const std::vector<float> logits = randomLogits(1000, 8, 2.0f);
  double sum = 0.0;
  for (const float x : logits) sum += std::exp(double{x});
  SlotSampling state;
  state.temperature = 0.3f;
  state.topK = 2;
  state.topLogprobs = 5;
  SamplingSlot slot;
  slot.write(state);
  RowSampler sampler(1000);
  SampledRow row;
  sampler.sample(logits, &slot, &row);
  EXPECT_NEAR(row.logprob, logits[static_cast<size_t>(row.token)] - std::log(sum), 1e-5);
  std::vector<float> sorted = logits;
  std::sort(sorted.rbegin(), sorted.rend());
  ASSERT_EQ(row.top.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(row.top[i].logprob, sorted[i] - std::log(sum), 1e-5);
    EXPECT_EQ(logits[static_cast<size_t>(row.top[i].token)], sorted[i]);
  }
}

// Large vocabulary, flat and steep: the same set as sorting everything would keep.
TEST(Sampling, CutsEqualThoseOfAFullSort) {
  for (const float spread : {0.01f, 1.0f, 6.0f}) {
    const std::vector<float> logits = randomLogits(40000, 9, spread);
    std::vector<double> p(logits.size());
    double sum = 0.0;
    for (size_t i = 0; i < p.size(); ++i) sum += p[i] = std::exp(double{logits[i]});
    std::vector<size_t> order(p.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return logits[a] > logits[b]; });
    for (const float topP : {0.05f, 0.5f, 0.95f}) {
      SlotSampling state;
      state.topP = topP;
      SamplingSlot slot;
      slot.write(state);
      const std::vector<double> got = RowSampler(40000).distribution(logits, slot);
      double mass = 0.0;
      size_t want = 0;
      while (mass < double{topP} * sum) mass += p[order[want++]];
      const auto kept = static_cast<size_t>(std::count_if(got.begin(), got.end(), [](double v) { return v > 0.0; }));
      // Float32 weights may move the cut by a token in ten thousand.
      EXPECT_NEAR(static_cast<double>(kept), static_cast<double>(want), 1.0 + 1e-4 * static_cast<double>(want));
      EXPECT_GT(got[order[0]], 0.0);
    }
  }
}

TEST(SamplingScan, ArgMaxTakesTheFirstLargestOnEveryTarget) {
  for (const int64_t target : simdTargets()) {
    const UseTarget use(target);
    for (size_t n = 1; n < 150; ++n) {
      std::vector<float> x = randomLogits(n + 1, static_cast<uint32_t>(n), 1.0f);
      x.erase(x.begin());  // not at an aligned address of the allocation's begin
      x[n / 3] = 50.0f;
      x[n - 1] = std::max(x[n - 1], n % 2 == 0 ? 50.0f : x[n - 1]);
      if (n > 6) x[1] = std::nanf("");
      EXPECT_EQ(argMax(x.data(), n), n / 3) << n;
    }
  }
}

}  // namespace
}  // namespace kernels::cpu
