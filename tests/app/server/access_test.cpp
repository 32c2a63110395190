// Behaviours B5, B6 and B58 to B61: keys, hosts, origins.

#include "tests/app/server/server_fixture.h"

namespace app {

using ::testing::HasSubstr;
using ServerAccess = ServerTest;

namespace {

ServerConfig withKeys() {
  ServerConfig config;
  config.apiKeys = {{"laptop", "sk-one"}, {"phone", "sk-two"}};
  return config;
}

}  // namespace

TEST_F(ServerAccess, ServerB5_WithoutAValidKey401AndTheKeyIsNeverEchoed) {
  startServer({}, withKeys());
  for (const char* header :
       {"", "Authorization: Bearer\r\n", "Authorization: Bearer \r\n", "Authorization: sk-one\r\n",
        "Authorization: Basic sk-one\r\n", "Authorization: Bearer sk-wrong\r\n", "Authorization: Bearer sk-on\r\n",
        "Authorization: Bearer sk-one2\r\n", "X-Api-Key: nope\r\n", "X-Api-Key: \r\n"}) {
    const RawResponse response = post("/v1/chat/completions", chatBody(), header);
    EXPECT_EQ(response.status, 401) << header;
    EXPECT_EQ(response.header("www-authenticate"), "Bearer");
    const json error = errorOf(response);
    EXPECT_EQ(error["code"], "invalid_api_key");
    EXPECT_EQ(response.body.find("sk-"), std::string::npos);
  }
  uint64_t cursor = 0;
  for (const ServerLogLine& line : server().logSince(&cursor)) EXPECT_EQ(line.text.find("sk-"), std::string::npos);
}

TEST_F(ServerAccess, ServerB5_TheBodyIsNotAwaited) {
  startServer({}, withKeys());
  RawClient client(port());
  client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
              "\r\nContent-Type: application/json\r\nContent-Length: 30000000\r\n\r\n{");
  const RawResponse response = client.read();
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.header("connection"), "close");
}

TEST_F(ServerAccess, ServerB60_EveryKeyWorksInBothHeadersAndMayBeRevoked) {
  startServer({}, withKeys());
  for (const char* header : {"Authorization: Bearer sk-one\r\n", "authorization: bearer sk-two\r\n",
                             "X-Api-Key: sk-two\r\n", "x-api-key: sk-one\r\n"}) {
    EXPECT_EQ(post("/v1/chat/completions", chatBody(), header).status, 200) << header;
  }
  EXPECT_EQ(engine().seenRequests().back().client, "key laptop");
  EXPECT_NE(engine().seenRequests()[0].cacheSalt, engine().seenRequests()[1].cacheSalt);
  EXPECT_EQ(engine().seenRequests()[1].cacheSalt, engine().seenRequests()[2].cacheSalt);
  server().setApiKeys({{"phone", "sk-two"}});
  EXPECT_EQ(get("/v1/models", "X-Api-Key: sk-one\r\n").status, 401);
  EXPECT_EQ(get("/v1/models", "X-Api-Key: sk-two\r\n").status, 200);
}

TEST_F(ServerAccess, ServerB61_OnlyHealthIsPublic) {
  startServer({}, withKeys());
  EXPECT_EQ(get("/health").status, 200);
  for (const char* path : {"/v1/models", "/v1/models/x", "/metrics", "/nothing", "/", "//health/x", "/HEALTH"}) {
    EXPECT_EQ(get(path).status, 401) << path;
  }
  for (const char* path : {"/tokenize", "/detokenize", "/v1/completions", "/v1/chat/completions", "/unload"}) {
    EXPECT_EQ(post(path, json::object()).status, 401) << path;
  }
}

TEST_F(ServerAccess, WithoutKeysAnyAuthorizationIsIgnored) {
  startServer();
  EXPECT_EQ(get("/v1/models", "Authorization: Bearer whatever\r\n").status, 200);
  EXPECT_EQ(engine().seenRequests().size(), 0u);
}

TEST_F(ServerAccess, ServerB6_B59_OnlyOurHostsAreServed) {
  ServerConfig config;
  config.allowedHosts = {"box.lan"};
  startServer({}, config);
  const auto status = [&](const std::string& hostHeader) {
    RawClient client(port());
    client.send("GET /v1/models HTTP/1.1\r\nHost: " + hostHeader + "\r\n\r\n");
    const RawResponse response = client.read();
    if (response.status != 200) errorOf(response);
    return response.status;
  };
  const std::string ours = ":" + std::to_string(port());
  for (const std::string& good :
       {"127.0.0.1" + ours, "localhost" + ours, "LOCALHOST" + ours, "[::1]" + ours, "127.1.2.3" + ours,
        "box.lan" + ours, std::string("box.lan"), std::string("Box.LAN:80")}) {
    EXPECT_EQ(status(good), 200) << good;
  }
  for (const std::string& bad :
       {std::string("localhost"), std::string("127.0.0.1:1"), "evil.example" + ours, "localhost.evil.example" + ours,
        "127.0.0.1.evil" + ours, "10.0.0.1" + ours, "x.local" + ours, "2130706433" + ours, "0.0.0.0" + ours,
        "localhost" + ours + "/", "user@localhost" + ours}) {
    EXPECT_EQ(status(bad), 403) << bad;
  }
  EXPECT_EQ(status(""), 403);
}

TEST_F(ServerAccess, ServerB6_ForeignOriginsAreRefusedBeforeTheKey) {
  startServer({}, withKeys());
  for (const char* origin : {"https://evil.example", "null", "http://localhost:3000", "file://"}) {
    const RawResponse response = post("/v1/chat/completions", chatBody(), "Origin: " + std::string(origin) + "\r\n");
    EXPECT_EQ(response.status, 403) << origin;
    EXPECT_TRUE(response.header("access-control-allow-origin").empty());
  }
  EXPECT_EQ(engine().seenRequests().size(), 0u);
}

TEST_F(ServerAccess, ServerB58_CorsIsForListedOriginsOnly) {
  ServerConfig config = withKeys();
  config.allowedOrigins = {"https://app.example"};
  startServer({}, config);
  const auto preflight = [&](const std::string& origin) {
    RawClient client(port());
    client.send("OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
                "\r\nOrigin: " + origin +
                "\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\r\n");
    return client.read();
  };
  const RawResponse allowed = preflight("https://app.example");
  EXPECT_EQ(allowed.status, 204);
  EXPECT_EQ(allowed.header("access-control-allow-origin"), "https://app.example");
  EXPECT_THAT(allowed.header("access-control-allow-methods"), HasSubstr("POST"));
  EXPECT_THAT(allowed.header("access-control-allow-headers"), HasSubstr("Authorization"));
  EXPECT_TRUE(allowed.header("access-control-allow-credentials").empty());
  const RawResponse refused = preflight("https://evil.example");
  EXPECT_EQ(refused.status, 403);
  EXPECT_TRUE(refused.header("access-control-allow-origin").empty());
  const RawResponse served =
      post("/v1/chat/completions", chatBody(), "Origin: https://app.example\r\nAuthorization: Bearer sk-one\r\n");
  EXPECT_EQ(served.status, 200);
  EXPECT_EQ(served.header("access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(served.header("vary"), "Origin");
}

TEST_F(ServerAccess, OffLoopbackNeedsAKey) {
  startServer();
  ServerConfig config;
  config.host = "0.0.0.0";
  config.port = 0;
  const auto started = server().start(config);
  ASSERT_FALSE(started.ok());
  EXPECT_EQ(started.error().context, "api-keys");
  EXPECT_EQ(server().state(), ServerState::Failed);
  config.apiKeys = {{"a", "k"}};
  ASSERT_TRUE(server().start(config).ok());
  EXPECT_EQ(get("/v1/models", "X-Api-Key: k\r\n").status, 200);
  // Taking the last key away closes the door instead of opening it.
  server().setApiKeys({});
  EXPECT_EQ(get("/v1/models").status, 401);
}

}  // namespace app
