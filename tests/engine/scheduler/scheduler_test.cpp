#include "engine/scheduler/scheduler.h"

#include <gtest/gtest.h>

#include "engine/scheduler/step_inputs.h"
#include "tests/support/fake_tokenizer.h"

namespace engine {
namespace {

/// Policy without threads or device: plans are completed at once, and every sampled token is a 1.
class SchedulerTest : public testing::Test {
 protected:
  SequencePtr make(uint32_t promptTokens, const std::string& client = "", int n = 1) {
    auto request = std::make_shared<ActiveRequest>();
    request->id = ++m_lastId;
    request->request.client = client;
    request->request.n = n;
    request->unfinished = n;
    // Different from one request to the next, so that nothing is shared by chance.
    for (uint32_t i = 0; i < promptTokens; ++i)
      request->request.prompt.push_back(static_cast<TokenId>(m_lastId * 1000 + i));
    return std::make_shared<Sequence>(request, 0, m_tokenizer);
  }
  SequencePtr add(Scheduler& scheduler, uint32_t promptTokens, const std::string& client = "") {
    SequencePtr sequence = make(promptTokens, client);
    scheduler.enqueue(sequence);
    return sequence;
  }
  static StepPlan run(Scheduler& scheduler, uint32_t budget = 1000) {
    StepPlan plan = scheduler.plan(budget);
    scheduler.complete(plan);
    for (const PlannedChunk& chunk : plan.chunks) {
      if (chunk.samples) chunk.sequence->take(1);
    }
    EXPECT_EQ(scheduler.checkIntegrity(), "");
    return plan;
  }
  static uint32_t tokensOf(const StepPlan& plan, const SequencePtr& sequence) {
    for (const PlannedChunk& chunk : plan.chunks) {
      if (chunk.sequence == sequence) return chunk.nTokens;
    }
    return 0;
  }
  /// context, sequences, prefill tokens, step tokens, requests, waiting
  StepLimits m_limits{1024, 4, 64, 68, 8, 16};
  test_support::FakeTokenizer m_tokenizer;
  RequestId m_lastId = 0;
};

TEST_F(SchedulerTest, DecodesComeFirstAndPromptsAreReadInChunks) {
  Scheduler scheduler(m_limits, 256, true);
  const SequencePtr first = add(scheduler, 10);
  run(scheduler);
  const SequencePtr second = add(scheduler, 150);
  for (const uint32_t expected : {64u, 64u, 22u}) {
    const StepPlan plan = run(scheduler);
    ASSERT_EQ(plan.chunks.size(), 2u);
    EXPECT_EQ(plan.chunks[0].sequence, first);
    EXPECT_EQ(plan.chunks[0].nTokens, 1u);
    EXPECT_EQ(plan.chunks[1].sequence, second);
    EXPECT_EQ(plan.chunks[1].nTokens, expected);
    EXPECT_EQ(plan.chunks[1].samples, expected == 22);
  }
  EXPECT_EQ(run(scheduler).nTokens, 2u);
}

TEST_F(SchedulerTest, TheBudgetOfTheCallerIsKept) {
  Scheduler scheduler(m_limits, 256, true);
  const SequencePtr sequence = add(scheduler, 100);
  EXPECT_EQ(run(scheduler, 32).nTokens, 32u);
  EXPECT_EQ(run(scheduler, 48).nTokens, 48u);
  EXPECT_EQ(run(scheduler, 48).nTokens, 20u);
}

TEST_F(SchedulerTest, B53ShortPromptsPassALongOneThatStillGetsHalf) {
  Scheduler scheduler(m_limits, 256, true);
  const SequencePtr longOne = add(scheduler, 900, "a");
  const SequencePtr middle = add(scheduler, 40, "a");
  const SequencePtr shortOne = add(scheduler, 20, "a");
  const StepPlan plan = run(scheduler);
  EXPECT_EQ(tokensOf(plan, longOne), 32u);
  EXPECT_EQ(tokensOf(plan, shortOne), 20u);
  EXPECT_EQ(tokensOf(plan, middle), 12u);
  // Alone, it gets everything.
  const StepPlan second = run(scheduler);
  EXPECT_EQ(tokensOf(second, longOne), 64u - 28u);
  EXPECT_EQ(tokensOf(second, middle), 28u);
}

TEST_F(SchedulerTest, ClientsTakeTurns) {
  m_limits.sequences = 3;
  Scheduler scheduler(m_limits, 256, true);
  std::vector<SequencePtr> flood;
  for (int i = 0; i < 10; ++i) flood.push_back(add(scheduler, 4, "flood"));
  const SequencePtr window = add(scheduler, 4, "window");
  const StepPlan plan = run(scheduler);
  ASSERT_EQ(plan.admitted.size(), 3u);
  EXPECT_EQ(plan.admitted[0], flood[0]);
  EXPECT_EQ(plan.admitted[1], window);
  EXPECT_EQ(plan.admitted[2], flood[1]);
}

TEST_F(SchedulerTest, RequestsInProgressAreLimited) {
  m_limits.requests = 2;
  Scheduler scheduler(m_limits, 256, true);
  const SequencePtr first = add(scheduler, 4), second = add(scheduler, 4), third = add(scheduler, 4);
  EXPECT_EQ(run(scheduler).admitted.size(), 2u);
  EXPECT_EQ(run(scheduler).admitted.size(), 0u);
  scheduler.finish(*first);
  const StepPlan plan = run(scheduler);
  ASSERT_EQ(plan.admitted.size(), 1u);
  EXPECT_EQ(plan.admitted[0], third);
}

TEST_F(SchedulerTest, TheYoungestIsPreemptedAndComputedAgain) {
  Scheduler scheduler(m_limits, 6, /*prefixCache=*/true);
  const SequencePtr older = add(scheduler, 32), younger = add(scheduler, 31);
  run(scheduler);
  run(scheduler);
  uint32_t steps = 0;
  while (younger->slot >= 0 && steps++ < 100) run(scheduler);
  EXPECT_EQ(scheduler.nPreemptions(), 1u);
  EXPECT_EQ(younger->nComputed, 0u);
  EXPECT_GE(older->slot, 0);
  const uint32_t known = younger->nTokens();
  // It comes back when the older one is done, and what was generated is part of what is computed again.
  scheduler.finish(*older);
  const StepPlan plan = run(scheduler);
  ASSERT_EQ(plan.admitted.size(), 1u);
  EXPECT_EQ(tokensOf(plan, younger) + (younger->nComputed - tokensOf(plan, younger)), known);
  EXPECT_EQ(younger->nTokens(), known + 1);
}

TEST_F(SchedulerTest, NewWorkWaitsForTheBlocksOfItsWholePrompt) {
  Scheduler scheduler(m_limits, 10, true);
  add(scheduler, 64);
  run(scheduler);
  const SequencePtr large = add(scheduler, 100);
  const SequencePtr small = add(scheduler, 8);
  EXPECT_TRUE(run(scheduler).admitted.empty()) << "100 tokens need 7 blocks, 5 are free; nobody overtakes";
  EXPECT_EQ(large->slot, -1);
  EXPECT_EQ(small->slot, -1);
  EXPECT_EQ(scheduler.nPreemptions(), 0u);
}

TEST_F(SchedulerTest, AKnownBeginningIsNotReadAgainButTheLastTokenAlwaysIs) {
  Scheduler scheduler(m_limits, 64, true);
  const SequencePtr first = add(scheduler, 48);
  run(scheduler);
  scheduler.finish(*first);
  const SequencePtr again = make(0);
  again->tokens = first->request->request.prompt;
  again->nPrompt = 48;
  scheduler.enqueue(again);
  const StepPlan plan = run(scheduler);
  EXPECT_EQ(tokensOf(plan, again), 16u);
  EXPECT_EQ(again->request->usage.cachedTokens, 32);
}

TEST_F(SchedulerTest, FurtherAnswersShareThePromptsBlocks) {
  Scheduler scheduler(m_limits, 64, /*prefixCache=*/false);
  const SequencePtr first = make(40, "", 2);
  scheduler.enqueue(first);
  run(scheduler);
  const auto second = std::make_shared<Sequence>(first->request, 1, m_tokenizer);
  scheduler.enqueueStarted(second);
  const StepPlan plan = run(scheduler);
  EXPECT_EQ(tokensOf(plan, second), 8u);
  EXPECT_EQ(second->blocks[0], first->blocks[0]);
  EXPECT_EQ(second->blocks[1], first->blocks[1]);
  EXPECT_NE(second->blocks[2], first->blocks[2]);
  EXPECT_EQ(scheduler.blocks().used(), 4u);
}

TEST_F(SchedulerTest, WithoutThePrefixCacheRequestsShareNothing) {
  Scheduler scheduler(m_limits, 64, /*prefixCache=*/false);
  const SequencePtr first = add(scheduler, 48);
  run(scheduler);
  const SequencePtr again = make(0);
  again->tokens = first->request->request.prompt;
  again->nPrompt = 48;
  scheduler.enqueue(again);
  EXPECT_EQ(tokensOf(run(scheduler), again), 48u);
}

TEST_F(SchedulerTest, TheNextStepIsPlannedBeforeTheTokensAreKnown) {
  Scheduler scheduler(m_limits, 64, true);
  const SequencePtr sequence = add(scheduler, 31);
  sequence->request->maxTokens = 3;
  const StepPlan prompt = scheduler.plan(1000);
  const StepPlan decode = scheduler.plan(1000);
  ASSERT_EQ(decode.chunks.size(), 1u);
  EXPECT_EQ(decode.chunks[0].first, 31u);
  EXPECT_EQ(decode.chunks[0].nTokens, 1u);
  StepInputsBuilder builder;
  const kernels::StepInputs inputs = builder.build(decode);
  ASSERT_EQ(inputs.tokens.size(), 1u);
  EXPECT_EQ(inputs.tokens[0], -1 - sequence->slot);
  EXPECT_EQ(inputs.blockTable.size(), 2u);
  scheduler.complete(prompt);
  EXPECT_EQ(sequence->nPublished, 1u);
  sequence->take(7);
  // The second block is full only with the token that the step under way computes.
  const StepPlan last = scheduler.plan(1000);
  EXPECT_EQ(sequence->nPublished, 1u);
  scheduler.complete(decode);
  EXPECT_EQ(sequence->nPublished, 2u);
  sequence->take(8);
  EXPECT_TRUE(sequence->awaitsEnd());
  EXPECT_TRUE(scheduler.plan(1000).chunks.empty()) << "the third of three tokens is under way";
  scheduler.complete(last);
  sequence->take(9);
  scheduler.finish(*sequence);
  EXPECT_EQ(scheduler.checkIntegrity(), "");
}

TEST_F(SchedulerTest, AnAnswerPreemptedWithATokenUnderWayKeepsIt) {
  for (const bool ends : {false, true}) {
    Scheduler scheduler(m_limits, 5, /*prefixCache=*/true);
    const SequencePtr older = add(scheduler, 31), younger = add(scheduler, 30);
    for (const SequencePtr& sequence : {older, younger}) sequence->request->maxTokens = 100;
    run(scheduler);
    StepPlan plan = scheduler.plan(1000);
    while (younger->slot >= 0) {
      scheduler.complete(plan);
      for (const PlannedChunk& chunk : plan.chunks) chunk.sequence->take(1);
      StepPlan underWay = scheduler.plan(1000);
      StepPlan ahead = scheduler.plan(1000);
      if (younger->slot < 0) {
        ASSERT_EQ(younger->nFlying, 1u);
        EXPECT_EQ(younger->nPending(), younger->nTokens() + 1);
        const uint32_t known = younger->nTokens();
        EXPECT_TRUE(scheduler.plan(1000).admitted.empty()) << "not before its token is known";
        scheduler.complete(underWay);
        for (const PlannedChunk& chunk : underWay.chunks) chunk.sequence->take(1);
        EXPECT_EQ(younger->nTokens(), known + 1);
        if (ends) scheduler.finish(*younger);
      } else {
        scheduler.complete(underWay);
        for (const PlannedChunk& chunk : underWay.chunks) chunk.sequence->take(1);
      }
      plan = std::move(ahead);
    }
    EXPECT_EQ(scheduler.checkIntegrity(), "");
    scheduler.finish(*older);
    EXPECT_EQ(scheduler.idle(), ends);
    EXPECT_EQ(scheduler.plan(1000).admitted.size(), ends ? 0u : 1u);
    EXPECT_EQ(scheduler.checkIntegrity(), "");
  }
}

TEST_F(SchedulerTest, RemovingFreesWhereverItIs) {
  Scheduler scheduler(m_limits, 64, true);
  const SequencePtr running = add(scheduler, 40);
  run(scheduler);
  const SequencePtr waiting = add(scheduler, 40);
  scheduler.remove(*waiting->request);
  EXPECT_GT(scheduler.blocks().used(), 0u);
  scheduler.remove(*running->request);
  EXPECT_EQ(scheduler.blocks().used(), 0u);
  EXPECT_TRUE(scheduler.idle());
  EXPECT_EQ(scheduler.checkIntegrity(), "");
}

}  // namespace
}  // namespace engine
