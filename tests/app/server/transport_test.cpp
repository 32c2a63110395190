// Behaviours B56 and B57: strict parsing and time limits, over sockets and on the parsers alone.
#include <sys/socket.h>

#include <thread>

#include "app/server/transport/body_reader.h"
#include "app/server/transport/request_head.h"
#include "tests/app/server/server_fixture.h"

namespace app {

using ServerTransport = ServerTest;
using namespace std::chrono_literals;

namespace {

int headStatus(const std::string& text) {
  const auto parsed = parseRequestHead(text, {});
  const auto* fault = std::get_if<HttpFault>(&parsed);
  return fault != nullptr ? fault->status : 200;
}

/// A Connection on one end of a pair of sockets; `other` is the client's.
struct Pair {
  Pair() {
    int fds[2] = {-1, -1};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    connection = std::make_unique<Connection>(fds[0], "test");
    other = fds[1];
  }
  ~Pair() { ::close(other); }
  void send(std::string_view bytes) const {
    EXPECT_EQ(::send(other, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  std::unique_ptr<Connection> connection;
  int other = -1;
};

}  // namespace

TEST(RequestHead, ServerB57_StrictHeads) {
  const std::string host = "Host: a\r\n";
  EXPECT_EQ(headStatus("GET / HTTP/1.1\r\n" + host + "\r\n"), 200);
  EXPECT_EQ(headStatus("GET /a?b=c HTTP/1.0\r\n" + host + "X:y\r\n\r\n"), 200);
  const std::vector<std::pair<std::string, int>> cases = {
      {"GET / HTTP/1.1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + host + "\r\n", 400},
      {"GET /\r\n" + host + "\r\n", 400},
      {"GET  / HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET / x HTTP/1.1\r\n" + host + "\r\n", 400},
      {"G\x01T / HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET / HTTP/2.0\r\n" + host + "\r\n", 505},
      {"GET / http/1.1\r\n" + host + "\r\n", 400},
      {"GET http://a/ HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /\x80 HTTP/1.1\r\n" + host + "\r\n", 400},
      {"GET /#f HTTP/1.1\r\n" + host + "\r\n", 400},
      {"BREWACUPOFGOODTEA / HTTP/1.1\r\n" + host + "\r\n", 501},
      {"GET / HTTP/1.1\r\n" + host + " folded\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "X : y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + ": y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "novalue\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + "X: a\rb\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n" + host + std::string("X: a\0b\r\n\r\n", 10), 400},
      {"GET / HTTP/1.1\r\n" + host + "X: a\x07\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: +1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 0x10\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 1, 1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length: 99999999999999999999\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Content-Length:\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.0\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\n" + host + "Expect: magic\r\n\r\n", 417},
      {"POST / HTTP/1.1\r\n" + host + "Content-Encoding: br\r\n\r\n", 415},
  };
  for (const auto& [text, status] : cases) EXPECT_EQ(headStatus(text), status) << text;
}

TEST(RequestHead, PathsAreNormalisedOnce) {
  const auto path = [](const std::string& target) {
    const auto parsed = parseRequestHead("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", {});
    return std::get<RequestHead>(parsed).path;
  };
  EXPECT_EQ(path("/"), "/");
  EXPECT_EQ(path("//"), "/");
  EXPECT_EQ(path("/v1//models///"), "/v1/models");
  EXPECT_EQ(path("/a%2F%2e/?x=//"), "/a%2F%2e");
}

TEST_F(ServerTransport, ServerB57_BadFramingIs400AndTheConnectionEnds) {
  startServer();
  const std::string start = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
                            "\r\nContent-Type: application/json\r\n";
  const std::vector<std::string> requests = {
      start + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\n\r\n\r\n{}\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx\r\n0\r\n\r\n",
      start + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}",
      "GET /health HTTP/1.1\nHost: localhost\n\n",
      "\x16\x03\x01\x02\n\r\n\r\n",
      "nonsense\r\n\r\n",
  };
  for (const std::string& request : requests) {
    RawClient client(port());
    client.send(request);
    const RawResponse response = client.read();
    EXPECT_EQ(response.status, 400) << request;
    errorOf(response);
    EXPECT_EQ(response.header("connection"), "close");
    EXPECT_TRUE(client.closedWithin(90));
  }
  RawClient client(port());
  client.send("GET / HTTP/3.0\r\nHost: a\r\n\r\n");
  const RawResponse response = client.read();
  EXPECT_EQ(response.status, 505);
  errorOf(response);
}

TEST_F(ServerTransport, ChunkedBodiesAreJoined) {
  startServer();
  RawClient client(port());
  client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
              "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string body = chatBody("chunked").dump();
  for (const char c : body) client.send("1;ext=1\r\n" + std::string(1, c) + "\r\n");
  client.send("0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(json::parse(client.read().body)["choices"][0]["message"]["content"], "chunked");
}

TEST_F(ServerTransport, ServerB56_SlowHeadersAre408AndIdleConnectionsClose) {
  ServerConfig config;
  config.limits.headerSeconds = 1;
  config.limits.idleSeconds = 1;
  startServer({}, config);
  RawClient slow(port());
  slow.send("GET /health HTTP/1.1\r\nHost: ");
  RawClient silent(port());
  RawClient idle(port());
  idle.send(getRequest(port(), "/health"));
  EXPECT_EQ(idle.read().status, 200);
  const RawResponse response = slow.read();
  EXPECT_EQ(response.status, 408);
  errorOf(response);
  EXPECT_TRUE(silent.closedWithin(90));
  EXPECT_TRUE(idle.closedWithin(90));
}

TEST(BodyReader, ServerB56_ASlowBodyIs408) {
  Pair pair;
  RequestHead head;
  head.contentLength = 100'000;
  BodyReader reader(*pair.connection, head,
                    {.bytes = 1 << 20, .bytesPerSecond = 1000, .rateWindow = 200ms, .idleSeconds = 20});
  std::atomic<bool> stop = false;
  std::thread client([&] {
    for (int i = 0; i < 2000 && !stop; ++i) {
      ::send(pair.other, "x", 1, MSG_NOSIGNAL);
      std::this_thread::sleep_for(10ms);
    }
  });
  std::string body;
  const auto fault = reader.readAll(&body);
  stop = true;
  client.join();
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->status, 408);
  EXPECT_FALSE(reader.canSkip(1 << 20));
}

TEST(BodyReader, TheCapHoldsForChunksAndACutOffBodyIsAFault) {
  Pair pair;
  RequestHead head;
  head.chunked = true;
  pair.send("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n");
  std::string body;
  auto fault = BodyReader(*pair.connection, head, {.bytes = 6}).readAll(&body);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->status, 413);

  Pair cut;
  cut.send("5\r\nab");
  ::shutdown(cut.other, SHUT_WR);
  fault = BodyReader(*cut.connection, head, {}).readAll(&body);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->status, 400);
}

}  // namespace app
