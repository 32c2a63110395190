// What hostile or broken clients do: many and idle connections, slow ones, huge and odd bodies, smuggling, a drain
// under load. The server stays up, bounded and right for everybody else.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/app/server/server_fixture.h"

namespace app {

using ::testing::HasSubstr;
using ServerRobustness = ServerTest;
using namespace std::chrono_literals;

namespace {

/// Resident memory of this process in KiB; 0 where it cannot be told.
size_t residentKiB() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
  }
  return 0;
}

bool eventually(const std::function<bool()>& condition) {
  for (int i = 0; i < 4000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

}  // namespace

TEST_F(ServerRobustness, TwoHundredIdleAndFiftyHalfSentConnectionsHinderNobody) {
  startServer();
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < 250; ++i) {
    idle.push_back(std::make_unique<RawClient>(port()));
    ASSERT_TRUE(idle.back()->connected());
    if (i % 5 == 0) idle.back()->send("POST /v1/chat/completions HTTP/1.1\r\nHost: loc");
  }
  for (int i = 0; i < 20; ++i) EXPECT_EQ(chat().status, 200);
  idle.clear();
  EXPECT_TRUE(eventually([&] {
    const std::string page = get("/metrics").body;
    return page.find("hearth:connections{model_name=\"fake-model\"} 1\n") != std::string::npos;
  }));
}

TEST_F(ServerRobustness, ServerB9_HugeBodiesAreRefusedUnreadAndSharedMemoryHasABudget) {
  ServerConfig config;
  config.limits.bodyBytes = 48u << 20;
  startServer({}, config);
  const std::string head =
      "POST /tokenize HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) + "\r\nContent-Type: application/json\r\n";
  RawClient large(port());
  large.send(head + "Content-Length: 67108864\r\n\r\n{");
  EXPECT_EQ(large.read().status, 413);

  // Two clients fill the budget of two largest bodies but a little: a third large body is too much, a small one not.
  const std::string piece(1 << 20, ' ');
  const auto fill = [&](RawClient& client, int pieces) {
    client.send(head + "Content-Length: 50000000\r\n\r\n");
    for (int i = 0; i < pieces; ++i) client.send(piece);
  };
  RawClient first(port());
  RawClient second(port());
  fill(first, 47);
  fill(second, 47);
  RawClient third(port());
  third.send(head + "Content-Length: 20000000\r\n\r\n");
  for (int i = 0; i < 19 && third.send(piece); ++i) {
  }
  // Whose bytes came last is a matter of luck; that not all three fit is none.
  RawResponse refused;
  for (int i = 0; i < 100 && refused.status == 0; ++i) {
    for (RawClient* client : {&third, &first, &second}) {
      if (refused.status == 0) refused = client->read(0.1);
    }
  }
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(errorOf(refused)["code"], "too_much_at_once");
  EXPECT_FALSE(refused.header("retry-after").empty());
  EXPECT_EQ(chat().status, 200);
  first.reset();
  second.reset();
  third.reset();
  // What they held is given back with them: 2 MB were left.
  EXPECT_TRUE(eventually([&] {
    RawClient again(port());
    const std::string body = R"({"prompt":")" + std::string(3 << 20, 'a') + "\"}";
    again.send(postRequest(port(), "/tokenize", body));
    return again.read(60).status == 200;
  }));
}

TEST_F(ServerRobustness, ServerB57_SmugglingShapesAreRefusedAndTheRestOfTheBytesIsNoRequest) {
  startServer();
  const std::string host = "Host: localhost:" + std::to_string(port()) + "\r\n";
  const std::string type = "Content-Type: application/json\r\n";
  const std::string inner = "GET /v1/models HTTP/1.1\r\n" + host + "\r\n";
  const std::string post = "POST /tokenize HTTP/1.1\r\n" + host + type;
  for (const std::string& request : {
           post + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
           post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + inner,
           post + "Content-Length: 2\r\nContent-Length: 60\r\n\r\n{}" + inner,
           post + "Content-Length: 2,60\r\n\r\n{}" + inner,
           post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + inner,
           post + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + inner,
           post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + inner,
           post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + inner,
           post +
               "Transfer-Encoding:\x0b"
               "chunked\r\n\r\n0\r\n\r\n" +
               inner,
           post + "X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + inner,
           post + "Transfer-Encoding: chunked\r\n\r\n1 \r\n{\r\n0\r\n\r\n" + inner,
           post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}0\r\n\r\n" + inner,
           post + "Content-Length: 2\r\n" + type + "\r\n{}" + inner,
           "GET /health HTTP/1.1\r\n" + host + "Authorization: a\r\nAuthorization: b\r\n\r\n" + inner,
           "GET /health HTTP/1.1\r\n" + host + host + "\r\n" + inner,
       }) {
    RawClient client(port());
    client.send(request);
    const RawResponse response = client.read();
    EXPECT_TRUE(response.status == 400 || response.status == 501) << request << response.status;
    EXPECT_TRUE(client.closedWithin(10)) << request;
  }
  EXPECT_EQ(chat().status, 200);
}

TEST_F(ServerRobustness, ServerB2_OddBytesInBodiesAndPathsHaveADefinedResult) {
  startServer();
  const std::vector<std::pair<std::string, int>> bodies = {
      {"\xEF\xBB\xBF" + chatBody().dump(), 200},  // a byte order mark is not content
      {R"({"messages":[{"role":"user","content":"a\u0000b"}]})", 200},
      {R"({"messages":[{"role":"user","content":"\ud83d\ude00"}]})", 200},
      {R"({"messages":[{"role":"user","content":"\ud83d"}]})", 400},
      {R"({"messages":[{"role":"user","content":"\ude00\ud83d"}]})", 400},
      {std::string("{\"messages\":[{\"role\":\"user\",\"content\":\"a\0b\"}]}", 47), 400},
      {"{\"messages\":[{\"role\":\"user\",\"content\":\"\xC0\xAF\"}]}", 400},
      {"{\"messages\":[{\"role\":\"user\",\"content\":\"\xED\xA0\x80\"}]}", 400},
      {"{\"messages\":[{\"role\":\"user\",\"content\":\"\xF5\x80\x80\x80\"}]}", 400},
      {"", 400},
      {" ", 400},
      {std::string(3, '\0'), 400},
  };
  for (const auto& [body, status] : bodies) {
    const RawResponse response = postText("/v1/chat/completions", body);
    EXPECT_EQ(response.status, status) << body;
    if (status != 200) errorOf(response);
  }
  for (const char* path : {"/v1/models/%00", "/v1/models/%ff", "/v1/models/%", "/v1/models/%zz", "/v1/models/..%2f..",
                           "/%2e%2e/etc/passwd", "/v1/models/%0d%0aX:%20y"}) {
    const RawResponse response = get(path);
    EXPECT_EQ(response.status, 404) << path;
    errorOf(response);
  }
}

TEST_F(ServerRobustness, ServerB51_AKilledClientIsNoticed) {
  test_support::FakeScript script;
  script.endless = true;
  script.tokenDelay = 1ms;
  script.contextLength = 1u << 20;
  startServer(script);
  json body = chatBody();
  body["stream"] = true;
  const std::string request = postRequest(port(), "/v1/chat/completions", body.dump());
  // The child is a program of its own: a fork of this one, which has threads, could do little.
  int out[2];
  ASSERT_EQ(::pipe(out), 0);
  const std::string program = "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(port()) +
                              "; printf '%s' \"$1\" >&3; head -c 200 <&3 >/dev/null; echo; sleep 100 & wait";
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(out[1], STDOUT_FILENO);
    ::setpgid(0, 0);
    ::execlp("bash", "bash", "-c", program.c_str(), "bash", request.c_str(), nullptr);
    ::_exit(127);
  }
  ::setpgid(child, child);
  ::close(out[1]);
  char byte = 0;
  const bool begun = ::read(out[0], &byte, 1) == 1;
  ::close(out[0]);
  EXPECT_TRUE(!begun || engineRuns(1));
  ::kill(-child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  if (!begun) GTEST_SKIP() << "there is no bash with /dev/tcp";
  EXPECT_TRUE(engineIdle());
}

TEST_F(ServerRobustness, MemoryStaysWhereItIsOverManyRequests) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers keep freed memory";
#endif
  startServer();
  const auto rounds = [&](int count) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        RawClient client(port());
        json body = chatBody(std::string(200, 'm'));
        body["stream"] = t % 2 == 0;
        const std::string good = postRequest(port(), "/v1/chat/completions", body.dump());
        const std::string bad = postRequest(port(), "/v1/chat/completions", R"({"messages":[]})");
        for (int i = 0; i < count; ++i) {
          client.send(i % 10 == 9 ? bad : good);
          const int status = client.read().status;
          EXPECT_TRUE(status == 200 || status == 400) << status;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  rounds(100);
  const size_t before = residentKiB();
  rounds(500);
  // The fake engine remembers each request it has seen (a few KiB); a leak of answers or connections would be far more.
  EXPECT_LT(residentKiB(), before + (48u << 10));
  EXPECT_TRUE(engineIdle());
}

TEST_F(ServerRobustness, ADrainUnderLoadEndsEveryStreamAndRefusesTheRest) {
  test_support::FakeScript script;
  script.tokenDelay = 2ms;
  startServer(script);
  std::atomic<bool> stop = false;
  std::atomic<int> done = 0, cut = 0, refused = 0;
  std::vector<std::thread> threads;
  const uint16_t at = port();
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      while (!stop) {
        RawClient client(at);
        if (!client.connected()) break;
        json body = chatBody(std::string(30, 'd'));
        body["stream"] = true;
        client.send(postRequest(at, "/v1/chat/completions", body.dump()));
        const RawResponse response = client.read();
        if (response.status == 503) ++refused;
        if (response.status == 503 || response.status == 0) break;
        const bool whole = response.body.find("[DONE]") != std::string::npos;
        ++(whole ? done : cut);
      }
    });
  }
  EXPECT_TRUE(eventually([&] { return done > 8; }));
  server().drain(20);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(cut, 0);
  EXPECT_EQ(server().state(), ServerState::Off);
  EXPECT_FALSE(RawClient(at).connected());
}

}  // namespace app
