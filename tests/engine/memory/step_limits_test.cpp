#include "engine/memory/step_limits.h"

#include <gtest/gtest.h>

namespace engine {
namespace {

TEST(StepLimits, DefaultsLeaveRoomForPromptsBesidesAllAnswers) {
  const StepLimits limits = stepLimits({}, 8192, /*onGpu=*/false);
  EXPECT_EQ(limits.sequences, 256u);
  EXPECT_EQ(limits.prefillTokens, 512u);
  EXPECT_EQ(limits.stepTokens, 768u);
  EXPECT_EQ(limits.requests, 128u);
  EXPECT_EQ(limits.waiting, 1024u);
}

TEST(StepLimits, AGpuReadsLongerPiecesOfAPrompt) {
  const StepLimits limits = stepLimits({}, 8192, /*onGpu=*/true);
  EXPECT_EQ(limits.prefillTokens, 2048u);
  EXPECT_EQ(limits.stepTokens, 2304u);
  EXPECT_EQ(stepLimits({}, 1000, /*onGpu=*/true).prefillTokens, 2048u) << "several prompts in one step";
}

TEST(StepLimits, TheBatchBoundHoldsForEverything) {
  EngineOptions options;
  options.maxNumBatchedTokens = 100;
  const StepLimits limits = stepLimits(options, 8192, /*onGpu=*/false);
  EXPECT_EQ(limits.sequences, 100u);
  EXPECT_EQ(limits.prefillTokens, 100u);
  EXPECT_EQ(limits.stepTokens, 100u);
}

TEST(StepLimits, TheQueueIsNeverShorterThanSixteen) {
  EngineOptions options;
  options.limitConcurrency = 1;
  EXPECT_EQ(stepLimits(options, 100, /*onGpu=*/false).waiting, 16u);
  options.workerNum = 4;
  EXPECT_EQ(stepLimits(options, 100, /*onGpu=*/false).waiting, 32u);
  options.maxWaiting = 3;
  EXPECT_EQ(stepLimits(options, 100, /*onGpu=*/false).waiting, 3u);
}

TEST(StepLimits, ShapesGrowAndTheLastTakesEveryStep) {
  EngineOptions options;
  options.maxNumSeqs = 24;
  const StepLimits limits = stepLimits(options, 4096, /*onGpu=*/false);
  const std::vector<StepShape> shapes = stepShapes(limits);
  for (size_t i = 1; i < shapes.size(); ++i) EXPECT_GT(shapes[i].tokens, shapes[i - 1].tokens);
  EXPECT_EQ(shapes.front().tokens, 1u);
  EXPECT_EQ(shapes.back().tokens, 512u + 24u);
  EXPECT_EQ(shapes.back().logitRows, 24u);
}

TEST(HostKvBlocks, OneContextAlwaysAndFourWhereMemoryAllows) {
  const StepLimits limits = stepLimits({}, 1000, /*onGpu=*/false);
  const uint64_t blockBytes = 1 << 20;
  EXPECT_EQ(contextBlocks(1000), 63u);
  EXPECT_EQ(hostKvBlocks(limits, blockBytes, 0), 63u);
  EXPECT_EQ(hostKvBlocks(limits, blockBytes, 80 * blockBytes), 63u + 20u);
  EXPECT_EQ(hostKvBlocks(limits, blockBytes, UINT64_MAX), 4u * 63u);
  EngineOptions single;
  single.maxNumSeqs = 1;
  EXPECT_EQ(hostKvBlocks(stepLimits(single, 1000, /*onGpu=*/false), blockBytes, UINT64_MAX), 63u);
}

}  // namespace
}  // namespace engine
