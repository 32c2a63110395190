// Cancels, faults, full queues and shutdown at every stage of a request's life.
#include <gtest/gtest.h>

#include <random>

#include "tests/engine/scheduler/core_harness.h"

namespace test_support {
namespace {

class EngineFaults : public EveryPace {};
INSTANTIATE_TEST_SUITE_P(Paces, EngineFaults, EveryPace::values(), EveryPace::nameOf);

using engine::EngineStats;
using engine::ErrorCode;
using engine::FinishReason;

bool nothingHeld(const EngineStats& stats) {
  return stats.kvBlocksUsed == 0 && stats.running == 0 && stats.waiting == 0;
}

TEST_P(EngineFaults, B51CancelWhileQueued) {
  HarnessOptions options;
  options.requests = 1;
  CoreHarness engine(options);
  engine.runner->hold();
  const auto first = engine.submit(CoreHarness::request("first"));
  engine.runner->waitHeld();
  engine::RequestId id = 0;
  const auto second = engine.submit(CoreHarness::request("second"), &id);
  EXPECT_EQ(engine.core->stats().waiting, 1u);
  engine.core->cancel(id);
  engine.runner->allow(1 + lag());  // the step that was under way, no more
  ASSERT_TRUE(second->waitDone());
  EXPECT_EQ(second->finished()->reason, FinishReason::Cancelled);
  EXPECT_EQ(second->finished()->usage.completionTokens, 0);
  EXPECT_EQ(second->events().size(), 1u);
  engine.runner->release();
  ASSERT_TRUE(first->waitDone());
}

TEST_P(EngineFaults, B51CancelDuringPrefillTakesOneStep) {
  CoreHarness engine;
  engine.runner->hold();
  engine::RequestId id = 0;
  const auto sink = engine.submit(CoreHarness::request(std::string(400, 'p')), &id);
  engine.runner->waitHeld();
  engine.runner->allow(1);
  engine.runner->waitHeld();  // in the second chunk of the prompt
  engine.core->cancel(id);
  engine.runner->allow(1);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->finished()->reason, FinishReason::Cancelled);
  EXPECT_TRUE(sink->tokens().empty());
  EXPECT_TRUE(nothingHeld(engine.core->stats()));
  EXPECT_EQ(engine.runner->steps().size(), 2u);
}

TEST_P(EngineFaults, B51CancelDuringDecodeTakesOneStepAndGivesNoMoreTokens) {
  CoreHarness engine;
  engine.runner->hold();
  engine::RequestId id = 0;
  const auto sink = engine.submit(CoreHarness::request("decode", 400), &id);
  engine.runner->allow(5 + lag());
  engine.runner->waitHeld();
  ASSERT_TRUE(sink->waitTokens(5));
  engine.core->cancel(id);
  engine.runner->allow(1);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->finished()->reason, FinishReason::Cancelled);
  EXPECT_EQ(sink->tokens().size(), 5u);
  EXPECT_EQ(sink->finished()->usage.completionTokens, 5);
  EXPECT_TRUE(nothingHeld(engine.core->stats()));
}

TEST_P(EngineFaults, CancelShowsWhatAStopStringHeldBack) {
  HarnessOptions options;
  options.model = [](const auto&, const auto&, uint64_t) { return 's'; };
  CoreHarness engine(options);
  engine.runner->hold();
  auto request = CoreHarness::request("x", 400);
  request.stop = {std::string(100, 's') + "t"};
  engine::RequestId id = 0;
  const auto sink = engine.submit(request, &id);
  engine.runner->allow(7 + lag());
  engine.runner->waitHeld();
  EXPECT_EQ(sink->text(), "");
  engine.core->cancel(id);
  engine.runner->allow(1);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->text(), "sssssss");
}

TEST_P(EngineFaults, CancelOfSeveralAnswersEndsEachOnce) {
  CoreHarness engine;
  engine.runner->hold();
  auto request = CoreHarness::request("many", 400);
  request.n = 4;
  engine::RequestId id = 0;
  const auto sink = engine.submit(request, &id);
  engine.runner->allow(6);
  engine.runner->waitHeld();
  engine.core->cancel(id);
  engine.core->cancel(id);
  engine.core->cancel(999);
  engine.runner->release();
  ASSERT_TRUE(sink->waitDone());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(sink->finished(i)->reason, FinishReason::Cancelled);
  EXPECT_TRUE(nothingHeld(engine.core->stats()));
}

TEST_P(EngineFaults, B10TheQueueIsBounded) {
  HarnessOptions options;
  options.requests = 2;
  options.waiting = 3;
  CoreHarness engine(options);
  engine.runner->hold();
  std::vector<std::shared_ptr<CollectingSink>> sinks;
  for (int i = 0; i < 5; ++i) sinks.push_back(engine.submit(CoreHarness::request("x")));
  const auto result = engine.core->submit(CoreHarness::request("x"), std::make_shared<CollectingSink>());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::QueueFull);
  engine.runner->release();
  for (const auto& sink : sinks) ASSERT_TRUE(sink->waitDone());
  EXPECT_TRUE(engine.core->submit(CoreHarness::request("x"), std::make_shared<CollectingSink>()).ok());
}

TEST_P(EngineFaults, ALostDeviceEndsEverythingAndStaysLost) {
  CoreHarness engine;
  engine.runner->hold();
  const auto running = engine.submit(CoreHarness::request("running", 400));
  engine.runner->allow(3);
  engine.runner->waitHeld();
  const auto waiting = engine.submit(CoreHarness::request("waiting"));
  engine.runner->failNext({kernels::StatusCode::DeviceLost, "Xid 31"});
  engine.runner->release();
  for (const auto& sink : {running, waiting}) {
    ASSERT_TRUE(sink->waitDone());
    ASSERT_TRUE(sink->error());
    EXPECT_EQ(sink->error()->code, ErrorCode::Unavailable);
  }
  std::string why;
  EXPECT_FALSE(engine.core->healthy(&why));
  EXPECT_NE(why.find("Xid 31"), std::string::npos);
  const auto later = engine.core->submit(CoreHarness::request("later"), std::make_shared<CollectingSink>());
  ASSERT_FALSE(later.ok());
  EXPECT_EQ(later.error().code, ErrorCode::Unavailable);
}

TEST_P(EngineFaults, AFailedStepEndsItsRequestsAndTheEngineGoesOn) {
  CoreHarness engine;
  engine.runner->failNext({kernels::StatusCode::Internal, "a kernel refused"});
  const auto failed = engine.submit(CoreHarness::request("one"));
  ASSERT_TRUE(failed->waitDone());
  ASSERT_TRUE(failed->error());
  EXPECT_EQ(failed->error()->code, ErrorCode::Internal);
  EXPECT_TRUE(engine.core->healthy(nullptr));
  const auto request = CoreHarness::request("two");
  const auto fine = engine.submit(request);
  ASSERT_TRUE(fine->waitDone());
  EXPECT_EQ(fine->tokens(), engine.expected(request));
}

TEST_P(EngineFaults, ARefusedStepTakesNothingFromTheStepsBeforeIt) {
  CoreHarness engine;
  engine.runner->refuse(4, {kernels::StatusCode::OutOfMemory, "no room for the step"});
  const auto request = CoreHarness::request("one", 30);
  const auto failed = engine.submit(request);
  ASSERT_TRUE(failed->waitDone());
  ASSERT_TRUE(failed->error());
  EXPECT_EQ(failed->error()->code, ErrorCode::OutOfMemory);
  auto said = engine.expected(request);
  said.resize(3);
  EXPECT_EQ(failed->tokens(), said);
  const auto fine = engine.submit(request);
  ASSERT_TRUE(fine->waitDone());
  EXPECT_EQ(fine->tokens(), engine.expected(request));
}

TEST_P(EngineFaults, AModelWithoutUsableNumbersFailsItsRequestOnly) {
  HarnessOptions options;
  options.model = [](const auto& context, const auto&, uint64_t) { return context[0] == 'b' ? -1 : 'y'; };
  CoreHarness engine(options);
  const auto bad = engine.submit(CoreHarness::request("bad"));
  const auto good = engine.submit(CoreHarness::request("good", 5));
  ASSERT_TRUE(bad->waitDone());
  ASSERT_TRUE(good->waitDone());
  EXPECT_TRUE(bad->error());
  EXPECT_EQ(good->text(), "yyyyy");
}

TEST_P(EngineFaults, ShutdownWithRequestsInFlightEndsEachWithAnError) {
  HarnessOptions options;
  options.requests = 2;
  CoreHarness engine(options);
  engine.runner->hold();
  std::vector<std::shared_ptr<CollectingSink>> sinks;
  for (int i = 0; i < 6; ++i) sinks.push_back(engine.submit(CoreHarness::request("in flight", 400)));
  engine.runner->waitHeld();
  engine.runner->allow(4);
  engine.runner->waitHeld();
  engine.end();
  for (const auto& sink : sinks) {
    ASSERT_TRUE(sink->done());
    ASSERT_TRUE(sink->error());
    EXPECT_EQ(sink->error()->code, ErrorCode::Unavailable);
  }
  EXPECT_FALSE(engine.core->submit(CoreHarness::request("x"), std::make_shared<CollectingSink>()).ok());
}

/// Submits and cancels from inside an event, as a window does that sends the next question.
class ChainingSink : public CollectingSink {
 public:
  ChainingSink(engine::EngineCore& core, std::shared_ptr<CollectingSink> next)
      : m_core(core), m_next(std::move(next)) {}
  void onEvent(const engine::GenerationEvent& event) override {
    if (std::holds_alternative<engine::FinishedEvent>(event)) {
      m_core.cancel(12345);
      EXPECT_EQ(m_core.stats().running, 0u);
      EXPECT_TRUE(m_core.submit(CoreHarness::request("next", 3), m_next).ok());
    }
    CollectingSink::onEvent(event);
  }

 private:
  engine::EngineCore& m_core;
  std::shared_ptr<CollectingSink> m_next;
};

TEST_P(EngineFaults, SinksMayCallTheEngine) {
  CoreHarness engine;
  const auto next = std::make_shared<CollectingSink>();
  const auto sink = std::make_shared<ChainingSink>(*engine.core, next);
  ASSERT_TRUE(engine.core->submit(CoreHarness::request("x", 3), sink).ok());
  ASSERT_TRUE(next->waitDone());
}

TEST_P(EngineFaults, TheSinkIsLetGoAfterTheLastEvent) {
  CoreHarness engine;
  auto sink = engine.submit(CoreHarness::request("x", 3));
  ASSERT_TRUE(sink->waitDone());
  const std::weak_ptr<CollectingSink> weak = sink;
  sink.reset();
  for (int i = 0; i < 90000 && !weak.expired(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(weak.expired());
}

/// Few blocks, many prompts that begin alike, salts, several answers, cancels: every answer must be exactly its own.
TEST_P(EngineFaults, B54NoAnswerHoldsAnothersContentUnderEvictionAndCancels) {
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    std::mt19937 random(seed);
    HarnessOptions options;
    options.contextLength = 160;
    options.nBlocks = 10 + seed * 7;
    options.sequences = 6;
    options.prefillTokens = 24;
    options.requests = 10;
    options.waiting = 1000;
    options.endOneIn = 40;
    options.prefixCache = seed != 3;
    CoreHarness engine(options);
    struct Sent {
      engine::GenerationRequest request;
      std::shared_ptr<CollectingSink> sink;
    };
    std::vector<Sent> sent;
    for (int i = 0; i < 150; ++i) {
      auto request = CoreHarness::request(
          std::string(random() % 4 * 16, 'a') + std::string(random() % 60 + 1, static_cast<char>('b' + random() % 3)),
          1 + static_cast<int64_t>(random() % 60));
      request.sampling.temperature = static_cast<double>(random() % 2);
      request.sampling.seed = static_cast<int64_t>(random());
      request.n = random() % 5 == 0 ? 3 : 1;
      request.cacheSalt = std::to_string(random() % 2);
      request.client = std::to_string(random() % 3);
      engine::RequestId id = 0;
      sent.push_back({request, engine.submit(request, &id)});
      if (random() % 6 == 0) engine.core->cancel(id - random() % 4);
      if (random() % 16 == 0) sent[random() % sent.size()].sink->waitDone();
    }
    for (const Sent& one : sent) {
      ASSERT_TRUE(one.sink->waitDone());
      ASSERT_FALSE(one.sink->error()) << one.sink->error()->message;
      for (int index = 0; index < one.request.n; ++index) {
        const auto finished = one.sink->finished(index);
        const auto expected = engine.expected(one.request, index), got = one.sink->tokens(index);
        if (finished && finished->reason != FinishReason::Cancelled) {
          EXPECT_EQ(got, expected);
        } else {
          ASSERT_LE(got.size(), expected.size());
          EXPECT_TRUE(std::equal(got.begin(), got.end(), expected.begin()));
        }
      }
    }
    EXPECT_TRUE(nothingHeld(engine.core->stats()));
  }
}

TEST_P(EngineFaults, ManyThreadsSubmitAndCancelAtOnce) {
  CoreHarness engine;
  std::vector<std::thread> threads;
  std::atomic<int> ended = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        engine::RequestId id = 0;
        const auto sink = engine.submit(CoreHarness::request("thread " + std::to_string(t), 10 + i), &id);
        if (i % 3 == 0) engine.core->cancel(id);
        (void)engine.core->stats();
        if (sink->waitDone()) ++ended;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended.load(), 100);
}

}  // namespace
}  // namespace test_support
