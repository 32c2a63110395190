// Sampling on the device against the CPU backend's: the same tokens for the same logits, seeds and histories.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <numeric>
#include <set>

#include "kernels/cpu/row_sampler.h"
#include "tests/kernels/cuda/sampling_reference.h"
#include "tests/kernels/cuda/sampling_rig.h"

namespace kernels::cuda {
namespace {

using test::check;
using test::compareWithCpu;
using test::Comparison;
using test::Logits;
using test::makeLogits;
using test::Rig;

class CudaSampling : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!test::haveDevice()) GTEST_SKIP() << "no NVIDIA GPU: the device's sampler cannot run";
  }
};

std::vector<int32_t> randomTokens(size_t count, uint32_t nVocab, std::mt19937& generator) {
  std::vector<int32_t> out(count);
  // Squared, so that some tokens occur often.
  for (int32_t& token : out) {
    const double x = static_cast<double>(generator()) / 4294967296.0;
    token = static_cast<int32_t>(x * x * nVocab);
  }
  return out;
}

constexpr uint32_t kStyles = 24;

/// One of many ways to sample, with random numbers where there is a choice.
SlotSampling stateOf(uint32_t style, uint32_t nVocab, uint32_t seed) {
  std::mt19937 generator(seed);
  const auto pick = [&](std::initializer_list<float> values) { return values.begin()[generator() % values.size()]; };
  SlotSampling state;
  state.seed = uint64_t{generator()} << 32 | generator();
  state.drawIndex = generator() % 5;
  state.temperature = pick({0.3f, 0.8f, 1.0f, 1.7f});
  switch (style % 12) {
    case 0:
      state.temperature = 0.0f;
      break;
    case 1:
      break;
    case 2:
      state.topK = 40;
      state.topP = 0.95f;
      break;
    case 3:
      state.topP = pick({0.1f, 0.5f, 0.9f, 0.99f, 0.9999f});
      break;
    case 4:
      state.topK = 1 + static_cast<int32_t>(generator() % 200);
      break;
    case 5:
      state.minP = pick({0.02f, 0.3f, 1.0f, 0.0001f});
      break;
    case 6:
      state.topK = 100;
      state.topP = 0.9f;
      state.minP = 0.05f;
      break;
    case 7:
      state.topP = pick({0.0f, 1e-6f});
      state.topK = pick({0.0f, 5.0f}) > 0.0f ? 5 : 0;
      break;
    case 8:
      state.topK = 1;
      break;
    case 9:
      state.topK = 1500 + static_cast<int32_t>(generator() % 3000);
      state.topP = pick({1.0f, 0.7f});
      break;
    case 10:
      state.topP = 0.8f;
      state.minP = pick({0.2f, 0.001f});
      break;
    case 11:
      state.temperature = pick({1e-3f, 1e-38f, 1e38f, 20.0f});
      break;
    default:
      break;
  }
  if (style >= 12) {
    const auto kind = generator() % 4;
    if (kind != 0) {
      state.repetitionPenalty = pick({1.0f, 1.3f, 0.7f});
      state.presencePenalty = pick({0.0f, 1.5f, -1.0f});
      state.frequencyPenalty = pick({0.0f, 0.25f, -0.5f, 1.0f});
      state.promptHistory = randomTokens(generator() % 3000, nVocab + 10, generator);
      state.answerHistory = randomTokens(generator() % 500, nVocab, generator);
    }
    if (kind != 1) {
      for (int i = 0; i < 40; ++i) {
        const auto token = static_cast<int32_t>(generator() % (nVocab + 5));
        state.logitBias.emplace_back(token, pick({-100.0f, 3.0f, -2.5f, 0.125f, 100.0f}));
      }
      for (int i = 0; i < 5; ++i) state.bannedTokens.push_back(static_cast<int32_t>(generator() % nVocab));
      state.bannedTokens.push_back(-7);
    }
    const int32_t wanted[] = {-1, 0, 1, 5, 20, 64};
    state.topLogprobs = wanted[generator() % 6];
  }
  return state;
}

struct Shape {
  uint32_t nVocab, cols;
};
constexpr Shape kShapes[] = {{1, 1},         {7, 8},           {33, 33},         {1000, 1003},    {1024, 1024},
                             {2048, 2050},   {2049, 2049},     {5000, 5120},     {32003, 32003},  {49152, 49152},
                             {65537, 65540}, {128256, 128256}, {151936, 151936}, {262144, 262144}};

TEST_F(CudaSampling, DrawsTheTokensOfTheCpuBackend) {
  size_t total = 0, different = 0;
  for (const Shape& shape : kShapes) {
    constexpr Logits kKinds[] = {Logits::Normal, Logits::Steep, Logits::Flat,    Logits::Peaked,
                                 Logits::Ties,   Logits::Equal, Logits::Hostile, Logits::Constant};
    const auto perKind = static_cast<uint32_t>(shape.nVocab > 60000 ? kStyles : 3 * kStyles);
    Rig rig(shape.nVocab, shape.cols, perKind, perKind);
    for (const Logits kind : kKinds) {
      std::vector<std::vector<float>> logits;
      std::vector<SlotSampling> states;
      std::vector<int32_t> slots(perKind);
      std::iota(slots.begin(), slots.end(), 0);
      for (uint32_t r = 0; r < perKind; ++r) {
        const uint32_t seed = shape.nVocab * 31 + static_cast<uint32_t>(kind) * 1000 + r;
        logits.push_back(makeLogits(kind, shape.nVocab, seed));
        states.push_back(stateOf(r % kStyles, shape.nVocab, seed));
        rig.setRow(r, logits[r]);
        rig.write(r, states[r]);
      }
      rig.setSlots(slots);
      const std::vector<SampledRow> rows = rig.run(perKind);
      for (uint32_t r = 0; r < perKind; ++r) {
        const Comparison c = compareWithCpu(logits[r], states[r], rows[r]);
        ++total;
        different += c.same ? 0 : 1;
        EXPECT_TRUE(c.accepted) << shape.nVocab << " tokens, logits " << static_cast<int>(kind) << ", style "
                                << r % kStyles << ": " << c.text;
      }
    }
  }
  RecordProperty("rows", static_cast<int>(total));
  RecordProperty("decidedByRounding", static_cast<int>(different));
  EXPECT_LT(different * 100, total) << different << " of " << total << " draws decided by rounding";
}

// Every step the CPU's slot is made anew from the tokens that the device drew: its own history must say the same.
TEST_F(CudaSampling, HistoriesGrowOnTheDevice) {
  constexpr uint32_t kVocab = 3000, kRows = 48;
  Rig rig(kVocab, kVocab, kRows, kRows);
  std::vector<SlotSampling> states;
  std::vector<int32_t> slots(kRows);
  for (uint32_t r = 0; r < kRows; ++r) {
    slots[r] = static_cast<int32_t>(kRows - 1 - r);
    SlotSampling state = stateOf(12 + r % 12, 50, r);  // histories among few tokens
    state.frequencyPenalty = 0.75f;
    states.push_back(state);
    rig.write(kRows - 1 - r, state);
  }
  rig.setSlots(slots);
  size_t different = 0;
  for (uint32_t step = 0; step < 30; ++step) {
    std::vector<std::vector<float>> logits;
    for (uint32_t r = 0; r < kRows; ++r) {
      logits.push_back(makeLogits(Logits::Normal, kVocab, step * 100 + r));
      for (uint32_t token = 0; token < 60; ++token) logits[r][token] += 6.0f;
      rig.setRow(r, logits[r]);
    }
    const std::vector<SampledRow> rows = rig.run(kRows);
    for (uint32_t r = 0; r < kRows; ++r) {
      const Comparison c = compareWithCpu(logits[r], states[r], rows[r]);
      EXPECT_TRUE(c.accepted) << "step " << step << ", row " << r << ": " << c.text;
      different += c.same ? 0 : 1;
      states[r].answerHistory.push_back(rows[r].token);
      ++states[r].drawIndex;
    }
  }
  EXPECT_LT(different, 5u);
  std::vector<int32_t> last(kRows);
  check(cudaMemcpy(last.data(), rig.sampler.lastTokens(), kRows * sizeof(int32_t), cudaMemcpyDeviceToHost));
  for (uint32_t r = 0; r < kRows; ++r) EXPECT_EQ(last[kRows - 1 - r], states[r].answerHistory.back());
  // New parameters keep the token that feeds the next step.
  rig.write(0, SlotSampling{});
  check(cudaStreamSynchronize(rig.stream()));
  int32_t kept = -1;
  check(cudaMemcpy(&kept, rig.sampler.lastTokens(), sizeof kept, cudaMemcpyDeviceToHost));
  EXPECT_EQ(kept, states[kRows - 1].answerHistory.back());
}

// A count that a mark cannot hold goes on elsewhere.
TEST_F(CudaSampling, CountsBeyondAMarkStayExact) {
  constexpr uint32_t kVocab = 40;
  std::vector<float> logits(kVocab, 0.0f);
  logits[7] = 60.0f;
  logits[9] = 60.0f - 16390.5f / 512.0f;
  for (const size_t start : {16378u, 16383u, 16388u}) {
    Rig rig(kVocab, kVocab, 1, 1);
    SlotSampling state;
    state.temperature = 0.0f;
    state.frequencyPenalty = 1.0f / 512.0f;
    state.answerHistory.assign(start, 7);
    rig.write(0, state);
    rig.setRow(0, logits);
    rig.setSlots({0});
    cpu::SamplingSlot slot;
    slot.write(state);
    cpu::RowSampler sampler(kVocab);
    std::set<int32_t> seen;
    for (int step = 0; step < 20; ++step) {
      SampledRow want;
      sampler.sample(logits, &slot, &want);
      slot.settle();
      EXPECT_EQ(rig.run(1)[0].token, want.token) << "from " << start << ", step " << step;
      seen.insert(want.token);
    }
    EXPECT_EQ(seen.size(), 2u);
  }
}

bool sameRow(const SampledRow& a, const SampledRow& b) {
  return a.token == b.token && a.logprob == b.logprob &&
         std::equal(
             a.top.begin(), a.top.end(), b.top.begin(), b.top.end(),
             [](const TokenLogprob& x, const TokenLogprob& y) { return x.token == y.token && x.logprob == y.logprob; });
}

TEST_F(CudaSampling, NeighboursAndTheirOrderDoNotMatter) {
  for (const uint32_t nVocab : {4099u, 128256u}) {
    constexpr uint32_t kRows = 40;
    Rig rig(nVocab, nVocab, kRows, kRows);
    std::vector<std::vector<float>> logits;
    std::vector<SlotSampling> states;
    for (uint32_t r = 0; r < kRows; ++r) {
      logits.push_back(makeLogits(static_cast<Logits>(r % 8), nVocab, r));
      states.push_back(stateOf(r * 5 % kStyles, nVocab, 77 + r));
    }
    const auto sampled = [&](const std::vector<int32_t>& order) {
      for (size_t r = 0; r < order.size(); ++r) {
        const auto which = static_cast<size_t>(order[r]);
        rig.setRow(static_cast<uint32_t>(r), logits[which]);
        rig.write(static_cast<uint32_t>(which), states[which]);
      }
      rig.setSlots(order);
      return rig.run(static_cast<uint32_t>(order.size()));
    };
    std::vector<int32_t> order(kRows);
    std::iota(order.begin(), order.end(), 0);
    const std::vector<SampledRow> want = sampled(order);
    std::mt19937 generator(5);
    for (const size_t count : {size_t{kRows}, size_t{kRows}, size_t{17}, size_t{2}, size_t{1}}) {
      std::shuffle(order.begin(), order.end(), generator);
      const std::vector<int32_t> some(order.begin(), order.begin() + static_cast<ptrdiff_t>(count));
      const std::vector<SampledRow> rows = sampled(some);
      for (size_t r = 0; r < count; ++r)
        EXPECT_TRUE(sameRow(rows[r], want[static_cast<size_t>(some[r])])) << "row " << some[r] << " of " << count;
    }
  }
}

TEST_F(CudaSampling, ACapturedGraphSamplesOnAndLeavesPaddingAlone) {
  constexpr uint32_t kVocab = 5000, kRows = 8;
  Rig rig(kVocab, kVocab, kRows, kRows), eager(kVocab, kVocab, kRows, kRows);
  for (uint32_t r = 0; r < kRows; ++r) {
    for (Rig* each : {&rig, &eager}) {
      each->setRow(r, makeLogits(Logits::Normal, kVocab, r));
      each->write(r, stateOf(r + 12, kVocab, r));
    }
  }
  rig.setSlots({0, 1, 2, 3, 4, 5, 6, 7});
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  check(cudaStreamSynchronize(rig.stream()));
  check(cudaStreamBeginCapture(rig.stream(), cudaStreamCaptureModeThreadLocal));
  rig.enqueue(kRows, 1);
  check(cudaStreamEndCapture(rig.stream(), &graph));
  check(cudaGraphInstantiate(&executable, graph, 0));
  const std::vector<std::vector<int32_t>> steps = {
      {0, 1, 2, 3, 4, 5, 6, 7}, {3, -1, 0}, {5}, {0, 1, 2, -1, 4, 5, 6, 7}};
  for (const std::vector<int32_t>& slots : steps) {
    rig.setSlots(slots);
    eager.setSlots(slots);
    check(cudaGraphLaunch(executable, rig.stream()));
    const std::vector<SampledRow> got = rig.collect(kRows, 1), want = eager.run(kRows);
    for (uint32_t r = 0; r < kRows; ++r) {
      EXPECT_TRUE(sameRow(got[r], want[r])) << r;
      EXPECT_EQ(got[r].token >= 0, r < slots.size() && slots[r] >= 0) << r;
    }
  }
  check(cudaGraphExecDestroy(executable));
  check(cudaGraphDestroy(graph));
}

// Chi-square over 102,400 draws: 256 slots with seeds of their own, 400 draws each.
TEST_F(CudaSampling, DrawsFollowTheDistribution) {
  constexpr uint32_t kVocab = 300, kRows = 256, kSteps = 400;
  const std::vector<float> logits = makeLogits(Logits::Normal, kVocab, 5);
  for (const uint32_t style : {1u, 3u, 6u}) {
    SlotSampling state = stateOf(style, kVocab, 3);
    state.temperature = 1.0f;
    state.topP = std::max(state.topP, 0.5f);
    Rig rig(kVocab, kVocab, kRows, kRows);
    std::vector<int32_t> slots(kRows);
    std::iota(slots.begin(), slots.end(), 0);
    for (uint32_t r = 0; r < kRows; ++r) {
      rig.setRow(r, logits);
      state.seed = 1000 + r;
      state.drawIndex = 0;
      rig.write(r, state);
    }
    rig.setSlots(slots);
    std::vector<uint32_t> counts(kVocab, 0);
    for (uint32_t step = 0; step < kSteps; ++step)
      for (const SampledRow& row : rig.run(kRows)) ++counts.at(static_cast<size_t>(row.token));
    cpu::SamplingSlot slot;
    slot.write(state);
    cpu::RowSampler sampler(kVocab);
    const std::vector<double> p = sampler.distribution(logits, slot);
    double chi = 0.0;
    int cells = 0;
    for (size_t t = 0; t < p.size(); ++t) {
      const double expected = p[t] * kRows * kSteps;
      if (p[t] == 0.0) {
        EXPECT_EQ(counts[t], 0u);
      }
      if (expected < 8) continue;
      chi += std::pow(counts[t] - expected, 2) / expected;
      ++cells;
    }
    EXPECT_LT(chi, cells + 5 * std::sqrt(2.0 * cells)) << cells << " cells, style " << style;
  }
}

TEST_F(CudaSampling, HostileLogitsGiveTheCpusToken) {
  const float inf = HUGE_VALF, nan = std::nanf("");
  const std::vector<std::vector<float>> rows = {
      {nan, nan, nan, nan},           {-inf, -inf, -inf, -inf},        {inf, inf, inf, inf},
      {nan, -inf, nan, -inf},         {nan, -inf, inf, FLT_MAX},       {-inf, -inf, -inf, 2.0f},
      {1e-40f, -1e-40f, 0.0f, -0.0f}, {FLT_MAX, -FLT_MAX, 0.0f, 1.0f}, {-0.0f, 0.0f, 0.0f, -0.0f}};
  uint32_t seed = 0;
  for (uint32_t wide = 0; wide < 2; ++wide) {
    const uint32_t nVocab = wide == 0 ? 4 : 3000;
    Rig rig(nVocab, nVocab, 1, 1);
    rig.setSlots({0});
    for (std::vector<float> logits : rows) {
      logits.resize(nVocab, logits[seed % 4]);
      rig.setRow(0, logits);
      for (const float temperature : {0.0f, 1e-38f, 1.0f, 1e38f}) {
        for (const uint32_t cut : {0u, 1u, 2u, 3u}) {
          for (const bool ban : {false, true}) {
            SlotSampling state;
            state.temperature = temperature;
            state.topP = cut == 1 ? 0.0f : cut == 3 ? 0.999f : 1.0f;
            state.topK = cut == 2 ? 3 : 0;
            state.minP = cut == 2 ? 0.5f : 0.0f;
            state.seed = ++seed;
            state.topLogprobs = static_cast<int32_t>(seed % 5) - 1;
            if (ban) {
              state.bannedTokens.resize(nVocab);
              std::iota(state.bannedTokens.begin(), state.bannedTokens.end(), 0);
              state.repetitionPenalty = 1.1f;
              state.promptHistory = {0, 1};
            }
            rig.write(0, state);
            const Comparison c = compareWithCpu(logits, state, rig.run(1)[0]);
            EXPECT_TRUE(c.accepted) << "row of " << logits[0] << ", temperature " << temperature << ", cut " << cut
                                    << ", banned " << ban << ": " << c.text;
          }
        }
      }
    }
  }
}

// Far more than the staging memory holds, with launches in between.
TEST_F(CudaSampling, ManySlotsWrittenAtOnceArriveInOrder) {
  constexpr uint32_t kVocab = 20000, kRows = 16;
  Rig rig(kVocab, kVocab, kRows, kRows);
  std::vector<int32_t> slots(kRows);
  std::iota(slots.begin(), slots.end(), 0);
  rig.setSlots(slots);
  const std::vector<float> flat(kVocab, 0.0f);
  for (uint32_t r = 0; r < kRows; ++r) rig.setRow(r, flat);
  for (uint32_t round = 0; round < 40; ++round) {
    for (uint32_t r = 0; r < kRows; ++r) {
      // Every token but one has been seen, and is penalised.
      SlotSampling state;
      state.temperature = 0.0f;
      state.presencePenalty = 1.0f;
      state.answerHistory.resize(kVocab);
      std::iota(state.answerHistory.begin(), state.answerHistory.end(), 0);
      state.answerHistory[round * 100 + r] = 0;
      rig.write(r, state);
    }
    rig.enqueue(kRows, round % 2);
    if (round % 5 != 4) continue;
    const std::vector<SampledRow> rows = rig.collect(kRows, round % 2);
    for (uint32_t r = 0; r < kRows; ++r) EXPECT_EQ(rows[r].token, static_cast<int32_t>(round * 100 + r));
  }
}

TEST_F(CudaSampling, MemoryIsWhatWasSaid) {
  for (const uint32_t nVocab : {1000u, 128256u}) {
    Sampler sampler;
    check(sampler.createSlots(64));
    const uint64_t generation = sampler.generation();
    check(sampler.prepare(nVocab, 64));
    EXPECT_NE(sampler.generation(), generation);
    EXPECT_EQ(sampler.bytes(), Sampler::bytesFor(nVocab, 64));
    const uint64_t settled = sampler.generation();
    check(sampler.prepare(nVocab / 2, 3));
    EXPECT_EQ(sampler.generation(), settled);
    EXPECT_EQ(sampler.bytes(), Sampler::bytesFor(nVocab, 64));
  }
}

TEST_F(CudaSampling, RefusesWhatItHasNoRoomFor) {
  Sampler sampler;
  check(sampler.createSlots(2));
  SlotSampling state;
  EXPECT_TRUE(sampler.writeSlot(1, state, nullptr).ok());
  EXPECT_EQ(sampler.writeSlot(2, state, nullptr).code(), StatusCode::InvalidArgument);
  state.presencePenalty = 1.0f;
  EXPECT_EQ(sampler.writeSlot(0, state, nullptr).code(), StatusCode::InvalidArgument);
  check(sampler.prepare(100, 4));
  EXPECT_TRUE(sampler.writeSlot(0, state, nullptr).ok());
  state.bannedTokens.assign(kMaxListed + 1, 3);
  EXPECT_EQ(sampler.writeSlot(0, state, nullptr).code(), StatusCode::Unsupported);
  EXPECT_EQ(sampler.prepare(kMaxSampleVocab + 1, 1).code(), StatusCode::Unsupported);
  EXPECT_EQ(sampler.launch(nullptr, 200, 200, 1, StepView{}, nullptr), cudaErrorInvalidValue);
  EXPECT_EQ(sampler.launch(nullptr, 100, 100, 5, StepView{}, nullptr), cudaErrorInvalidValue);
  check(cudaDeviceSynchronize());
}

}  // namespace
}  // namespace kernels::cuda
