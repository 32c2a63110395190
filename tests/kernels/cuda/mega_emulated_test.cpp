// The persistent kernel, its own source run on the CPU thread by thread (emulated_gpu.h), beside the reference.
#define HEARTH_EMULATED_GPU 1
#include "tests/kernels/cuda/emulated_gpu.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>

#include "kernels/cuda/mega/lower.h"
#include "kernels/cuda/mega/mega_kernel.cuh"
#include "tests/kernels/cuda/mega_model.h"

namespace kernels::cuda {
namespace {

using test::Batch;
using test::MegaModel;
using test::MegaModelShape;

/// Runs instructions over the model's memory.
template <int NB, int kDim>
void emulate(const MegaArgs& args, uint32_t nBlocks, uint32_t seed) {
  using Memory = MegaMemory<__nv_bfloat16, NB, kDim>;
  emulated::Launch launch(nBlocks, kMegaThreads, Memory::kBytes, seed);
  launch.run([&] { megaKernel<__nv_bfloat16, NB, kDim>(args); });
}

void emulate(const MegaShape& shape, const MegaArgs& args, uint32_t nRows, uint32_t nBlocks, uint32_t seed) {
  if (shape.headDim == 64) return nRows > 8 ? emulate<2, 64>(args, nBlocks, seed) : emulate<1, 64>(args, nBlocks, seed);
  ASSERT_EQ(shape.headDim, 128u);
  return nRows > 8 ? emulate<2, 128>(args, nBlocks, seed) : emulate<1, 128>(args, nBlocks, seed);
}

/// A model, its instructions for a number of blocks, and the reference beside it.
class Bench {
 public:
  Bench(const MegaModelShape& shape, uint32_t nBlocks)
      : model(shape), m_nBlocks(nBlocks), m_reference(model.reference()) {
    const CompiledProgram compiled =
        planProgram(model.program, model.weights, DType::BF16, DType::BF16, kMultiprocessors);
    for (const PlannedBuffer& planned : compiled.buffers) types.push_back(planned.type);
    model.allocate(types);
    MegaPlaces places = model.places(nBlocks, kMultiprocessors);
    MegaProgram sizes;
    const Status sized = lowerMega(compiled, places, &sizes);
    EXPECT_TRUE(sized.ok()) << sized.message();
    m_memory.assign(sizes.memoryBytes / sizeof(uint4) + 16, uint4{});
    places.memory = reinterpret_cast<std::byte*>(m_memory.data());
    EXPECT_TRUE(lowerMega(compiled, places, &lowered).ok());
    EXPECT_EQ(lowered.memoryBytes, sizes.memoryBytes);
    EXPECT_EQ(lowered.nWindows, sizes.nWindows);
    std::memset(places.memory, 0xff, lowered.windowBytes());
    std::memcpy(places.memory + lowered.opsAt, lowered.ops.data(), lowered.ops.size() * sizeof(MegaOp));
    m_args = lowered.args(places.memory);
    m_args.header = &model.header;
    m_args.spans = model.spans.data();
  }

  /// One step on both sides; the largest difference of the logits, relative to the largest of them.
  double step(const Batch& batch, uint32_t seed) {
    model.take(batch);
    model.poison(types);
    emulate(lowered.shape, m_args, model.header.nTokens, m_nBlocks, seed);
    EXPECT_EQ(*m_args.counter, 0u);
    for (size_t i = 0; i < lowered.windowBytes(); ++i) {
      if (m_args.windows[i] == std::byte{0xff}) continue;
      ADD_FAILURE() << "window " << i / kMegaWindowBytes << " of " << lowered.nWindows << " is not as it was";
      break;
    }
    m_reference.run(batch.inputs());
    logits = model.logitsOf(model.header.nTokens);
    double largest = 1.0;
    for (const float v : logits) largest = std::max(largest, std::abs(double{v}));
    return test::maxError(logits, m_reference.buffer(model.logits)) / largest;
  }

  reference::ReferenceProgram& reference() { return m_reference; }

  static constexpr uint32_t kMultiprocessors = 4;
  MegaModel model;
  MegaProgram lowered;
  std::vector<DType> types;
  std::vector<float> logits;

 private:
  uint32_t m_nBlocks;
  reference::ReferenceProgram m_reference;
  std::vector<uint4> m_memory;
  MegaArgs m_args;
};

/// That of activations in 8 bits over two layers.
constexpr double kTolerance = 4e-2;

Batch decodeBatch(const MegaModel& model, uint32_t nSequences, uint32_t at) {
  Batch batch;
  for (uint32_t s = 0; s < nSequences; ++s) {
    const auto id = static_cast<int32_t>(((s + 3) * 131 + at * 37) % model.shape.vocab);
    batch.add(std::vector<int32_t>{id}, at, MegaModel::blocksOf(s, 1));
    batch.logitRows.push_back(static_cast<int32_t>(s));
    batch.sampleSlots.push_back(static_cast<int32_t>(s));
  }
  return batch;
}

const MegaModelShape kShapes[] = {
    {"llama", 64, 96, 203, {4, 2, 64}},
    {"bias_norms_gelu", 96, 96, 70, {2, 2, 64}, RopeStyle::Interleaved, 32, true, true, true, Epilogue::GeluGlu},
    {"wide_heads", 544, 640, 65, {3, 1, 128}},
    {"many_chunks", 1056, 32, 33, {8, 1, 64}, RopeStyle::None},
};

class MegaEmulated : public ::testing::TestWithParam<MegaModelShape> {};

TEST_P(MegaEmulated, DecodesLikeTheReference) {
  for (const uint32_t nBlocks : {1u, 3u, 5u}) {
    SCOPED_TRACE(nBlocks);
    Bench bench(GetParam(), nBlocks);
    ASSERT_FALSE(HasFailure());
    for (uint32_t at = 0; at < 3; ++at) {
      EXPECT_LT(bench.step(decodeBatch(bench.model, 4 - at, at), 77 + at * nBlocks), kTolerance) << "step " << at;
    }
  }
}

TEST_P(MegaEmulated, RowsDoNotDependOnTheirNumber) {
  std::vector<float> first;
  for (const uint32_t rows : {1u, 7u, 9u, 16u}) {
    Bench bench(GetParam(), 2);
    EXPECT_LT(bench.step(decodeBatch(bench.model, rows, 0), rows), kTolerance) << rows << " rows";
    bench.logits.resize(bench.model.shape.vocab);
    if (first.empty()) first = bench.logits;
    EXPECT_EQ(bench.logits, first) << rows << " rows";
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, MegaEmulated, ::testing::ValuesIn(kShapes),
                         [](const auto& tested) { return std::string(tested.param.name); });

// A result that is not a number has other bits than a word that is not there: nobody waits for it, and it leaves no
// trace in the next step.
TEST(MegaEmulated, WhatIsNotANumberIsNotWaitedFor) {
  for (const MegaModelShape& shape : {kShapes[0], kShapes[1]}) {
    SCOPED_TRACE(shape.name);
    Bench bench(shape, 3);
    ASSERT_FALSE(HasFailure());
    const Batch batch = decodeBatch(bench.model, 3, 0);
    ASSERT_LT(bench.step(batch, 5), kTolerance);
    const std::vector<float> good = bench.logits;
    const auto table = static_cast<WeightId>(0);
    const std::vector<uint16_t> kept = bench.model.halves(table);
    for (const uint16_t bits : {uint16_t{0xffff}, uint16_t{0x7fff}, uint16_t{0xffc0}}) {
      // All ones in the second sequence's row of the embedding.
      const auto row = static_cast<size_t>(batch.tokens[1]) * shape.hidden;
      std::fill_n(bench.model.halfData(table) + row, shape.hidden, bits);
      bench.step(batch, bits);
      const size_t vocab = shape.vocab;
      EXPECT_TRUE(std::isnan(bench.logits[vocab])) << bits;
      EXPECT_TRUE(std::isfinite(good[vocab]));
      EXPECT_FALSE(std::isnan(bench.logits[0])) << bits;
      std::copy(kept.begin(), kept.end(), bench.model.halfData(table));
    }
    EXPECT_LT(bench.step(batch, 6), kTolerance);
    EXPECT_EQ(bench.logits, good);
  }
}

TEST(MegaEmulated, WordsSayWhetherTheyAreThere) {
  const auto missing = [](uint32_t word) {
    MissingHalves halves;
    halves.add(word);
    return halves.any();
  };
  for (uint32_t low = 0; low < 0x10000; ++low) {
    for (const uint32_t high : {0u, 1u, 0x7fffu, 0x8000u, 0xfffeu, 0xffffu, low ^ 0xffffu, low}) {
      const uint32_t word = high << 16 | low;
      ASSERT_EQ(missing(word), low == 0xffff || high == 0xffff) << word;
      const uint32_t sealed = sealedPair(word);
      ASSERT_FALSE(missing(sealed)) << word;
      ASSERT_EQ(sealed & 0x7fff7fffu, word & 0x7fff7fffu) << word;
      ASSERT_TRUE(missing(word) || sealed == word) << word;
    }
  }
  // Four words at a time, one half missing.
  for (uint32_t half = 0; half < 8; ++half) {
    std::array<uint16_t, 8> values{};
    values[half] = 0xffff;
    MissingHalves halves;
    halves.add(std::bit_cast<uint4>(values));
    EXPECT_TRUE(halves.any()) << half;
  }
}

TEST(MegaEmulated, LongContextsAreCutIntoSplits) {
  for (const uint32_t length : {255u, 256u, 700u}) {
    SCOPED_TRACE(length);
    MegaModelShape shape{"long", 64, 64, 40, {4, 2, 64}};
    shape.nLayers = 1;
    Bench bench(shape, 3);
    ASSERT_FALSE(HasFailure());
    const uint32_t nCacheBlocks = length / kKvBlockTokens + 1;
    Batch prompt;
    std::vector<int32_t> ids(length);
    for (uint32_t i = 0; i < length; ++i) ids[i] = static_cast<int32_t>(i * 17 % shape.vocab);
    const std::vector<int32_t> blocks = MegaModel::blocksOf(0, nCacheBlocks);
    prompt.add(ids, 0, blocks);
    prompt.logitRows = {static_cast<int32_t>(length) - 1};
    prompt.sampleSlots = {0};
    bench.reference().run(prompt.inputs());
    bench.model.fillCache(bench.reference().buffer(bench.model.qkv), blocks);
    Batch next;
    next.add(std::vector<int32_t>{5}, length, blocks);
    next.add(std::vector<int32_t>{9}, 0, MegaModel::blocksOf(1, nCacheBlocks));
    next.logitRows = {0, 1};
    next.sampleSlots = {0, 1};
    EXPECT_LT(bench.step(next, length), kTolerance);
  }
}

TEST(MegaEmulated, OrdersOfThreadsGiveTheSameBits) {
  Bench bench(kShapes[0], 4);
  std::vector<float> first;
  for (uint32_t seed = 0; seed < 6; ++seed) {
    bench.step(decodeBatch(bench.model, 5, 0), seed);
    if (first.empty()) first = bench.logits;
    EXPECT_EQ(bench.logits, first) << seed;
  }
}

}  // namespace
}  // namespace kernels::cuda
