// Recording requests for the window's inspector, and going over to another configuration while requests run.
#include <chrono>
#include <thread>

#include "app/server/request_recorder.h"
#include "tests/app/server/server_fixture.h"

namespace app {

namespace {

class RecordingTest : public ServerTest {
 protected:
  /// The newest request of the table once it ended.
  LiveRequest ended() {
    for (int i = 0; i < 18000; ++i) {
      const std::vector<LiveRequest> rows = server().requests();
      if (!rows.empty() && rows.front().status != 0 && rows.front().seconds > 0) return rows.front();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return {};
  }
};

test_support::FakeScript slowAnswer() {
  test_support::FakeScript script;
  script.answer = [](const engine::GenerationRequest&, int) { return std::string("a slow answer of some length"); };
  script.tokenDelay = std::chrono::milliseconds(20);
  return script;
}

}  // namespace

TEST_F(RecordingTest, IsOffUntilSwitchedOn) {
  startServer();
  EXPECT_EQ(chat().status, 200);
  EXPECT_FALSE(server().record(ended().id));
  const RecordingFacts facts = server().recording();
  EXPECT_FALSE(facts.on);
  EXPECT_EQ(facts.records, 0u);
  EXPECT_GT(facts.mostRecords, 0u);
  EXPECT_GT(facts.mostBytes, 0u);
}

TEST_F(RecordingTest, KeepsPromptParametersAnswerAndTimesWithoutTheKey) {
  const std::string key = "hk-a-secret-that-nobody-may-see";
  ServerConfig config;
  config.apiKeys = {{"Notebook", key}};
  startServer({}, config);
  server().setRecording(true);
  json body = chatBody("What is the capital?");
  body.update({{"temperature", 0.25}, {"seed", 7}, {"stop", {"never"}}, {"stream", true}, {"api_key", key}});
  const RawResponse response =
      post("/v1/chat/completions", body, "Authorization: Bearer " + key + "\r\nX-Api-Key: " + key + "\r\n");
  ASSERT_EQ(response.status, 200) << response.body;
  const LiveRequest row = ended();
  const auto record = server().record(row.id);
  ASSERT_TRUE(record);
  ASSERT_EQ(record->prompts.size(), 1u);
  EXPECT_THAT(record->prompts[0], ::testing::HasSubstr("What is the capital?"));
  // The text that the engine was given, not the text of the message.
  EXPECT_EQ(record->prompts[0], engine().tokenizer().decode(engine().seenRequests().back().prompt, /*special=*/true));
  const json parameters = json::parse(record->parameters);
  EXPECT_EQ(parameters.at("temperature"), 0.25);
  EXPECT_EQ(parameters.at("seed"), 7);
  EXPECT_EQ(parameters.at("stop"), json::array({"never"}));
  EXPECT_EQ(parameters.at("stream"), true);
  ASSERT_EQ(record->answers.size(), 1u);
  EXPECT_THAT(record->answers[0].text, ::testing::HasSubstr("What is the capital?"));
  EXPECT_EQ(record->answers[0].finishReason, "stop");
  EXPECT_TRUE(record->timed);
  EXPECT_GT(record->promptTokens, 0);
  EXPECT_EQ(record->completionTokens, row.generatedTokens);
  EXPECT_FALSE(record->cut);
  for (const std::string& text : {record->prompts[0], record->parameters, record->answers[0].text, record->error}) {
    EXPECT_EQ(text.find(key), std::string::npos);
  }
}

TEST_F(RecordingTest, KeepsEveryAnswerOfEveryPrompt) {
  startServer();
  server().setRecording(true);
  ASSERT_EQ(post("/v1/completions", {{"prompt", {"one", "two"}}, {"n", 2}}).status, 200);
  const auto record = server().record(ended().id);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->prompts.size(), 2u);
  ASSERT_EQ(record->answers.size(), 4u);
  EXPECT_THAT(record->answers[0].text, ::testing::HasSubstr("one"));
  EXPECT_THAT(record->answers[3].text, ::testing::HasSubstr("two"));
}

TEST_F(RecordingTest, SaysWhyARequestFailed) {
  test_support::FakeScript script;
  script.failError = engine::Error{engine::ErrorCode::Internal, "the step failed"};
  script.failAfterTokens = 2;
  startServer(script);
  server().setRecording(true);
  chat();
  const auto record = server().record(ended().id);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->error, "the step failed");
}

TEST_F(RecordingTest, ClearingAndSwitchingOffLeaveNothingBehind) {
  startServer(slowAnswer());
  server().setRecording(true);
  RawClient client(port());
  client.send(postRequest(port(), "/v1/chat/completions", json(chatBody()).dump()));
  ASSERT_TRUE(engineRuns(1));
  for (int i = 0; i < 18000 && server().recording().records == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  server().clearRecords();
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(server().recording().records, 0u);
  EXPECT_EQ(server().recording().bytes, 0u);
  server().setRecording(false);
  EXPECT_EQ(chat().status, 200);
  EXPECT_EQ(server().recording().records, 0u);
}

TEST(RequestRecorder, StaysWithinItsBounds) {
  const test_support::FakeTokenizer tokenizer;
  RequestRecorder recorder;
  recorder.setOn(true);
  const std::string text(200'000, 'x');
  engine::GenerationRequest request;
  request.prompt = tokenizer.encode(text, {}).value();
  for (uint64_t id = 1; id <= 300; ++id) {
    recorder.begin(id, tokenizer, {&request, 1}, false);
    recorder.event(id, 0, engine::TokensEvent{.index = 0, .text = text, .tokens = {1}, .logprobs = {}});
    ASSERT_LE(recorder.facts().bytes, RequestRecorder::kMostBytes);
    ASSERT_LE(recorder.facts().records, RequestRecorder::kMostRecords);
  }
  EXPECT_TRUE(recorder.find(300));
  EXPECT_FALSE(recorder.find(1));
  // Small ones are bounded by their number.
  request.prompt = tokenizer.encode("x", {}).value();
  for (uint64_t id = 301; id <= 600; ++id) recorder.begin(id, tokenizer, {&request, 1}, false);
  EXPECT_EQ(recorder.facts().records, RequestRecorder::kMostRecords);
}

TEST(RequestRecorder, CutsALongTextBetweenCodePoints) {
  const test_support::FakeTokenizer tokenizer;
  RequestRecorder recorder;
  recorder.setOn(true);
  engine::GenerationRequest request;
  request.prompt = tokenizer.encode("x", {}).value();
  recorder.begin(1, tokenizer, {&request, 1}, false);
  std::string text = "x";
  while (text.size() < RequestRecorder::kMostTextBytes + 10) text += "\u00e9";
  recorder.event(1, 0, engine::TokensEvent{.index = 0, .text = text, .tokens = {1}, .logprobs = {}});
  recorder.event(
      1, 0, engine::TokensEvent{.index = 7, .text = "an index that nobody asked for", .tokens = {}, .logprobs = {}});
  const auto record = recorder.find(1);
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->cut);
  EXPECT_EQ(record->answers[0].text.size() % 2, 1u);
  EXPECT_LE(record->answers[0].text.size(), RequestRecorder::kMostTextBytes);
}

TEST_F(RecordingTest, AnotherPortLetsRunningRequestsFinish) {
  startServer(slowAnswer());
  const uint16_t before = port();
  RawClient client(before);
  client.send(postRequest(before, "/v1/chat/completions", json(chatBody()).dump()));
  ASSERT_TRUE(engineRuns(1));
  ServerConfig next;
  next.port = nextFreePort("127.0.0.1", static_cast<uint16_t>(before == 65535 ? 20000 : before + 1));
  ASSERT_TRUE(server().reconfigure(next).ok());
  EXPECT_EQ(port(), next.port);
  EXPECT_FALSE(RawClient(before).connected());
  EXPECT_EQ(get("/health").status, 200);
  const RawResponse answer = client.read();
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.complete);
  EXPECT_TRUE(client.closedWithin(10));
  server().stop();
  EXPECT_EQ(server().facts().since, 0);
}

TEST_F(RecordingTest, ATakenPortLeavesTheServerWhereItIs) {
  startServer();
  const uint16_t before = port();
  ModelHost other(test_support::makeFakeLoader({}));
  HttpServer taken(other);
  ServerConfig config;
  config.port = 0;
  ASSERT_TRUE(taken.start(config).ok());
  config.port = taken.port();
  const auto moved = server().reconfigure(config);
  ASSERT_FALSE(moved.ok());
  EXPECT_EQ(moved.error().context, "port");
  EXPECT_THAT(moved.error().message, ::testing::HasSubstr(std::to_string(taken.port())));
  EXPECT_EQ(port(), before);
  EXPECT_EQ(server().state(), ServerState::On);
  EXPECT_EQ(get("/health").status, 200);
  config.host = "0.0.0.0";
  EXPECT_EQ(server().reconfigure(config).error().context, "api-keys");
  EXPECT_EQ(get("/health").status, 200);
}

TEST_F(RecordingTest, TheSamePortTakesNewNamesAtOnce) {
  startServer();
  ServerConfig config;
  config.port = port();
  config.servedModelName = "renamed";
  ASSERT_TRUE(server().reconfigure(config).ok());
  EXPECT_EQ(port(), config.port);
  EXPECT_THAT(get("/v1/models").body, ::testing::HasSubstr("\"renamed\""));
}

TEST_F(RecordingTest, RequestsAndRefusalsAreCounted) {
  startServer();
  EXPECT_GT(server().facts().since, 1e9);
  EXPECT_EQ(chat().status, 200);
  EXPECT_EQ(get("/nothing").status, 404);
  ended();
  for (int i = 0; i < 18000 && server().facts().requests < 2; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(server().facts().requests, 2u);
  EXPECT_EQ(server().facts().refused, 1u);
  server().forgetEnded();
  EXPECT_TRUE(server().requests().empty());
}

}  // namespace app
