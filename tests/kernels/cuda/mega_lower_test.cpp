// The instructions of the persistent kernel without a GPU: who is dealt what, which activations are fetched when, what
// instructions wait for, and what is refused.
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

constexpr uintptr_t kMemory = uintptr_t{1} << 20;

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
  places.memory = reinterpret_cast<std::byte*>(kMemory);  // addresses alone are made
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
  EXPECT_EQ(lowered.program.ops[4].linear.norm.nSquares, 4u);
  EXPECT_EQ(lowered.program.ops[1].linear.norm.nSquares, 2u);  // the embedding leaves one for each 32 columns
}

TEST(MegaLower, EveryRowIsDealtOnce) {
  Dice random(1);
  for (int turn = 0; turn < 300; ++turn) {
    const Epilogue epilogue = turn % 2 == 0 ? Epilogue::None : Epilogue::SwiGlu;
    const uint32_t outCols = 1 + random() % 700, nBlocks = 1 + random() % 140, first = random() % nBlocks;
    const uint32_t rows = epilogue == Epilogue::None ? outCols : 2 * outCols;
    std::vector<int> dealt(rows);
    const uint32_t groupRows = turn % 3 == 0 ? kMegaGroup / 2 : kMegaGroup;
    const uint32_t nGroups = groupsOf(epilogue, groupRows, outCols);
    uint32_t nBusy = 0;
    for (uint32_t block = 0; block < nBlocks; ++block) {
      if (firstGroup(first, block, nBlocks) < nGroups) ++nBusy;
      for (uint32_t group = firstGroup(first, block, nBlocks); group < nGroups; group += nBlocks) {
        for (uint32_t r = 0; r < kMegaGroup; ++r) {
          const uint32_t row = productRow(epilogue, groupRows, outCols, group, r);
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

TEST(MegaLower, EveryItemOfAttentionIsDealtOnce) {
  Dice random(2);
  for (int turn = 0; turn < 1000; ++turn) {
    const uint32_t nUnits = 1 + random() % 264, nItems = random() % (turn % 2 == 0 ? 300 : 70000);
    EXPECT_EQ(firstItem(0, nUnits, nItems), 0u);
    EXPECT_EQ(firstItem(nUnits, nUnits, nItems), nItems);
    for (uint32_t unit = 0; unit < nUnits; ++unit) {
      const uint32_t first = firstItem(unit, nUnits, nItems), end = firstItem(unit + 1, nUnits, nItems);
      ASSERT_LE(first, end);
      ASSERT_LE(end - first, (nItems + nUnits - 1) / nUnits);
    }
  }
}

TEST(MegaLower, SmallGroupsWhereLargeOnesLeaveBlocksWithoutWork) {
  EXPECT_EQ(groupRowsFor(Epilogue::None, 2048, 132), 16u);
  EXPECT_EQ(groupRowsFor(Epilogue::None, 3072, 132), 32u);
  EXPECT_EQ(groupRowsFor(Epilogue::None, 4096, 132), 32u);
  EXPECT_EQ(groupRowsFor(Epilogue::None, 24, 132), 32u);
  EXPECT_EQ(groupRowsFor(Epilogue::SwiGlu, 64, 132), 32u);
}

TEST(MegaLower, ActivationsAreFetchedForTheChunkThatComes) {
  for (uint32_t nSlots = 1; nSlots <= 8; nSlots *= 2) {
    for (uint32_t nChunks = 1; nChunks < 30; ++nChunks) {
      std::vector<uint32_t> slots(nSlots);
      for (uint32_t i = 0; i < nSlots; ++i) slots[i] = i;
      for (uint32_t group = 0; group < 3; ++group) {
        for (uint32_t chunk = 0; chunk < nChunks; ++chunk) {
          const uint32_t slot = chunk % nSlots;
          ASSERT_EQ(slots[slot], chunk) << "of " << nChunks << " in " << nSlots;
          const uint32_t next = slotAfter(chunk, slot, nSlots, nChunks, group == 2);
          if (next < nChunks) slots[slot] = next;
        }
      }
    }
  }
}

TEST(MegaLower, MemoryDoesNotOverlap) {
  MegaModel model(kLlama);
  const Lowered lowered = lower(model, 3);
  ASSERT_TRUE(lowered.status.ok());
  const MegaProgram& program = lowered.program;
  EXPECT_EQ(program.opsAt % 256, 0u);
  EXPECT_GE(program.opsAt, program.windowBytes());
  EXPECT_GE(program.counterAt, program.opsAt + program.ops.size() * sizeof(MegaOp));
  EXPECT_GE(program.memoryBytes, program.counterAt + sizeof(uint32_t));
  const MegaOp& up = program.ops[4];
  const MegaOp& down = program.ops[5];
  EXPECT_EQ(up.linear.out, down.linear.in);
  EXPECT_EQ(up.linear.in, program.ops[3].linear.next.normed);
  EXPECT_EQ(up.linear.norm.squares, program.ops[3].linear.next.squares);
  EXPECT_EQ(down.linear.residual, program.ops[3].linear.stream);
}

TEST(MegaLower, WindowsAreWrittenByOneInstructionEach) {
  MegaModel model(kLlama);
  const Lowered lowered = lower(model, 3);
  ASSERT_TRUE(lowered.status.ok());
  std::vector<int> writers(lowered.program.nWindows);
  const auto wrote = [&](const void* at, uint32_t columns, uint32_t perWindow) {
    if (at == nullptr) return;
    const uint64_t first = (reinterpret_cast<uintptr_t>(at) - kMemory) / kMegaWindowBytes;
    for (uint64_t i = first; i < first + (columns + perWindow - 1) / perWindow; ++i) ++writers.at(i);
  };
  const auto leftForNorm = [&](const MegaNormOut& next, uint32_t columns) {
    wrote(next.normed, columns, kMegaWindow);
    wrote(next.squares, next.nSquares, kMegaTokenBytes / 4);
  };
  for (const MegaOp& op : lowered.program.ops) {
    if (op.kind == MegaKind::Embed) {
      wrote(op.embed.stream, op.embed.args.cols, kMegaTokenBytes / 4);
      leftForNorm(op.embed.next, op.embed.args.cols);
    } else if (op.kind == MegaKind::Linear) {
      wrote(op.linear.out, op.linear.outCols, kMegaWindow);
      wrote(op.linear.stream, op.linear.outCols, kMegaTokenBytes / 4);
      leftForNorm(op.linear.next, op.linear.outCols);
    } else {
      wrote(op.attention.attention.out, kLlama.heads.nHeads * kLlama.heads.headDim, kMegaWindow);
    }
  }
  // The stream that the last layer leaves has no reader but the norm: its windows are not written at all.
  const MegaLinear& lastDown = lowered.program.ops[lowered.program.ops.size() - 2].linear;
  EXPECT_EQ(lastDown.stream, nullptr);
  EXPECT_EQ(std::count(writers.begin(), writers.end(), 0), kLlama.hidden / (kMegaTokenBytes / 4));
  EXPECT_EQ(std::count(writers.begin(), writers.end(), 1) + std::count(writers.begin(), writers.end(), 0),
            static_cast<std::ptrdiff_t>(writers.size()));
}

TEST(MegaLower, WhatNobodyReadsIsRefused) {
  MegaModel model(kLlama);
  // The second layer's down product goes to a buffer of its own, which nothing reads.
  auto& down = std::get<LinearOp>(model.program.ops[model.program.ops.size() - 4]);
  ASSERT_TRUE(down.residual && !down.norm);
  model.program.buffers.push_back({"y", Rows::Token, kLlama.hidden});
  down.out = 6;
  const Lowered lowered = lower(model, 4);
  EXPECT_EQ(lowered.status.code(), StatusCode::Unsupported);
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
