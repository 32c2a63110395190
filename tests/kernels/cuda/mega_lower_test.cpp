// The instructions of the persistent kernel without a GPU: who is dealt what, in which order both sides of the ring see
// chunks, what instructions wait for, and what is refused.
#include "kernels/cuda/mega/lower.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "kernels/cuda/mega/schedule.h"
#include "tests/kernels/cuda/mega_model.h"

namespace kernels::cuda {
namespace {

using test::MegaModel;
using test::MegaModelShape;

const MegaModelShape kLlama{"llama", 64, 96, 203, {4, 2, 64}};

class Dice {
 public:
  explicit Dice(uint32_t seed) : m_random(seed) {}
  uint32_t operator()() { return static_cast<uint32_t>(m_random()); }

 private:
  std::mt19937 m_random;
};

struct Lowered {
  Status status;
  MegaProgram program;
};

Lowered lower(MegaModel& model, uint32_t nBlocks, DType cacheType = DType::BF16) {
  const CompiledProgram compiled = planProgram(model.program, model.weights, DType::BF16, cacheType, 132);
  std::vector<DType> types;
  for (const PlannedBuffer& planned : compiled.buffers) types.push_back(planned.type);
  model.allocate(types);
  MegaPlaces places = model.places(nBlocks, 132);
  places.cacheType = cacheType;
  Lowered out;
  out.status = lowerMega(compiled, places, &out.program);
  return out;
}

TEST(MegaLower, ADecoderBecomesFiveInstructionsALayer) {
  MegaModel model(kLlama);
  const Lowered lowered = lower(model, 7);
  ASSERT_TRUE(lowered.status.ok()) << lowered.status.message();
  std::vector<MegaKind> kinds = {MegaKind::Embed};
  for (int layer = 0; layer < 2; ++layer) {
    kinds.insert(kinds.end(),
                 {MegaKind::Linear, MegaKind::Attention, MegaKind::Linear, MegaKind::Linear, MegaKind::Linear});
  }
  kinds.push_back(MegaKind::Linear);
  ASSERT_EQ(lowered.program.ops.size(), kinds.size());
  for (size_t i = 0; i < kinds.size(); ++i) EXPECT_EQ(lowered.program.ops[i].kind, kinds[i]) << i;
  EXPECT_EQ(lowered.program.shape.headDim, 64u);
  EXPECT_EQ(lowered.program.ops[0].before.count, 0u);
  EXPECT_EQ(lowered.program.ops[1].before.count, 7u);           // every block embeds
  EXPECT_EQ(lowered.program.ops[2].before.count, 7u);           // 16 groups of qkv
  EXPECT_EQ(reportsOf(lowered.program.ops[2].before, 3), 21u);  // from each warp with a token
  EXPECT_EQ(reportsOf(lowered.program.ops[2].before, 16), 56u);
  EXPECT_EQ(reportsOf(lowered.program.ops[3].before, 16), 14u);  // two teams a block
  EXPECT_EQ(lowered.program.ops[4].before.count, 2u);            // 2 groups of 32 rows
}

TEST(MegaLower, EveryRowIsDealtOnce) {
  Dice random(1);
  for (int turn = 0; turn < 300; ++turn) {
    const Epilogue epilogue = turn % 2 == 0 ? Epilogue::None : Epilogue::SwiGlu;
    const uint32_t outCols = 1 + random() % 700, nBlocks = 1 + random() % 140, first = random() % nBlocks;
    const uint32_t rows = epilogue == Epilogue::None ? outCols : 2 * outCols;
    std::vector<int> dealt(rows);
    const uint32_t nGroups = groupsOf(epilogue, outCols);
    uint32_t nBusy = 0;
    for (uint32_t block = 0; block < nBlocks; ++block) {
      if (firstGroup(first, block, nBlocks) < nGroups) ++nBusy;
      for (uint32_t group = firstGroup(first, block, nBlocks); group < nGroups; group += nBlocks) {
        for (uint32_t r = 0; r < kMegaGroup; ++r) {
          const uint32_t row = productRow(epilogue, outCols, group, r);
          if (row == kNoRow) continue;
          ASSERT_LT(row, rows);
          ++dealt[row];
        }
      }
    }
    EXPECT_EQ(nBusy, std::min(nGroups, nBlocks));
    EXPECT_EQ(std::count(dealt.begin(), dealt.end(), 1), static_cast<std::ptrdiff_t>(rows));
  }
}

TEST(MegaLower, ActivationsAreFetchedForTheChunkThatComes) {
  for (uint32_t nChunks = 1; nChunks < 12; ++nChunks) {
    // Two slots: what is in each when chunk `at` is multiplied, over three groups.
    uint32_t slots[2] = {0, nChunks > 1 ? 1u : 0u};
    for (uint32_t at = 0; at < 3 * nChunks; ++at) {
      EXPECT_EQ(slots[at % 2], at % nChunks) << at << " of " << nChunks;
      slots[at % 2] = chunkToFetch(at % nChunks, nChunks);
    }
  }
}

/// Blocks of producers and consumers that move one chunk, or one report, at a time in random order.
TEST(MegaLower, NoOrderOfBlocksHangsOrMixesChunks) {
  Dice random(3);
  for (int turn = 0; turn < 6; ++turn) {
    const uint32_t nBlocks = 1 + random() % 9, nStages = 2 + random() % 5;
    MegaModelShape shape = kLlama;
    shape.hidden = 32 * (1 + random() % 40);
    shape.gated = 32 * (1 + random() % 40);
    shape.vocab = 1 + random() % 300;
    MegaModel model(shape);
    const Lowered lowered = lower(model, nBlocks);
    ASSERT_TRUE(lowered.status.ok()) << lowered.status.message();
    const std::vector<MegaOp>& ops = lowered.program.ops;
    struct Chunk {
      size_t op = 0;
      uint32_t group = 0, chunk = 0;
      bool operator==(const Chunk&) const = default;
    };
    struct Side {
      Chunk at;
      bool inGroup = false;
    };
    struct BlockState {
      Side producer, consumer;
      std::vector<Chunk> ring;
      bool waited = false;
    };
    std::vector<BlockState> blocks(nBlocks);
    std::vector<uint32_t> reports(ops.size());
    const uint32_t nTokens = 1 + random() % kMegaRows;
    // Where a side stands: at a chunk, or (false) at an instruction in which it has none.
    const auto enter = [&](Side& side, uint32_t block) {
      if (side.inGroup || side.at.op >= ops.size() || ops[side.at.op].kind != MegaKind::Linear) return side.inGroup;
      const MegaLinear& linear = ops[side.at.op].linear;
      side.at.group = firstGroup(linear.firstBlock, block, nBlocks);
      side.at.chunk = 0;
      return side.inGroup = side.at.group < linear.nGroups;
    };
    /// To the next chunk; false at the instruction's end.
    const auto advance = [&](Side& side) {
      const MegaLinear& linear = ops[side.at.op].linear;
      if (++side.at.chunk < chunksOf(linear.nIn)) return true;
      side.at.chunk = 0;
      side.at.group += nBlocks;
      return side.inGroup = side.at.group < linear.nGroups;
    };
    const auto nextOp = [](Side& side) { side = {{side.at.op + 1, 0, 0}, false}; };
    uint32_t idle = 0;
    while (std::any_of(blocks.begin(), blocks.end(), [&](const auto& b) { return b.consumer.at.op < ops.size(); })) {
      ASSERT_LT(++idle, 10000u) << "hangs";
      const uint32_t b = random() % nBlocks;
      BlockState& block = blocks[b];
      if (random() % 2 == 0) {
        if (block.producer.at.op >= ops.size()) continue;
        if (!enter(block.producer, b)) {
          nextOp(block.producer);
        } else {
          if (block.ring.size() == nStages) continue;
          block.ring.push_back(block.producer.at);
          if (!advance(block.producer)) nextOp(block.producer);
        }
        idle = 0;
        continue;
      }
      const size_t op = block.consumer.at.op;
      if (op >= ops.size()) continue;
      const auto whole = [&] { return op == 0 || reports[op - 1] >= reportsOf(ops[op].before, nTokens); };
      if (ops[op].kind != MegaKind::Linear) {
        if (!whole()) continue;
        reports[op] += ops[op].kind == MegaKind::Embed ? 1 : kMegaTeams;
        nextOp(block.consumer);
      } else if (!enter(block.consumer, b)) {
        nextOp(block.consumer);
      } else {
        if (!whole() || block.ring.empty()) continue;
        ASSERT_EQ(block.ring.front(), block.consumer.at);
        block.ring.erase(block.ring.begin());
        if (!advance(block.consumer)) {
          reports[op] += std::min(nTokens, kMegaWarps);
          nextOp(block.consumer);
        }
      }
      idle = 0;
    }
    for (const BlockState& block : blocks) EXPECT_TRUE(block.ring.empty());
    for (size_t i = 1; i < ops.size(); ++i) EXPECT_EQ(reports[i - 1], reportsOf(ops[i].before, nTokens)) << i;
  }
}

TEST(MegaLower, MemoryDoesNotOverlap) {
  MegaModel model(kLlama);
  const Lowered lowered = lower(model, 3);
  ASSERT_TRUE(lowered.status.ok());
  EXPECT_EQ(lowered.program.opsAt % 256, 0u);
  EXPECT_GE(lowered.program.countersAt, lowered.program.opsAt + lowered.program.ops.size() * sizeof(MegaOp));
  EXPECT_GE(lowered.program.memoryBytes,
            lowered.program.countersAt + (lowered.program.ops.size() + 1) * kMegaCounterStride * sizeof(uint32_t));
  const MegaOp& up = lowered.program.ops[4];
  const MegaOp& down = lowered.program.ops[5];
  EXPECT_EQ(up.linear.out.data, down.linear.in.data);
  EXPECT_EQ(up.linear.in.data, lowered.program.ops[3].linear.next.normed.data);
  EXPECT_NE(up.linear.out.data, up.linear.in.data);
}

std::string refusalOf(const MegaModelShape& shape, DType cacheType = DType::BF16) {
  MegaModel model(shape);
  const Lowered lowered = lower(model, 4, cacheType);
  EXPECT_EQ(lowered.status.code(), StatusCode::Unsupported);
  return lowered.status.message();
}

TEST(MegaLower, WhatTheKernelDoesNotKnowIsRefused) {
  MegaModelShape shape = kLlama;
  shape.hidden = 72;
  EXPECT_NE(refusalOf(shape).find("72 columns are not a multiple of 32"), std::string::npos);
  shape = kLlama;
  shape.heads.headDim = 80;
  EXPECT_NE(refusalOf(shape).find("heads of 80"), std::string::npos);
  shape = kLlama;
  shape.heads = {9, 1, 64};
  EXPECT_NE(refusalOf(shape).find("more than 8 query heads"), std::string::npos);
  EXPECT_NE(refusalOf(kLlama, DType::F16).find("another type"), std::string::npos);
}

TEST(MegaLower, TwoNormsOfOneStreamAreRefused) {
  MegaModel model(kLlama);
  // The gate's norm reads what the first norm read: what the output product wrote is not normed at all.
  auto& up = std::get<LinearOp>(model.program.ops[5]);
  auto& output = std::get<LinearOp>(model.program.ops[4]);
  ASSERT_TRUE(up.norm && output.residual);
  model.program.buffers.push_back({"y", Rows::Token, kLlama.hidden});
  output.out = 6;
  const Lowered lowered = lower(model, 4);
  EXPECT_EQ(lowered.status.code(), StatusCode::Unsupported);
  EXPECT_NE(lowered.status.message().find("two different norms"), std::string::npos) << lowered.status.message();
}

}  // namespace
}  // namespace kernels::cuda
