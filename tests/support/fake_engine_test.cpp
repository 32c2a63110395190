#include "tests/support/fake_engine.h"
#include "engine/chat_template.h"

#include <gtest/gtest.h>

namespace test_support {
namespace {

engine::GenerationRequest ask(const FakeEngine& engine, const std::string& text) {
  engine::ChatPrompt prompt;
  prompt.messages = {{"user", text}};
  engine::GenerationRequest request;
  request.prompt = engine.renderPrompt(prompt).value();
  return request;
}

TEST(FakeEngine, EchoesTheLastUserMessage) {
  FakeEngine engine;
  auto sink = std::make_shared<CollectingSink>();
  const auto request = ask(engine, "grüße");
  ASSERT_TRUE(engine.submit(request, sink).ok());
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->text(), "grüße");
  const auto finished = sink->finished();
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->reason, engine::FinishReason::Stop);
  EXPECT_EQ(finished->usage.promptTokens, static_cast<int64_t>(request.prompt.size()));
  EXPECT_EQ(finished->usage.completionTokens, 8);  // seven bytes and <|end|>
  EXPECT_TRUE(std::holds_alternative<engine::StartedEvent>(sink->events().front()));
}

TEST(FakeEngine, StopsAtStopStringsAndLimits) {
  FakeEngine engine;
  auto sink = std::make_shared<CollectingSink>();
  auto request = ask(engine, "one two three");
  request.stop = {"two"};
  ASSERT_TRUE(engine.submit(request, sink).ok());
  auto limited = std::make_shared<CollectingSink>();
  auto second = ask(engine, "one two three");
  second.maxTokens = 5;
  second.n = 2;
  ASSERT_TRUE(engine.submit(second, limited).ok());
  ASSERT_TRUE(sink->waitDone());
  ASSERT_TRUE(limited->waitDone());
  EXPECT_EQ(sink->text(), "one ");
  EXPECT_EQ(sink->finished()->stopString, "two");
  EXPECT_EQ(limited->text(0), "one t");
  EXPECT_EQ(limited->text(1), "one t");
  EXPECT_EQ(limited->finished(1)->reason, engine::FinishReason::Length);
}

TEST(FakeEngine, QueuesCancelsAndFails) {
  FakeScript script;
  script.endless = true;
  script.maxRunning = 1;
  script.maxWaiting = 1;
  script.tokenDelay = std::chrono::milliseconds(1);
  FakeEngine engine(script);
  auto first = std::make_shared<CollectingSink>(), second = std::make_shared<CollectingSink>();
  const auto id = engine.submit(ask(engine, "a"), first);
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(first->waitTokens(3));
  ASSERT_TRUE(engine.submit(ask(engine, "b"), second).ok());
  const auto refused = engine.submit(ask(engine, "c"), second);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, engine::ErrorCode::QueueFull);
  engine.cancel(*id);
  ASSERT_TRUE(first->waitDone());
  EXPECT_EQ(first->finished()->reason, engine::FinishReason::Cancelled);
  ASSERT_TRUE(second->waitTokens(1));
  engine.poison("The device is lost.");
  ASSERT_TRUE(second->waitDone());
  EXPECT_EQ(second->error()->code, engine::ErrorCode::Unavailable);
  EXPECT_FALSE(engine.healthy(nullptr));
}

TEST(FakeEngine, LoaderReportsProgressAndCanBeCancelled) {
  FakeLoad load;
  load.stepDelay = std::chrono::milliseconds(2);
  int reports = 0;
  engine::LoadControl control;
  control.onProgress = [&](const engine::LoadProgress&) { ++reports; };
  engine::EngineOptions options;
  options.modelPath = "/models/x";
  const auto engine = makeFakeLoader(load)(options, control);
  ASSERT_TRUE(engine.ok());
  EXPECT_EQ((*engine)->facts().options.modelPath, "/models/x");
  EXPECT_EQ(reports, 5);
  std::atomic<bool> cancel = true;
  control.cancel = &cancel;
  EXPECT_EQ(makeFakeLoader(load)(options, control).error().code, engine::ErrorCode::Cancelled);
}

}  // namespace
}  // namespace test_support
