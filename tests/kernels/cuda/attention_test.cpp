// Attention on the device against softmax in double, and its promise of equal bits in any company.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "kernels/cuda/ops/attention.h"
#include "kernels/cuda/ops/ops.h"
#include "tests/kernels/cuda/attention_bed.h"

namespace kernels::cuda {
namespace {

cudaError_t chosenWay(const AttentionArgs& args, cudaStream_t stream) {
  return launchAttention(args, deviceMajor(), stream);
}

/// Output rows of one sequence.
std::vector<std::byte> rowsOf(const std::vector<std::byte>& out, const BedCase& bedCase, size_t sequence) {
  const size_t rowBytes = size_t{bedCase.heads.nHeads} * bedCase.heads.headDim * (bedCase.type == DType::F32 ? 4 : 2);
  size_t first = 0;
  for (size_t s = 0; s < sequence; ++s) first += bedCase.sequences[s].nTokens;
  const auto begin = out.begin() + static_cast<std::ptrdiff_t>(first * rowBytes);
  return {begin, begin + static_cast<std::ptrdiff_t>(bedCase.sequences[sequence].nTokens * rowBytes)};
}

std::vector<std::byte> resultOf(const BedCase& bedCase) {
  std::vector<std::byte> out;
  AttentionBed bed(bedCase);
  EXPECT_TRUE(bed.ready());
  if (bed.ready()) {
    EXPECT_EQ(bed.run(chosenWay, &out), cudaSuccess) << bedCase.name();
  }
  return out;
}

class CudaAttention : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const char* why = whyNoDevice()) GTEST_SKIP() << why;
  }
  void check(const BedCase& bedCase, uint32_t nSamples = 24) {
    AttentionBed bed(bedCase);
    ASSERT_TRUE(bed.ready()) << bedCase.name();
    std::vector<std::byte> out, again;
    ASSERT_EQ(bed.run(chosenWay, &out), cudaSuccess) << bedCase.name();
    const double error = bed.worstError(out, nSamples);
    EXPECT_LE(error, 1.0) << bedCase.name();
    m_worst = std::max(m_worst, error);
    ASSERT_EQ(bed.run(chosenWay, &again), cudaSuccess) << bedCase.name();
    EXPECT_EQ(out, again) << bedCase.name();
  }
  void TearDown() override {
    if (m_worst > 0) RecordProperty("worstOfBound", std::to_string(m_worst));
  }
  double m_worst = 0;
};

/// The head shapes of the tests: every tiled size, groups of 1 to 16 and beyond.
std::vector<HeadShape> headShapes() {
  std::vector<HeadShape> shapes;
  for (const uint32_t dim : {64u, 80u, 96u, 128u, 256u})
    for (const uint32_t group : {1u, 3u, 4u, 7u, 8u, 16u}) shapes.push_back({2 * group, 2, dim});
  shapes.push_back({71, 1, 64});
  shapes.push_back({24, 1, 128});
  shapes.push_back({6, 3, 40});
  return shapes;
}

TEST_F(CudaAttention, DecodeOfEveryHeadShape) {
  for (const HeadShape& heads : headShapes())
    for (const DType type : {DType::BF16, DType::F16}) {
      BedCase c{.heads = heads, .type = type, .cacheType = type, .padRows = 3};
      uint32_t seed = 1;
      for (const uint32_t context : {0u, 1u, 14u, 15u, 16u, 17u, 63u, 64u, 255u, 256u, 300u, 777u, 1500u})
        c.sequences.push_back({.context = context, .seed = seed++});
      check(c);
      c.queryScale = 4.0f;
      c.softcap = 20.0f;
      c.window = 100;
      c.alibi = true;
      check(c, 12);
    }
}

TEST_F(CudaAttention, PrefillOfEveryHeadShape) {
  for (const HeadShape& heads : headShapes())
    for (const DType type : {DType::BF16, DType::F16}) {
      BedCase c{.heads = heads, .type = type, .cacheType = type, .padRows = 5};
      c.sequences = {{.context = 0, .nTokens = 200, .seed = 1}, {.context = 130, .nTokens = 2, .seed = 2},
                     {.context = 31, .nTokens = 1, .seed = 3},  {.context = 500, .nTokens = 70, .seed = 4},
                     {.context = 0, .nTokens = 1, .seed = 5},   {.context = 0, .nTokens = 33, .seed = 6},
                     {.context = 1000, .nTokens = 1, .seed = 7}};
      check(c, 36);
      c.queryScale = 4.0f;
      c.softcap = 20.0f;
      c.window = 100;
      c.alibi = true;
      check(c, 24);
    }
}

TEST_F(CudaAttention, FloatsAndMixedTypes) {
  for (const auto& [type, cache] : {std::pair{DType::F32, DType::F32},
                                    {DType::F32, DType::F16},
                                    {DType::BF16, DType::F16},
                                    {DType::F32, DType::BF16}}) {
    BedCase c{.heads = {8, 2, 64}, .type = type, .cacheType = cache};
    c.sequences = {{.context = 100, .nTokens = 1, .seed = 1}, {.context = 17, .nTokens = 40, .seed = 2}};
    check(c);
  }
}

TEST_F(CudaAttention, OneBendAtATime) {
  for (const int bend : {0, 1, 2}) {
    BedCase c{.heads = {8, 2, 128}, .queryScale = 6.0f};
    c.softcap = bend == 0 ? 5.0f : 0.0f;
    c.window = bend == 1 ? 37 : 0;
    c.alibi = bend == 2;
    c.sequences = {{.context = 900, .nTokens = 1, .seed = 1},
                   {.context = 90, .nTokens = 300, .seed = 2},
                   {.context = 36, .nTokens = 1, .seed = 3},
                   {.context = 5, .nTokens = 64, .seed = 4}};
    check(c, 40);
  }
}

TEST_F(CudaAttention, LongContexts) {
  BedCase c{.heads = {8, 1, 128}};
  c.sequences = {{.context = 32767, .seed = 1}, {.context = 9000, .seed = 2}, {.context = 12345, .seed = 3}};
  check(c);
  c.sequences = {{.context = 20000, .nTokens = 257, .seed = 1}, {.context = 8191, .nTokens = 1, .seed = 3}};
  check(c);
  c = {.heads = {32, 8, 64}, .type = DType::F16, .cacheType = DType::F16};
  c.sequences = {{.context = 0, .nTokens = 3000, .seed = 1}};
  check(c);
}

TEST_F(CudaAttention, ManySequences) {
  std::mt19937 random(3);
  BedCase c{.heads = {8, 2, 128}};
  for (uint32_t i = 0; i < 64; ++i)
    c.sequences.push_back({.context = static_cast<uint32_t>(random() % 600), .seed = i});
  check(c, 64);
  for (uint32_t i = 0; i < 64; i += 3) c.sequences[i].nTokens = 2 + static_cast<uint32_t>(random() % 50);
  check(c, 64);
}

/// Sequences have the bits they have alone, whatever stands beside them, before them, or is only padding.
TEST_F(CudaAttention, BitsDoNotDependOnNeighbours) {
  for (const HeadShape& heads : {HeadShape{32, 8, 128}, HeadShape{14, 2, 64}, HeadShape{8, 1, 256}}) {
    const std::vector<BedSequence> wanted = {{.context = 700, .seed = 1},
                                             {.context = 8000, .seed = 2},
                                             {.context = 130, .nTokens = 90, .seed = 3},
                                             {.context = 5, .seed = 4}};
    std::vector<std::vector<std::byte>> alone;
    for (const BedSequence& s : wanted) alone.push_back(resultOf({.heads = heads, .sequences = {s}}));
    BedCase c{.heads = heads, .padRows = 7, .maxContextBound = 20000};
    for (uint32_t i = 0; i < 70; ++i)
      c.sequences.push_back({.context = i * 37 % 1500, .nTokens = i % 9 == 0 ? 20 + i : 1, .seed = 100 + i});
    for (size_t i = 0; i < wanted.size(); ++i)
      c.sequences.insert(c.sequences.begin() + static_cast<std::ptrdiff_t>(i * 20), wanted[i]);
    const std::vector<std::byte> together = resultOf(c);
    ASSERT_FALSE(together.empty());
    for (size_t i = 0; i < wanted.size(); ++i)
      EXPECT_EQ(rowsOf(together, c, i * 20), alone[i]) << c.name() << ": sequence " << i;
  }
}

/// More splits than scratch has slots for: the rest are done whole, with the same bits.
TEST_F(CudaAttention, BitsDoNotDependOnScratch) {
  BedCase c{.heads = {4, 1, 64}};
  for (uint32_t i = 0; i < 150; ++i) c.sequences.push_back({.context = 4000, .seed = 1 + i % 2});
  const std::vector<std::byte> together = resultOf(c);
  for (const size_t i : {0, 1, 148, 149})
    EXPECT_EQ(rowsOf(together, c, i), resultOf({.heads = c.heads, .sequences = {c.sequences[i]}})) << "sequence " << i;
}

/// A prompt has the bits it has in one piece, wherever it is cut.
TEST_F(CudaAttention, BitsDoNotDependOnChunks) {
  for (const HeadShape& heads : {HeadShape{32, 8, 128}, HeadShape{12, 4, 96}, HeadShape{7, 1, 64}})
    for (const uint32_t window : {0u, 150u}) {
      const uint32_t length = 600;
      BedCase c{.heads = heads, .sequences = {{.context = 0, .nTokens = length, .seed = 9}}, .window = window};
      const std::vector<std::byte> whole = resultOf(c);
      for (const std::vector<uint32_t>& cuts : {std::vector<uint32_t>{100}, {2, 17, 300}, {64, 128, 512}}) {
        std::vector<std::byte> joined;
        uint32_t from = 0;
        std::vector<uint32_t> ends = cuts;
        ends.push_back(length);
        for (const uint32_t end : ends) {
          c.sequences = {{.context = from, .nTokens = end - from, .seed = 9}};
          const std::vector<std::byte> piece = resultOf(c);
          joined.insert(joined.end(), piece.begin(), piece.end());
          from = end;
        }
        EXPECT_EQ(joined, whole) << c.name();
      }
    }
}

/// In one order, tokens one by one have the bits of the prompt in one piece, whatever stands beside them.
TEST_F(CudaAttention, OneOrderHasTheSameBitsTokenByToken) {
  for (const DType type : {DType::BF16, DType::F16})
    for (const HeadShape& heads :
         {HeadShape{32, 8, 128}, HeadShape{12, 4, 96}, HeadShape{7, 1, 64}, HeadShape{8, 1, 256}})
      for (const uint32_t window : {0u, 150u}) {
        const uint32_t length = 600;
        BedCase c{.heads = heads, .type = type, .cacheType = type, .window = window, .oneOrder = true};
        c.sequences = {{.context = 0, .nTokens = length, .seed = 9}};
        const std::vector<std::byte> whole = resultOf(c);
        ASSERT_FALSE(whole.empty());
        const size_t rowBytes = whole.size() / length;
        c.padRows = 3;
        c.sequences.clear();
        std::vector<uint32_t> positions;
        for (uint32_t at = 0; at < length; at += 1 + at % 37) {
          if (at % 3 == 0) c.sequences.push_back({.context = at, .nTokens = 1 + at % 50, .seed = 100 + at});
          positions.push_back(at);
          c.sequences.push_back({.context = at, .nTokens = 1, .seed = 9});
        }
        const std::vector<std::byte> apart = resultOf(c);
        ASSERT_FALSE(apart.empty());
        size_t next = 0;
        for (size_t i = 0; i < c.sequences.size(); ++i) {
          if (c.sequences[i].seed != 9) continue;
          const auto row = whole.begin() + static_cast<std::ptrdiff_t>(positions[next] * rowBytes);
          EXPECT_EQ(rowsOf(apart, c, i), std::vector<std::byte>(row, row + static_cast<std::ptrdiff_t>(rowBytes)))
              << c.name() << ": token " << positions[next];
          ++next;
        }
      }
}

TEST_F(CudaAttention, OneOrderIsRight) {
  for (const HeadShape& heads : headShapes()) {
    BedCase c{.heads = heads, .padRows = 5, .oneOrder = true};
    c.sequences = {{.context = 0, .nTokens = 1, .seed = 1},
                   {.context = 130, .nTokens = 2, .seed = 2},
                   {.context = 31, .nTokens = 1, .seed = 3},
                   {.context = 500, .nTokens = 70, .seed = 4},
                   {.context = 3000, .nTokens = 1, .seed = 5}};
    check(c, 36);
  }
}

}  // namespace
}  // namespace kernels::cuda
