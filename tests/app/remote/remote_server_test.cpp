// Remote answers over real sockets: against this project's own server, and against one that does everything wrong.
#include "app/remote_server.h"

#include <chrono>
#include <thread>

#include "engine/chat_template.h"
#include "tests/app/remote/misbehaving_server.h"
#include "tests/app/server/server_fixture.h"

namespace app {

using test_support::CollectingSink;
using test_support::MisbehavingServer;
using test_support::Wire;
using ::testing::HasSubstr;

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kHead = R"({"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]})";

std::string delta(const std::string& text) {
  return json{{"choices", {{{"index", 0}, {"delta", {{"content", text}}}, {"finish_reason", nullptr}}}}}.dump();
}

RemoteAddress addressOf(const std::string& text) {
  const auto parsed = parseRemoteAddress(text);
  EXPECT_TRUE(parsed.ok());
  return parsed.ok() ? *parsed : RemoteAddress{};
}

engine::ChatPrompt question(const std::string& text) {
  engine::ChatPrompt prompt;
  prompt.messages.push_back({"user", text});
  return prompt;
}

/// Asks and waits for the end.
std::shared_ptr<CollectingSink> ask(RemoteServer& server, const std::string& text = "Hello",
                                    const engine::GenerationRequest& request = {}) {
  auto sink = std::make_shared<CollectingSink>();
  const auto id = server.ask("fake-model", question(text), request, sink);
  EXPECT_TRUE(id.ok());
  EXPECT_TRUE(sink->waitDone());
  return sink;
}

/// The sentence with which an answer of this server fails.
std::string failureOf(const MisbehavingServer::Hook& hook, RemoteTimes times = {}, std::string* about = nullptr) {
  MisbehavingServer wrong(hook);
  RemoteServer server(addressOf(wrong.address()), "key", times);
  const auto sink = ask(server);
  if (!sink->error()) return "no failure: " + sink->text();
  if (about != nullptr) *about = sink->error()->context;
  return sink->error()->message;
}

}  // namespace

TEST(RemoteAddress, AsPeopleTypeThem) {
  const auto base = [](std::string_view typed) {
    const auto parsed = parseRemoteAddress(typed);
    return parsed.ok() ? parsed->base() : "refused";
  };
  EXPECT_EQ(base("http://127.0.0.1:8501/v1"), "http://127.0.0.1:8501/v1");
  EXPECT_EQ(base(" localhost:8000/ "), "http://localhost:8000/v1");
  EXPECT_EQ(base("192.168.1.5:1234"), "http://192.168.1.5:1234/v1");
  EXPECT_EQ(base("box"), "http://box/v1");
  EXPECT_EQ(base("api.example.com"), "https://api.example.com/v1");
  EXPECT_EQ(base("HTTPS://API.Example.com:443/api/v1/chat/completions"), "https://api.example.com/api/v1");
  EXPECT_EQ(base("http://[::1]:8501"), "http://[::1]:8501/v1");
  for (const char* wrong : {"", "  ", "ftp://x", "http://", "http://a b", "http://user:pw@host", "http://x:0",
                            "http://x:65536", "http://x:1a", "http://x/v1?a=b", "http://x#y", "javascript:alert(1)",
                            "http://[zz]", "http://x\n.y", "file:///etc/passwd",
                            "http://ex\xe2\x80\xae"
                            "ample.com"}) {
    EXPECT_EQ(base(wrong), "refused") << wrong;
  }
  EXPECT_TRUE(addressOf("http://[::1]:1").loopback());
  EXPECT_TRUE(addressOf("localhost").loopback());
  EXPECT_FALSE(addressOf("127.example.com").loopback());
  EXPECT_EQ(addressOf("https://example.com").label(), "example.com");
}

class RemoteTest : public ServerTest {
 protected:
  RemoteAddress own() { return addressOf("http://127.0.0.1:" + std::to_string(port())); }
};

TEST_F(RemoteTest, OurOwnServerAnswers) {
  startServer();
  RemoteServer server(own(), "");
  const auto models = server.models();
  ASSERT_TRUE(models.ok()) << models.error().message;
  ASSERT_EQ(models->size(), 1u);
  EXPECT_EQ(models->front().id, "fake-model");
  EXPECT_EQ(models->front().contextLength, 2048u);
  const auto sink = ask(server, "Grüße, 世界");
  ASSERT_FALSE(sink->error()) << sink->error()->message;
  EXPECT_EQ(sink->text(), "Grüße, 世界");
  const auto end = sink->finished();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->reason, engine::FinishReason::Stop);
  EXPECT_GT(end->usage.promptTokens, 0);
  EXPECT_GT(end->usage.completionTokens, 0);
}

TEST_F(RemoteTest, ParametersArrive) {
  startServer();
  RemoteServer server(own(), "");
  engine::GenerationRequest request;
  request.sampling.temperature = 0.25;
  request.sampling.topK = 7;
  request.sampling.seed = -5;
  request.maxTokens = 3;
  request.stop = {"zz"};
  const auto sink = ask(server, "abcdef", request);
  ASSERT_FALSE(sink->error()) << sink->error()->message;
  EXPECT_EQ(sink->text(), "abc");
  EXPECT_EQ(sink->finished()->reason, engine::FinishReason::Length);
  const auto seen = engine().seenRequests();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].sampling.temperature, 0.25);
  EXPECT_EQ(seen[0].sampling.topK, 7);
  EXPECT_EQ(seen[0].sampling.seed, -5);
  EXPECT_EQ(seen[0].stop, std::vector<std::string>{"zz"});
}

TEST_F(RemoteTest, KeysAreSentAndAsked) {
  ServerConfig config;
  config.apiKeys = {{"one", "secret"}};
  startServer({}, config);
  RemoteServer without(own(), ""), wrong(own(), "other"), right(own(), "secret\r\nX-Evil: 1");
  EXPECT_THAT(without.models().error().message, HasSubstr("wants a key (401)"));
  EXPECT_EQ(without.models().error().context, "key");
  EXPECT_THAT(wrong.models().error().message, HasSubstr("does not take this key (401)"));
  RemoteServer exact(own(), "secret");
  EXPECT_TRUE(exact.models().ok());
  EXPECT_FALSE(ask(exact)->error());
  EXPECT_EQ(ask(wrong)->error()->context, "key");
  EXPECT_FALSE(right.models().ok());  // the line break is gone, so it is another key and no header
}

TEST_F(RemoteTest, StopEndsAnAnswerAtOnceOnBothSides) {
  test_support::FakeScript script;
  script.endless = true;
  script.tokenDelay = std::chrono::milliseconds(1);
  startServer(script);
  RemoteServer server(own(), "");
  auto sink = std::make_shared<CollectingSink>();
  const auto id = server.ask("fake-model", question("on and on"), {}, sink);
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(sink->waitTokens(5));
  const auto begun = Clock::now();
  server.cancel(*id);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_LT(Clock::now() - begun, std::chrono::milliseconds(200));
  EXPECT_EQ(sink->finished()->reason, engine::FinishReason::Cancelled);
  EXPECT_TRUE(engineIdle());
}

TEST_F(RemoteTest, AServerThatGoesAndComesBack) {
  startServer();
  const RemoteAddress address = own();
  const uint16_t port = address.port;
  RemoteServer remote(address, "");
  EXPECT_FALSE(ask(remote)->error());
  server().stop();
  const auto lost = ask(remote);
  ASSERT_TRUE(lost->error());
  EXPECT_EQ(lost->error()->context, "network");
  EXPECT_THAT(lost->error()->message, HasSubstr("cannot be reached"));
  ServerConfig config;
  config.port = port;
  ASSERT_TRUE(server().start(config).ok());
  EXPECT_FALSE(ask(remote)->error());
}

TEST(RemoteRefusals, AreSaidInWords) {
  struct Case {
    int status;
    const char* body;
    const char* extra;
    const char* words;
    const char* about;
  };
  for (const Case& one : {
           Case{401, R"({"error":{"message":"bad key"}})", "", "does not take this key (401): bad key", "key"},
           Case{403, "", "", "does not allow this (403)", "key"},
           Case{404, R"({"error":"no such model"})", "", "does not have “fake-model” (404): no such model", "model"},
           Case{429, "{}", "Retry-After: 7\r\n", "It asks to wait 7 s", "rate"},
           Case{429, "[[[[", "Retry-After: <script>\r\n", "Try again later", "rate"},
           Case{400, R"({"detail":"temperature"})", "", "refuses the request (400): temperature", "answer"},
           Case{503, "<html>", "", "has a problem of its own (503)", "answer"},
           Case{302, "", "Location: http://elsewhere/\r\n", "leads elsewhere (302): http://elsewhere/", "address"},
       }) {
    std::string about;
    const std::string words = failureOf(
        [&one](Wire& wire, const std::string&) {
          wire.head(one.status, "application/json", one.extra);
          wire.send(one.body);
        },
        {}, &about);
    EXPECT_THAT(words, HasSubstr(one.words));
    EXPECT_EQ(about, one.about) << words;
  }
}

TEST(RemoteRefusals, AnEndlessRefusalIsCut) {
  const std::string words = failureOf([](Wire& wire, const std::string&) {
    wire.head(500, "text/plain");
    while (wire.send(std::string(65536, 'x'))) {
    }
  });
  EXPECT_THAT(words, HasSubstr("has a problem of its own (500)"));
  EXPECT_LT(words.size(), 1000u);
}

TEST(RemoteStreams, BrokenOff) {
  EXPECT_THAT(failureOf([](Wire& wire, const std::string&) {
                wire.head(200, "text/event-stream");
                wire.event(kHead);
                wire.event(delta("half an ans"));
              }),
              HasSubstr("closed the connection in the middle of the answer"));
  EXPECT_THAT(failureOf([](Wire& wire, const std::string&) { wire.head(200, "text/event-stream"); }),
              HasSubstr("closed the connection without an answer"));
  EXPECT_THAT(failureOf([](Wire&, const std::string&) {}), HasSubstr("broke off"));
  EXPECT_THAT(failureOf([](Wire& wire, const std::string&) {
                wire.head(200, "text/event-stream", "Content-Length: 100000\r\n");
                wire.event(delta("x"));
              }),
              HasSubstr("broke off"));
}

TEST(RemoteStreams, SlowOnesAreWaitedForAndSilentOnesAreNot) {
  MisbehavingServer slow([](Wire& wire, const std::string&) {
    wire.head(200, "text/event-stream");
    for (const char c : std::string("data: " + delta("slow") + "\n\ndata: [DONE]\n\n")) {
      if (!wire.send(std::string(1, c))) return;
      wire.wait(10);
    }
  });
  RemoteTimes patient;
  patient.silenceSeconds = 5;
  RemoteServer server(addressOf(slow.address()), "", patient);
  EXPECT_EQ(ask(server)->text(), "slow");
  RemoteTimes times;
  times.silenceSeconds = 0.3;
  EXPECT_THAT(failureOf(
                  [](Wire& wire, const std::string&) {
                    wire.head(200, "text/event-stream");
                    wire.event(delta("x"));
                    wire.waitForClose(20000);
                  },
                  times),
              HasSubstr("sent nothing for"));
}

TEST(RemoteStreams, StopDoesNotWaitForASilentServer) {
  std::atomic<bool> closed{false};
  MisbehavingServer silent([&closed](Wire& wire, const std::string&) { closed = wire.waitForClose(20000); });
  RemoteServer server(addressOf(silent.address()), "");
  auto sink = std::make_shared<CollectingSink>();
  const auto id = server.ask("m", question("x"), {}, sink);
  ASSERT_TRUE(id.ok());
  while (silent.requests().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  const auto begun = Clock::now();
  server.cancel(*id);
  ASSERT_TRUE(sink->waitDone());
  EXPECT_LT(Clock::now() - begun, std::chrono::milliseconds(200));
  EXPECT_EQ(sink->finished()->reason, engine::FinishReason::Cancelled);
  for (int i = 0; i < 1000 && !closed; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_TRUE(closed);
}

TEST(RemoteStreams, EndingTheServerObjectEndsWhatRuns) {
  MisbehavingServer silent([](Wire& wire, const std::string&) { wire.waitForClose(20000); });
  auto sink = std::make_shared<CollectingSink>();
  const auto begun = Clock::now();
  {
    RemoteServer server(addressOf(silent.address()), "");
    ASSERT_TRUE(server.ask("m", question("x"), {}, sink).ok());
    std::thread lists([&server] { EXPECT_FALSE(server.models().ok()); });
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    server.cancelAll();
    lists.join();
  }
  EXPECT_LT(Clock::now() - begun, std::chrono::seconds(2));
  EXPECT_TRUE(sink->done());
}

TEST(RemoteStreams, WrongJsonAndHugeLines) {
  const auto stream = [](const std::string& bytes) {
    return [bytes](Wire& wire, const std::string&) {
      wire.head(200, "text/event-stream");
      wire.send(bytes);
      wire.waitForClose(20000);
    };
  };
  EXPECT_THAT(failureOf(stream("data: {\"choices\":[\n\n")), HasSubstr("no JSON"));
  EXPECT_THAT(failureOf(stream("data: " + std::string(200000, '[') + "\n\n")), HasSubstr("no JSON"));
  EXPECT_THAT(failureOf(stream("data: 5\n\n")), HasSubstr("no JSON"));
  EXPECT_THAT(failureOf(stream("data: \xff\xfe\n\n")), HasSubstr("no JSON"));
  EXPECT_THAT(failureOf(stream("data: " + std::string(2 << 20, 'x'))), HasSubstr("a line of more than 1 MB"));
  EXPECT_THAT(failureOf(stream(R"(data: {"error":{"message":"out of memory"}})"
                               "\n\n")),
              HasSubstr("ended the answer: out of memory"));
  EXPECT_THAT(failureOf([](Wire& wire, const std::string&) {
                wire.head(200, "text/html");
                wire.send("<script>alert(1)</script>");
              }),
              HasSubstr("a web page"));
  EXPECT_THAT(failureOf([](Wire& wire, const std::string&) {
                wire.send("HTTP/1.1 200 " + std::string(1 << 20, 'A') + "\r\n\r\n");
              }),
              HasSubstr("broke off"));
  EXPECT_THAT(failureOf([](Wire& wire, const std::string&) {
                wire.send("HTTP/1.1 200 OK\r\n");
                while (wire.send("X-Long: " + std::string(4000, 'a') + "\r\n")) {
                }
              }),
              HasSubstr("broke off"));
}

TEST(RemoteStreams, OddButRightOnesAreRead) {
  const auto text = [](const std::string& type, const std::string& bytes) {
    MisbehavingServer odd([&](Wire& wire, const std::string&) {
      wire.head(200, type);
      wire.send(bytes);
    });
    RemoteServer server(addressOf(odd.address()), "");
    const auto sink = ask(server);
    return sink->error() ? sink->error()->message : sink->text();
  };
  const std::string stop = R"({"choices":[{"delta":{},"finish_reason":"stop"}]})";
  // CRLF, comments, event names, no space behind the colon, no [DONE].
  EXPECT_EQ(
      text("text/event-stream", ": ping\r\n\r\nevent: x\r\ndata:" + delta("a") + "\r\n\r\ndata: " + stop + "\r\n\r\n"),
      "a");
  // Wrong types are passed over.
  EXPECT_EQ(text("text/event-stream",
                 "data: {\"choices\":{}}\n\ndata: {\"choices\":[5]}\n\ndata: {\"choices\":[{\"delta\":5}]}\n\n"
                 "data: {\"choices\":[{\"delta\":{\"content\":7}}],\"usage\":{\"prompt_tokens\":-3}}\n\n"
                 "data: " +
                     delta("ok") + "\n\ndata: [DONE]\n\n"),
            "ok");
  // Reasoning apart from the answer.
  EXPECT_EQ(text("text/event-stream", "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"why\"}}]}\n\ndata: " +
                                          delta("so") + "\n\ndata: [DONE]\n\n"),
            "<think>\nwhy\n</think>\n\nso");
  // The whole answer at once.
  EXPECT_EQ(text("application/json", R"({"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]})"),
            "whole");
  EXPECT_THAT(text("application/json", R"({"hello":1})"), HasSubstr("JSON that is no answer"));
  EXPECT_THAT(text("application/json", "{"), HasSubstr("no JSON"));
}

TEST(RemoteLists, WrongOnesAreSaid) {
  const auto words = [](int status, const std::string& body) {
    MisbehavingServer wrong([&](Wire& wire, const std::string&) {
      wire.head(status, "application/json");
      wire.send(body);
    });
    RemoteServer server(addressOf(wrong.address()), "");
    const auto models = server.models();
    return models.ok() ? std::to_string(models->size()) : models.error().message;
  };
  EXPECT_THAT(words(200, "<html></html>"), HasSubstr("no list of models"));
  EXPECT_THAT(words(200, "[]"), HasSubstr("no list of models"));
  EXPECT_THAT(words(200, R"({"data":5})"), HasSubstr("no list of models"));
  EXPECT_THAT(words(404, ""), HasSubstr("Nothing answers at"));
  EXPECT_EQ(words(200, R"({"data":[5,{"id":6},{"id":""},{"id":"a"},{"id":"b","max_model_len":-1}]})"), "2");
  EXPECT_THAT(words(200, std::string(9 << 20, ' ')), HasSubstr("more than 8 MB"));
  RemoteServer nobody(addressOf("http://127.0.0.1:1"), "");
  EXPECT_THAT(nobody.models().error().message, HasSubstr("cannot be reached"));
  MisbehavingServer plain([](Wire& wire, const std::string&) { wire.send("no TLS here\n"); });
  RemoteTimes hasty;
  hasty.connectSeconds = 0.5;
  RemoteServer tls(addressOf("https://127.0.0.1:" + std::to_string(plain.port())), "", hasty);
  EXPECT_EQ(tls.models().error().context, "network");
}

TEST(RemoteLists, AnAnswerIsNotGoneOnWith) {
  RemoteServer server(addressOf("http://127.0.0.1:1"), "");
  engine::ChatPrompt prompt = question("x");
  prompt.continueLast = true;
  const auto refused = server.ask("m", prompt, {}, std::make_shared<CollectingSink>());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, engine::ErrorCode::Unsupported);
}

}  // namespace app
