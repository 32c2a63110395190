// Behaviours B51, B52, B55, B62 and what else spans connections: disconnects, slow readers, many clients, stop.
#include <chrono>
#include <thread>

#include "tests/app/server/server_fixture.h"

namespace app {

using ::testing::HasSubstr;
using ServerLifecycle = ServerTest;
using namespace std::chrono_literals;

namespace {

test_support::FakeScript endless(std::chrono::microseconds tokenDelay) {
  test_support::FakeScript script;
  script.endless = true;
  script.tokenDelay = tokenDelay;
  script.contextLength = 1u << 20;
  return script;
}

/// Waits for a condition of the server; false after 90 s.
bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 18000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

/// Asks for a stream and reads its first token.
void beginStream(RawClient& client, uint16_t port, json body) {
  body["stream"] = true;
  client.send(postRequest(port, "/v1/chat/completions", body.dump()));
  client.readUntil("\"content\":\"H\"");
}

}  // namespace

TEST_F(ServerLifecycle, ServerB51_AClientThatGoesAwayIsNoticedWhileGenerating) {
  startServer(endless(1ms));
  for (const bool stream : {true, false}) {
    for (const bool reset : {true, false}) {
      RawClient client(port());
      json body = chatBody();
      body["stream"] = stream;
      client.send(postRequest(port(), "/v1/chat/completions", body.dump()));
      ASSERT_TRUE(engineRuns(1));
      if (stream) client.readUntil("\"content\":\"H\"");
      if (reset) {
        client.reset();
      } else {
        client.close();
      }
      EXPECT_TRUE(engineIdle()) << "stream " << stream << " reset " << reset;
    }
  }
  EXPECT_TRUE(eventually([&] { return get("/metrics").body.find("code=\"499\"} 4") != std::string::npos; }));
  EXPECT_EQ(engine().stats().kvBlocksUsed, 0u);
}

TEST_F(ServerLifecycle, ServerB51_AClientThatGoesAwayIsNoticedInQueueAndPrefill) {
  test_support::FakeScript script;
  script.prefillDelay = 1h;
  script.prefillSteps = 100000;
  script.maxRunning = 1;
  startServer(script);
  for (const bool stream : {true, false}) {
    json body = chatBody();
    body["stream"] = stream;
    const std::string request = postRequest(port(), "/v1/chat/completions", body.dump());
    RawClient inPrefill(port());
    inPrefill.send(request);
    ASSERT_TRUE(engineRuns(1));
    RawClient inQueue(port());
    inQueue.send(request);
    ASSERT_TRUE(engine().waitFor([](const auto& s) { return s.waiting == 1; }));
    inQueue.close();
    EXPECT_TRUE(engine().waitFor([](const auto& s) { return s.waiting == 0; }));
    inPrefill.close();
    EXPECT_TRUE(engineIdle());
  }
}

TEST_F(ServerLifecycle, ServerB51_AHalfClosedClientGetsItsAnswer) {
  startServer();
  for (const bool stream : {true, false}) {
    engine().setPaused(true);
    json body = chatBody();
    body["stream"] = stream;
    RawClient client(port());
    client.send(postRequest(port(), "/v1/chat/completions", body.dump()));
    client.halfClose();
    std::this_thread::sleep_for(200ms);
    engine().setPaused(false);
    const RawResponse response = client.read();
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.body, HasSubstr("H"));
    EXPECT_TRUE(response.complete);
    EXPECT_TRUE(client.closedWithin(90));
  }
  EXPECT_TRUE(engine().seenCancels().empty());
}

TEST_F(ServerLifecycle, ServerB52_ASlowReaderIsCutOffAndOthersGoOn) {
  startServer(endless(20us));
  RawClient slow(port());
  slow.setReceiveBuffer(4096);
  json body = chatBody(std::string(200, 'x'));
  body["stream"] = true;
  body["logprobs"] = true;
  body["top_logprobs"] = 20;
  body["n"] = 4;
  slow.send(postRequest(port(), "/v1/chat/completions", body.dump()));
  ASSERT_TRUE(engineRuns(1));
  while (engine().stats().running == 1) {
    EXPECT_EQ(chat({{"max_tokens", 5}}).status, 200);
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_TRUE(engineIdle());
  EXPECT_TRUE(eventually([&] { return server().requests().size() > 1; }));
}

TEST_F(ServerLifecycle, ServerB55_ManyRequestsOnOneConnection) {
  startServer();
  RawClient client(port());
  const std::string request = postRequest(port(), "/v1/chat/completions", chatBody().dump());
  const std::string models = getRequest(port(), "/v1/models");
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(client.send(i % 2 == 0 ? request : models)) << i;
    ASSERT_EQ(client.read().status, 200) << i;
  }
}

TEST_F(ServerLifecycle, ServerB55_PipelinedRequestsAreAnsweredInOrder) {
  startServer();
  RawClient client(port());
  std::string all;
  for (const char* text : {"one", "two", "three"}) {
    all += postRequest(port(), "/v1/chat/completions", chatBody(text).dump());
  }
  client.send(all);
  for (const char* text : {"one", "two", "three"}) {
    EXPECT_EQ(json::parse(client.read().body)["choices"][0]["message"]["content"], text);
  }
}

TEST_F(ServerLifecycle, ServerB55_ConnectionCloseExpectAndHttp10) {
  startServer();
  RawClient closing(port());
  closing.send(getRequest(port(), "/v1/models", "Connection: close\r\n"));
  EXPECT_EQ(closing.read().header("connection"), "close");
  EXPECT_TRUE(closing.closedWithin(90));

  RawClient expecting(port());
  const std::string body = chatBody().dump();
  expecting.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
                 "\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(expecting.read().status, 100);
  expecting.send(body);
  EXPECT_EQ(expecting.read().status, 200);

  RawClient old(port());
  json streamed = chatBody();
  streamed["stream"] = true;
  const std::string text = streamed.dump();
  old.send("POST /v1/chat/completions HTTP/1.0\r\nHost: localhost:" + std::to_string(port()) +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
  const RawResponse response = old.read();
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.header("transfer-encoding").empty());
  EXPECT_EQ(sseData(response.body).back(), "[DONE]");
}

TEST_F(ServerLifecycle, ThirtyTwoStreamsAtOnceEachGetTheirOwnAnswer) {
  test_support::FakeScript script;
  script.tokenDelay = 500us;
  startServer(script);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 32; ++i) {
    threads.emplace_back([&, i] {
      const std::string text = "answer number " + std::to_string(i) + std::string(30, '.');
      json body = chatBody(text);
      body["stream"] = true;
      RawClient client(port());
      client.send(postRequest(port(), "/v1/chat/completions", body.dump()));
      std::string got;
      for (const std::string& event : sseData(client.read(60).body)) {
        if (event != "[DONE]") got += json::parse(event)["choices"][0]["delta"].value("content", "");
      }
      right += got == text ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 32);
  EXPECT_TRUE(engineIdle());
}

TEST_F(ServerLifecycle, BeyondTheConnectionCap503AtOnce) {
  ServerConfig config;
  config.limits.connections = 2;
  startServer({}, config);
  RawClient first(port());
  RawClient second(port());
  first.send(getRequest(port(), "/health"));
  second.send(getRequest(port(), "/health"));
  ASSERT_EQ(first.read().status, 200);
  ASSERT_EQ(second.read().status, 200);
  const RawResponse refused = get("/health");
  EXPECT_EQ(refused.status, 503);
  EXPECT_FALSE(refused.header("retry-after").empty());
  errorOf(refused);
  first.close();
  EXPECT_TRUE(eventually([&] { return get("/health").status == 200; }));
}

TEST_F(ServerLifecycle, ServerB62_StopEndsStreamsWithAnErrorAndFreesThePort) {
  startServer(endless(1ms));
  const uint16_t old = port();
  RawClient streaming(old);
  beginStream(streaming, old, chatBody());
  RawClient waiting(old);
  waiting.send(postRequest(old, "/v1/chat/completions", chatBody().dump()));
  RawClient idle(old);
  ASSERT_TRUE(engineRuns(2));

  server().stop();
  EXPECT_EQ(server().state(), ServerState::Off);
  EXPECT_FALSE(RawClient(old).connected());
  const std::string rest = streaming.readUntil("server_stopped");
  EXPECT_THAT(rest, HasSubstr("\"error\""));
  EXPECT_EQ(rest.find("[DONE]"), std::string::npos);
  EXPECT_EQ(waiting.read().status, 503);
  EXPECT_TRUE(idle.closedWithin(90));
  EXPECT_TRUE(engineIdle());

  ServerConfig again;
  again.port = old;
  ASSERT_TRUE(server().start(again).ok());
  EXPECT_EQ(server().port(), old);
  EXPECT_EQ(get("/health").status, 200);
}

TEST_F(ServerLifecycle, ServerB62_ATakenPortIsAnErrorAndNothingElse) {
  startServer();
  HttpServer second(host());
  ServerConfig config;
  config.port = port();
  const auto started = second.start(config);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().context, "port");
  EXPECT_THAT(started.error().message, HasSubstr(std::to_string(port())));
  EXPECT_EQ(second.state(), ServerState::Failed);
  EXPECT_EQ(second.port(), 0);
  const uint16_t free = nextFreePort("127.0.0.1", port());
  EXPECT_GT(free, port());
  config.host = "203.0.113.7";
  config.apiKeys = {{"a", "b"}};
  EXPECT_EQ(second.start(config).error().context, "host");
}

TEST_F(ServerLifecycle, DrainLetsRunningRequestsEndAndRefusesNewOnes) {
  startServer();
  engine().setPaused(true);
  RawClient running(port());
  running.send(postRequest(port(), "/v1/chat/completions", chatBody().dump()));
  ASSERT_TRUE(engine().waitFor([](const auto& stats) { return stats.waiting + stats.running == 1; }));
  RawClient late(port());
  std::thread drainer([&] { server().drain(90); });
  EXPECT_TRUE(eventually([&] { return get("/health").status == 503; }));
  late.send(postRequest(port(), "/v1/chat/completions", chatBody().dump()));
  EXPECT_EQ(late.read().status, 503);
  engine().setPaused(false);
  EXPECT_EQ(running.read().status, 200);
  drainer.join();
  EXPECT_EQ(server().state(), ServerState::Off);
}

TEST_F(ServerLifecycle, AFullyUnloadedModelEndsItsRequests) {
  startServer(endless(1ms));
  RawClient client(port());
  beginStream(client, port(), chatBody());
  const std::weak_ptr<engine::Engine> engine = host().snapshot().engine;
  releaseFakeEngine();
  host().unload();
  EXPECT_THAT(client.readUntil("unload"), HasSubstr("model_unloaded"));
  EXPECT_TRUE(eventually([&] { return engine.expired(); }));
  EXPECT_TRUE(eventually([&] { return chat().status == 503; }));
}

TEST_F(ServerLifecycle, AFailedEngineEndsItsRequestsAndSaysSo) {
  startServer(endless(1ms));
  RawClient client(port());
  beginStream(client, port(), chatBody());
  engine().poison("the device was lost");
  EXPECT_THAT(client.readUntil("device"), HasSubstr("\"error\""));
  const RawResponse refused = chat();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(errorOf(refused)["code"], "engine_failed");
  EXPECT_EQ(get("/health").status, 503);
}

TEST_F(ServerLifecycle, TheTableShowsAndCancelsRequests) {
  startServer(endless(1ms));
  std::atomic<int> changes = 0;
  server().setChangeListener([&] { ++changes; });
  RawClient client(port());
  json body = chatBody();
  body["stream"] = true;
  client.send(postRequest(port(), "/v1/chat/completions", body.dump()));
  client.readUntil("\"content\":\"o\"");
  auto rows = server().requests();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].state, "generating");
  EXPECT_EQ(rows[0].endpoint, "/v1/chat/completions");
  EXPECT_EQ(rows[0].model, "fake-model");
  EXPECT_EQ(rows[0].client, "127.0.0.1");
  EXPECT_GT(rows[0].promptTokens, 0);
  EXPECT_GT(rows[0].generatedTokens, 0);
  server().cancelRequest(rows[0].id);
  EXPECT_THAT(client.readUntil("cancelled at"), HasSubstr("\"error\""));
  EXPECT_TRUE(engineIdle());
  EXPECT_TRUE(eventually([&] {
    rows = server().requests();
    return rows.size() == 1 && rows[0].state == "cancelled";
  }));
  EXPECT_GE(changes, 3);
  uint64_t cursor = 0;
  const auto lines = server().logSince(&cursor);
  EXPECT_FALSE(lines.empty());
  EXPECT_TRUE(server().logSince(&cursor).empty());
}

TEST_F(ServerLifecycle, MetricsHaveTheNamesOfTheDecision) {
  startServer();
  chat();
  const std::string page = get("/metrics").body;
  for (const char* name : {"num_requests_running", "num_requests_waiting", "kv_cache_usage_perc", "prompt_tokens_total",
                           "generation_tokens_total", "time_to_first_token_seconds_bucket",
                           "time_per_output_token_seconds_count", "e2e_request_latency_seconds_sum"}) {
    EXPECT_THAT(page, HasSubstr("hearth:" + std::string(name) + "{")) << page;
  }
  // Counted once the response is out, which the client may see first.
  const std::string counted = "hearth:http_requests_total{endpoint=\"/v1/chat/completions\",code=\"200\"} 1";
  EXPECT_TRUE(eventually([&] { return get("/metrics").body.find(counted) != std::string::npos; }));
}

}  // namespace app
