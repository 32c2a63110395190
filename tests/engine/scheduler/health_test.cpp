// B63: health is what decoded tokens say, and asking for it waits for nothing.
#include <gmock/gmock.h>

#include "engine/scheduler/health_watch.h"
#include "tests/engine/scheduler/core_harness.h"

namespace test_support {
namespace {

using engine::HealthWatch;
using ::testing::HasSubstr;

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 90000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

HarnessOptions alwaysStale() {
  HarnessOptions options;
  options.freshSeconds = 0;
  return options;
}

TEST(EngineHealth, B63_AnIdleEngineIsAskedForOneTokenThatNobodyCounts) {
  CoreHarness engine(alwaysStale());
  EXPECT_TRUE(engine.core->answering(nullptr));
  ASSERT_TRUE(eventually([&] { return !engine.runner->steps().empty(); }));
  EXPECT_EQ(engine.runner->steps()[0].nTokens, 1u);
  EXPECT_EQ(engine.runner->steps()[0].nLogitRows, 1u);
  EXPECT_TRUE(engine.core->answering(nullptr));
  const engine::EngineStats stats = engine.core->stats();
  EXPECT_EQ(stats.promptTokens + stats.generatedTokens + stats.steps, 0u);
  const auto request = CoreHarness::request("afterwards");
  const auto sink = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->tokens(), engine.expected(request));
}

TEST(EngineHealth, B63_AFailedCanaryIsToldUntilOneSucceeds) {
  CoreHarness engine(alwaysStale());
  engine.runner->failNext({kernels::StatusCode::Internal, "a kernel refused"});
  EXPECT_TRUE(engine.core->answering(nullptr));
  std::string why;
  ASSERT_TRUE(eventually([&] { return !engine.core->answering(&why); }));
  EXPECT_THAT(why, HasSubstr("a kernel refused"));
  EXPECT_TRUE(engine.core->healthy(nullptr)) << "requests are still taken";
  EXPECT_TRUE(eventually([&] { return engine.core->answering(nullptr); }));
}

TEST(EngineHealth, B63_AfterARequestsFaultACanaryRunsUnasked) {
  CoreHarness engine;
  engine.runner->failNext({kernels::StatusCode::Internal, "a kernel refused"});
  ASSERT_TRUE(engine.submit(CoreHarness::request("one"))->waitDone());
  EXPECT_TRUE(eventually([&] { return engine.runner->steps().size() == 2; }));
  EXPECT_TRUE(eventually([&] { return engine.core->answering(nullptr); }));
  EXPECT_EQ(engine.runner->steps().size(), 2u);
}

TEST(EngineHealth, B63_NoProbabilitiesAreNoAnswer) {
  HarnessOptions options = alwaysStale();
  options.model = [](const auto&, const auto&, uint64_t) { return -1; };
  CoreHarness engine(options);
  std::string why;
  EXPECT_TRUE(eventually([&] { return !engine.core->answering(&why); }));
  EXPECT_THAT(why, HasSubstr("no usable probabilities"));
}

TEST(EngineHealth, B63_AskingABusyEngineWaitsForNothingAndRunsNothing) {
  CoreHarness engine(alwaysStale());
  engine.runner->hold();
  const auto request = CoreHarness::request("busy", 3);
  const auto sink = engine.submit(request);
  engine.runner->waitHeld();
  EXPECT_TRUE(engine.core->answering(nullptr));
  engine.runner->release();
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(engine.runner->steps().size(), 3u);
}

TEST(EngineHealth, B63_ALostDeviceIsSaidAndAsksForNothing) {
  CoreHarness engine(alwaysStale());
  engine.runner->failNext({kernels::StatusCode::DeviceLost, "Xid 31"});
  engine.core->answering(nullptr);
  std::string why;
  ASSERT_TRUE(eventually([&] { return !engine.core->answering(&why); }));
  EXPECT_THAT(why, HasSubstr("Xid 31"));
  EXPECT_FALSE(engine.core->healthy(nullptr));
  EXPECT_EQ(engine.runner->steps().size(), 1u);
}

TEST(HealthWatch, SuccessesAgeAndStepsGetStuck) {
  HealthWatch watch(30, 300, 0);
  EXPECT_EQ(watch.look(29), "");
  EXPECT_FALSE(watch.canaryWanted());
  EXPECT_EQ(watch.look(30), "");
  EXPECT_TRUE(watch.canaryWanted());
  watch.stepBegins(31);
  EXPECT_EQ(watch.look(330), "");
  EXPECT_THAT(watch.look(331), HasSubstr("300 s"));
  watch.stepSucceeded(332);
  EXPECT_EQ(watch.look(333), "");
  EXPECT_FALSE(watch.canaryWanted());
  watch.stepFailed("refused", /*canary=*/true);
  EXPECT_FALSE(watch.canaryWanted()) << "a failed canary is not tried again unasked";
  EXPECT_EQ(watch.look(334), "refused");
  EXPECT_TRUE(watch.canaryWanted());
}

}  // namespace
}  // namespace test_support
