#include "engine/scheduler/engine_core.h"

#include <gtest/gtest.h>

#include "tests/engine/scheduler/core_harness.h"

namespace test_support {
namespace {

class EngineCore : public EveryPace {};
INSTANTIATE_TEST_SUITE_P(Paces, EngineCore, EveryPace::values(), EveryPace::nameOf);

using engine::ErrorCode;
using engine::FinishReason;

std::string textOf(const std::vector<engine::TokenId>& tokens) {
  std::string out;
  for (const engine::TokenId token : tokens) out.push_back(static_cast<char>(token));
  return out;
}

TEST_P(EngineCore, AnswersWhatTheModelSays) {
  CoreHarness engine;
  const auto request = CoreHarness::request("hello there", 40);
  const auto sink = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->tokens(), engine.expected(request));
  EXPECT_EQ(sink->text(), textOf(engine.expected(request)));
  EXPECT_EQ(sink->finished()->reason, FinishReason::Length);
  EXPECT_EQ(sink->finished()->usage.promptTokens, 11);
  EXPECT_EQ(sink->finished()->usage.completionTokens, 40);
  const auto events = sink->events();
  EXPECT_TRUE(std::holds_alternative<engine::StartedEvent>(events[0]));
  EXPECT_TRUE(std::holds_alternative<engine::PrefillEvent>(events[1]));
}

TEST_P(EngineCore, B34TheEndTokenIsCountedAndNotShown) {
  HarnessOptions options;
  options.endOneIn = 8;
  CoreHarness engine(options);
  const auto request = CoreHarness::request("what now?", 400);
  const auto sink = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  const auto expected = engine.expected(request);
  ASSERT_LT(expected.size(), 400u);
  EXPECT_EQ(sink->tokens(), expected);
  EXPECT_EQ(sink->finished()->reason, FinishReason::Stop);
  EXPECT_EQ(sink->finished()->usage.completionTokens, static_cast<int64_t>(expected.size()) + 1);
}

TEST_P(EngineCore, IgnoreEosGoesPastEndTokensAndStopStrings) {
  HarnessOptions options;
  options.endOneIn = 8;
  options.contextLength = 100;
  options.stopStrings = {"a"};
  CoreHarness engine(options);
  auto request = CoreHarness::request("what now?", 60);
  request.ignoreEos = true;
  request.stop = {"b"};
  const auto sink = engine.submit(request);
  // Without max_tokens it fills the context exactly.
  request.maxTokens.reset();
  const auto full = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  ASSERT_TRUE(full->waitDone());
  auto expected = engine.expected(request);
  EXPECT_EQ(full->tokens(), expected);
  expected.resize(60);
  EXPECT_EQ(sink->tokens(), expected);
  EXPECT_EQ(sink->finished()->usage.completionTokens, 60);
  EXPECT_EQ(sink->finished()->reason, FinishReason::Length);
  EXPECT_EQ(full->finished()->usage.completionTokens, 91);
  EXPECT_EQ(full->finished()->reason, FinishReason::Length);
}

TEST_P(EngineCore, TheContextIsFilledExactly) {
  HarnessOptions options;
  options.contextLength = 64;
  CoreHarness engine(options);
  auto request = CoreHarness::request(std::string(63, 'x'), 1000);
  const auto last = engine.submit(request);
  request.prompt.resize(30);
  request.maxTokens.reset();
  const auto rest = engine.submit(request);
  ASSERT_TRUE(last->waitDone());
  ASSERT_TRUE(rest->waitDone());
  EXPECT_EQ(last->finished()->usage.completionTokens, 1);
  EXPECT_EQ(rest->finished()->usage.completionTokens, 34);
  EXPECT_EQ(rest->finished()->reason, FinishReason::Length);
  request.prompt.resize(64, 'x');
  const auto refused = engine.core->submit(request, rest);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::ContextLength);
  EXPECT_NE(refused.error().message.find("64 tokens"), std::string::npos);
}

TEST_P(EngineCore, B31StopStringsEndTheAnswerAndAreCounted) {
  CoreHarness engine;
  const auto request = CoreHarness::request("tell me", 60);
  const std::string whole = textOf(engine.expected(request));
  auto stopping = request;
  stopping.stop = {whole.substr(20, 3), "never"};
  const size_t cut = whole.find(stopping.stop[0]);
  const auto sink = engine.submit(stopping);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->text(), whole.substr(0, cut));
  EXPECT_EQ(sink->tokens().size(), cut);
  EXPECT_EQ(sink->finished()->stopString, stopping.stop[0]);
  EXPECT_EQ(sink->finished()->usage.completionTokens, static_cast<int64_t>(cut) + 3);
}

TEST_P(EngineCore, B33StopStringsDoNotFireOnThePrompt) {
  CoreHarness engine;
  auto request = CoreHarness::request("STOP STOP", 5);
  request.stop = {"STOP"};
  const auto sink = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->tokens().size(), 5u);
}

TEST_P(EngineCore, BadRequestsAreRefusedWithTheirField) {
  CoreHarness engine;
  const auto refused = [&](const std::function<void(engine::GenerationRequest&)>& spoil) {
    auto request = CoreHarness::request("ok");
    spoil(request);
    const auto result = engine.core->submit(request, std::make_shared<CollectingSink>());
    return result.ok() ? std::string("accepted") : result.error().context;
  };
  EXPECT_EQ(refused([](auto& r) { r.prompt.clear(); }), "prompt");
  EXPECT_EQ(refused([](auto& r) { r.prompt[0] = kFakeVocab; }), "prompt");
  EXPECT_EQ(refused([](auto& r) { r.prompt[0] = -1; }), "prompt");
  EXPECT_EQ(refused([](auto& r) { r.n = 17; }), "n");
  EXPECT_EQ(refused([](auto& r) { r.n = 0; }), "n");
  EXPECT_EQ(refused([](auto& r) { r.maxTokens = 0; }), "max_tokens");
  EXPECT_EQ(refused([](auto& r) { r.stop.assign(17, "x"); }), "stop");
  EXPECT_EQ(refused([](auto& r) { r.stop = {std::string(1 << 20, 'x')}; }), "stop");
  EXPECT_EQ(refused([](auto& r) { r.sampling.temperature = 3; }), "temperature");
  EXPECT_EQ(refused([](auto& r) { r.sampling.logitBias[kFakeVocab] = 1; }), "logit_bias");
}

TEST_P(EngineCore, B35SameAnswerAloneTogetherChunkedAndWithAPrefixHit) {
  const auto prompt = [](int i) { return std::string(static_cast<size_t>(40 + 7 * i), static_cast<char>('a' + i)); };
  for (const uint32_t chunk : {1u, 16u, 33u, 512u}) {
    for (const bool prefixCache : {false, true}) {
      HarnessOptions options;
      options.prefillTokens = chunk;
      options.prefixCache = prefixCache;
      CoreHarness engine(options);
      for (int round = 0; round < 2; ++round) {  // the second finds every prefix
        std::vector<std::shared_ptr<CollectingSink>> sinks;
        for (int i = 0; i < 16; ++i) sinks.push_back(engine.submit(CoreHarness::request(prompt(i), 30)));
        for (int i = 0; i < 16; ++i) {
          ASSERT_TRUE(sinks[static_cast<size_t>(i)]->waitDone());
          EXPECT_EQ(sinks[static_cast<size_t>(i)]->tokens(), engine.expected(CoreHarness::request(prompt(i), 30)));
        }
        const int64_t cached = sinks[0]->finished()->usage.cachedTokens;
        EXPECT_EQ(cached, prefixCache && round == 1 ? 32 : 0);
      }
    }
  }
}

TEST_P(EngineCore, PreemptedAnswersGoOnAsIfNothingHadBeen) {
  HarnessOptions options;
  options.nBlocks = 32;  // exactly one context of 512: sixteen answers cannot all stay
  CoreHarness engine(options);
  std::vector<std::shared_ptr<CollectingSink>> sinks;
  std::vector<engine::GenerationRequest> requests;
  for (int i = 0; i < 16; ++i) {
    requests.push_back(CoreHarness::request(std::string(20, static_cast<char>('a' + i)), 150));
    requests.back().sampling.temperature = i % 2;  // resumed draws go on where they were
    requests.back().sampling.seed = i;
    sinks.push_back(engine.submit(requests.back()));
  }
  for (size_t i = 0; i < sinks.size(); ++i) {
    ASSERT_TRUE(sinks[i]->waitDone());
    EXPECT_EQ(sinks[i]->tokens(), engine.expected(requests[i])) << i;
    EXPECT_EQ(sinks[i]->finished()->usage.completionTokens, 150);
  }
  EXPECT_GT(engine.core->stats().preemptions, 0u);
}

TEST_P(EngineCore, B28SeveralAnswersShareThePromptAndDiffer) {
  CoreHarness engine;
  auto request = CoreHarness::request(std::string(100, 'q'), 25);
  request.n = 5;
  request.sampling.temperature = 1;
  request.sampling.seed = 42;
  const auto sink = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(sink->tokens(i), engine.expected(request, i));
    ASSERT_TRUE(sink->finished(i));
    EXPECT_EQ(i > 0, sink->text(i) != sink->text(0));
  }
  EXPECT_EQ(sink->finished(4)->usage.completionTokens, 125);
  EXPECT_EQ(sink->finished(4)->usage.promptTokens, 100);
  int lasts = 0;
  for (const auto& event : sink->events()) {
    if (const auto* finished = std::get_if<engine::FinishedEvent>(&event)) lasts += finished->last ? 1 : 0;
  }
  EXPECT_EQ(lasts, 1);
  // 100 prompt tokens once, and of each further answer the part behind the last whole block.
  uint32_t computed = 0;
  for (const SeenStep& step : engine.runner->steps()) computed += step.nTokens;
  EXPECT_EQ(computed, 100u + 4 * 4 + 5 * 24);
}

TEST_P(EngineCore, B36SeedsDecideWhateverElseRuns) {
  CoreHarness engine;
  auto request = CoreHarness::request("once upon a time", 30);
  request.sampling.temperature = 0.9;
  request.sampling.seed = -1;
  const auto alone = engine.submit(request);
  ASSERT_TRUE(alone->waitDone());
  std::vector<std::shared_ptr<CollectingSink>> others;
  for (int i = 0; i < 10; ++i)
    others.push_back(engine.submit(CoreHarness::request(std::string(50, static_cast<char>('A' + i)), 30)));
  const auto again = engine.submit(request);
  request.sampling.seed = INT64_MIN;
  const auto different = engine.submit(request);
  request.sampling.seed.reset();
  const auto random1 = engine.submit(request), random2 = engine.submit(request);
  for (const auto& sink : {again, different, random1, random2}) ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(again->tokens(), alone->tokens());
  EXPECT_NE(different->tokens(), alone->tokens());
  EXPECT_NE(random1->tokens(), random2->tokens());
}

TEST_P(EngineCore, TheEnginesSeedServesRequestsWithoutOne) {
  HarnessOptions options;
  options.seed = 7;
  CoreHarness engine(options);
  auto request = CoreHarness::request("once", 20);
  request.sampling.temperature = 1;
  const auto first = engine.submit(request), second = engine.submit(request);
  request.sampling.seed = 7;
  const auto third = engine.submit(request);
  for (const auto& sink : {first, second, third}) ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(first->tokens(), second->tokens());
  EXPECT_EQ(first->tokens(), third->tokens());
}

TEST_P(EngineCore, TheNextStepIsEnqueuedBeforeTheLastIsDone) {
  CoreHarness engine;
  const auto sink = engine.submit(CoreHarness::request("ahead", 20));
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(engine.runner->mostUnderWay(), GetParam().depth);
  // The last token that a limit allows is known beforehand: no step is spent behind it.
  EXPECT_EQ(engine.runner->steps().size(), 20u);
}

TEST_P(EngineCore, StepsThatAreTimedRunOneAfterTheOther) {
  CoreHarness engine;
  engine.core->profileSteps(true);
  const auto request = CoreHarness::request("timed", 20);
  const auto sink = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_EQ(sink->tokens(), engine.expected(request));
  EXPECT_EQ(engine.runner->mostUnderWay(), 1u);
  const engine::StepProfiles profiles = engine.core->takeProfiles();
  EXPECT_EQ(profiles.prompt.steps, 1u);
  EXPECT_EQ(profiles.prompt.tokens, 5);
  EXPECT_EQ(profiles.decode.steps, 19u);
  ASSERT_EQ(profiles.decode.ops.size(), 2u);
  EXPECT_EQ(profiles.decode.ops[0].calls, 38u);
  EXPECT_EQ(profiles.decode.seconds(), 57);
  engine.core->profileSteps(false);
  const auto after = engine.submit(request);
  ASSERT_TRUE(after->waitDone());
  EXPECT_EQ(engine.runner->mostUnderWay(), GetParam().depth);
  EXPECT_EQ(engine.core->takeProfiles().decode.steps, 0u);
}

TEST_P(EngineCore, AnEndSeenOneStepLateChangesNothing) {
  HarnessOptions options;
  // Says "bcdefghijklmnop" and the end after any prompt of 16 a's, then more if it is asked.
  options.model = [](const auto& context, const auto&, uint64_t draw) {
    return draw == 15 && context[0] == 'a' ? kFakeEnd : static_cast<engine::TokenId>('a' + context.size() % 16);
  };
  CoreHarness engine(options);
  const auto first = engine.submit(CoreHarness::request(std::string(16, 'a'), 100));
  ASSERT_TRUE(first->waitDone());
  EXPECT_EQ(first->finished()->reason, FinishReason::Stop);
  EXPECT_EQ(first->finished()->usage.completionTokens, 16);
  EXPECT_EQ(first->tokens().size(), 15u);
  // With the end token the second block would be full, but nobody is to have computed it.
  auto next = CoreHarness::request(std::string(16, 'a'), 10);
  for (const engine::TokenId token : first->tokens()) next.prompt.push_back(token);
  next.prompt.push_back(kFakeEnd);
  next.prompt.insert(next.prompt.end(), 16, 'z');
  const auto second = engine.submit(next);
  ASSERT_TRUE(second->waitDone());
  EXPECT_EQ(second->finished()->usage.cachedTokens, 16);
  EXPECT_EQ(second->tokens(), engine.expected(next));
  EXPECT_TRUE(engine.eventually([](const engine::EngineStats& stats) { return stats.kvBlocksUsed == 0; }));
}

TEST_P(EngineCore, LogprobsComeOneAToken) {
  CoreHarness engine;
  auto request = CoreHarness::request("numbers", 12);
  request.sampling.topLogprobs = 3;
  const auto sink = engine.submit(request);
  ASSERT_TRUE(sink->waitDone());
  const auto logprobs = sink->logprobs();
  ASSERT_EQ(logprobs.size(), 12u);
  std::string joined;
  for (const auto& entry : logprobs) {
    joined += entry.chosen.bytes;
    EXPECT_EQ(entry.top.size(), 3u);
  }
  EXPECT_EQ(joined, sink->text());
}

}  // namespace
}  // namespace test_support
