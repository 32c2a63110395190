// What every response and every field has to be like, gone through one by one: B8, B12 to B14, B17, B20 to B25, B32 and
// the decisions D1 to D15.
#include <chrono>
#include <ctime>
#include <set>
#include <thread>

#include "tests/app/server/server_fixture.h"

namespace app {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ServerContract = ServerTest;
using namespace std::chrono_literals;

namespace {

constexpr const char* kPaths[] = {"/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize"};

}  // namespace

TEST_F(ServerContract, ServerB8_EveryKnownPathTakesHeadAndOptionsAndRefusesTheRest) {
  startServer();
  for (const std::string path : {"/v1/models", "/v1/models/fake-model", "/health", "/metrics"}) {
    for (const std::string& spelling : {path, path + "/", "/" + path}) EXPECT_EQ(get(spelling).status, 200) << spelling;
    RawClient client(port());
    const std::string host = " HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) + "\r\n";
    client.send("HEAD " + path + host + "\r\nGET /health" + host + "Connection: close\r\n\r\n");
    const std::string both = client.readUntil("nothing ends so", 10);
    EXPECT_THAT(both, StartsWith("HTTP/1.1 200")) << path;
    const size_t end = both.find("\r\n\r\n");
    ASSERT_NE(end, std::string::npos);
    EXPECT_THAT(both.substr(end + 4), StartsWith("HTTP/1.1 200")) << "no body may follow a HEAD";
  }
  for (const std::string path : kPaths) {
    for (const std::string method : {"GET", "PUT", "DELETE", "PATCH", "HEAD"}) {
      RawClient client(port());
      client.send(method + " " + path + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
                  "\r\nConnection: close\r\n\r\n");
      const std::string response = client.readUntil("nothing ends so", 5);
      EXPECT_THAT(response, StartsWith("HTTP/1.1 405")) << method << path;
      EXPECT_THAT(response, HasSubstr("Allow: POST, OPTIONS")) << method << path;
    }
    RawClient client(port());
    client.send("OPTIONS " + path + " HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) + "\r\n\r\n");
    const RawResponse options = client.read();
    EXPECT_EQ(options.status, 204);
    EXPECT_EQ(options.header("allow"), "POST, OPTIONS");
    EXPECT_TRUE(options.header("access-control-allow-origin").empty());
  }
}

TEST_F(ServerContract, ServerB12_TypesAndIdsOfEveryResponseErrorsOfTheTransportToo) {
  ServerConfig config;
  config.limits.headerBytes = 4096;
  config.limits.targetBytes = 512;
  startServer({}, config);
  const std::string host = "Host: localhost:" + std::to_string(port()) + "\r\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {getRequest(port(), "/v1/models"), "application/json"},
      {getRequest(port(), "/health"), "application/json"},
      {getRequest(port(), "/nothing"), "application/json"},
      {getRequest(port(), "/metrics"), "text/plain; version=0.0.4; charset=utf-8"},
      {postRequest(port(), "/v1/chat/completions", chatBody().dump()), "application/json"},
      {postRequest(port(), "/v1/chat/completions", "{"), "application/json"},
      {postRequest(port(), "/v1/completions", R"({"prompt":"a","stream":true})"), "text/event-stream; charset=utf-8"},
      {"GET / HTTP/1.1\r\n\r\n", "application/json"},
      {"GET / HTTP/9.9\r\n" + host + "\r\n", "application/json"},
      {"GET /" + std::string(600, 'a') + " HTTP/1.1\r\n" + host + "\r\n", "application/json"},
      {"GET / HTTP/1.1\r\n" + host + "X: " + std::string(5000, 'a') + "\r\n\r\n", "application/json"},
      {"BREWACUPOFGOODTEA / HTTP/1.1\r\n" + host + "\r\n", "application/json"},
      {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "application/json"},
  };
  std::set<std::string> ids;
  for (const auto& [request, type] : cases) {
    RawClient client(port());
    client.send(request);
    const RawResponse response = client.read();
    EXPECT_EQ(response.header("content-type"), type) << request.substr(0, 60);
    EXPECT_EQ(response.header("cache-control"), "no-store") << request.substr(0, 60);
    EXPECT_THAT(response.header("x-request-id"), StartsWith("req_")) << request.substr(0, 60);
    EXPECT_TRUE(ids.insert(response.header("x-request-id")).second) << request.substr(0, 60);
    if (response.status >= 400) errorOf(response);
  }
}

TEST_F(ServerContract, ServerB13_NullAndUnknownFieldsOnEveryRoute) {
  startServer();
  json completion = {{"prompt", "Hi"}, {"unknown", {1, {{"a", nullptr}}}}};
  for (const char* name : {"model",
                           "max_tokens",
                           "temperature",
                           "top_p",
                           "top_k",
                           "n",
                           "stream",
                           "stream_options",
                           "logprobs",
                           "echo",
                           "stop",
                           "presence_penalty",
                           "frequency_penalty",
                           "best_of",
                           "logit_bias",
                           "user",
                           "seed",
                           "suffix",
                           "min_p",
                           "repetition_penalty",
                           "ignore_eos",
                           "stop_token_ids",
                           "add_special_tokens",
                           "parse_special",
                           "response_format",
                           "use_beam_search"}) {
    completion[name] = nullptr;
  }
  EXPECT_EQ(json::parse(post("/v1/completions", completion).body)["choices"][0]["text"], "Hi");
  EXPECT_EQ(post("/tokenize", {{"prompt", "Hi"},
                               {"messages", nullptr},
                               {"add_special_tokens", nullptr},
                               {"parse_special", nullptr},
                               {"unknown", 1}})
                .status,
            200);
  EXPECT_EQ(post("/detokenize", {{"tokens", {72}}, {"model", nullptr}, {"unknown", "x"}}).status, 200);
  const json message = {{"role", "user"},          {"content", "Hi"},    {"name", nullptr},  {"tool_calls", nullptr},
                        {"tool_call_id", nullptr}, {"refusal", nullptr}, {"audio", nullptr}, {"unknown", 1}};
  EXPECT_EQ(
      chat({{"messages", {message}}, {"stream", true}, {"stream_options", {{"include_usage", nullptr}, {"x", 1}}}})
          .status,
      200);
}

TEST_F(ServerContract, ServerB14_WholeNumbersInEveryIntegerField) {
  startServer();
  const std::string start = R"({"messages":[{"role":"user","content":"Hello"}],)";
  const auto status = [&](const std::string& field, const std::string& value, const std::string& more = "") {
    return postText("/v1/chat/completions", start + more + "\"" + field + "\":" + value + "}").status;
  };
  for (const std::string field : {"max_tokens", "max_completion_tokens", "n", "top_k", "seed"}) {
    EXPECT_EQ(status(field, "5"), 200) << field;
    EXPECT_EQ(status(field, "5.0"), 200) << field;
    EXPECT_EQ(status(field, "5e0"), 200) << field;
    for (const char* bad : {"5.5", "\"5\"", "true", "[5]", "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "1e19",
                            "99999999999999999999", "0x5", "05", "+5"}) {
      EXPECT_EQ(status(field, bad), 400) << field << " " << bad;
    }
  }
  EXPECT_EQ(status("top_logprobs", "5.0", R"("logprobs":true,)"), 200);
  EXPECT_EQ(status("top_logprobs", "5.5", R"("logprobs":true,)"), 400);
  for (const std::string field : {"max_tokens", "max_completion_tokens", "n"}) {
    EXPECT_EQ(status(field, "0"), 400) << field;
    EXPECT_EQ(status(field, "-1"), 400) << field;
    EXPECT_EQ(status(field, "2147483648"), 400) << field;
  }
  EXPECT_EQ(status("n", "16"), 200);
  EXPECT_EQ(status("n", "17"), 400);
  for (const std::string field :
       {"temperature", "top_p", "min_p", "presence_penalty", "frequency_penalty", "repetition_penalty"}) {
    EXPECT_EQ(status(field, "1"), 200) << field;
    for (const char* bad : {"NaN", "Infinity", "-Infinity", "1e400", "\"1\"", "true", "[1]", "{}"}) {
      EXPECT_EQ(status(field, bad), 400) << field << " " << bad;
    }
  }
  EXPECT_EQ(status("seed", "-9223372036854775808"), 200);
  EXPECT_EQ(status("seed", "-9223372036854775809"), 400);
}

TEST_F(ServerContract, ServerB17_IdsAreUniqueAndCreatedIsTheRequestsStart) {
  startServer();
  std::set<std::string> ids;
  const int64_t before = std::time(nullptr);
  for (int i = 0; i < 20; ++i) {
    const json reply = json::parse(chat({{"max_tokens", 1}}).body);
    EXPECT_TRUE(ids.insert(reply["id"]).second);
    EXPECT_TRUE(reply["created"].is_number_integer());
    EXPECT_GE(reply["created"].get<int64_t>(), before - 1);
    EXPECT_LE(reply["created"].get<int64_t>(), std::time(nullptr) + 1);
  }
  EXPECT_THAT(*ids.begin(), StartsWith("chatcmpl-"));
}

TEST_F(ServerContract, ServerB20_ABadStreamGetsARealStatusAndNoStream) {
  test_support::FakeScript script;
  script.contextLength = 128;
  startServer(script);
  const auto refused = [&](json fields, int status) {
    fields["stream"] = true;
    const RawResponse response = chat(fields);
    EXPECT_EQ(response.status, status) << fields;
    EXPECT_EQ(response.header("content-type"), "application/json") << fields;
    EXPECT_TRUE(response.header("transfer-encoding").empty());
    errorOf(response);
  };
  refused({{"temperature", 7}}, 400);
  refused({{"messages", json::array()}}, 400);
  refused({{"model", "other"}}, 404);
  refused({{"max_tokens", 1000}}, 400);
  refused(chatBody(std::string(500, 'a')), 400);
  refused({{"n", 17}}, 400);
  EXPECT_EQ(engine().seenRequests().size(), 0u);
  // The engine's own refusals come before the first chunk as well.
  script.submitError = engine::Error{engine::ErrorCode::QueueFull, "full"};
  engine().setScript(script);
  refused(json::object(), 429);
  script.submitError = engine::Error{engine::ErrorCode::ContextLength, "too long"};
  engine().setScript(script);
  refused(json::object(), 400);
  script.submitError.reset();
  engine().setScript(script);
  engine().poison("the device was lost");
  refused(json::object(), 503);
}

TEST_F(ServerContract, ServerB21_B22_B23_OneRoleOneEndForEveryChoice) {
  startServer();
  for (const json& fields : {json::object(), json{{"n", 4}}, json{{"max_tokens", 2}, {"n", 2}}, json{{"stop", "l"}},
                             json{{"stream_options", {{"include_usage", true}}}, {"n", 2}}}) {
    const auto chunks = streamChat(fields);
    std::map<int, int> ends;
    std::set<int> begun;
    for (const json& chunk : chunks) {
      for (const json& choice : chunk["choices"]) {
        const int index = choice["index"];
        const json& delta = choice["delta"];
        if (begun.insert(index).second) {
          EXPECT_EQ(delta, json::parse(R"({"role":"assistant","content":""})"));
        } else {
          EXPECT_FALSE(delta.contains("role"));
        }
        EXPECT_EQ(ends[index], 0) << "nothing follows the end of a choice";
        ASSERT_TRUE(choice.contains("finish_reason"));
        if (choice["finish_reason"].is_null()) {
          EXPECT_TRUE(delta["content"].is_string());
          continue;
        }
        ++ends[index];
        EXPECT_EQ(delta, json::object());
        EXPECT_EQ(choice["finish_reason"], fields.contains("max_tokens") ? "length" : "stop");
      }
    }
    EXPECT_EQ(static_cast<int>(ends.size()), fields.value("n", 1));
    for (const auto& [index, count] : ends) EXPECT_EQ(count, 1) << index;
  }
}

TEST_F(ServerContract, ServerB24_StreamOptionsNeedAStream) {
  startServer();
  for (const json& fields :
       {json{{"stream", false}, {"stream_options", {{"include_usage", true}}}},
        json{{"stream_options", {{"include_usage", true}}}}, json{{"stream", true}, {"stream_options", 5}},
        json{{"stream", true}, {"stream_options", {{"include_usage", "yes"}}}}}) {
    const RawResponse response = chat(fields);
    EXPECT_EQ(response.status, 400) << fields;
    EXPECT_THAT(errorOf(response)["param"].get<std::string>(), StartsWith("stream_options")) << fields;
  }
  const RawResponse streamed =
      post("/v1/completions", {{"prompt", "Hi"}, {"stream", true}, {"stream_options", {{"include_usage", true}}}});
  const auto events = sseData(streamed.body);
  ASSERT_GE(events.size(), 3u);
  const json last = json::parse(events[events.size() - 2]);
  EXPECT_EQ(last["choices"], json::array());
  EXPECT_EQ(last["usage"]["completion_tokens"], 3);
}

TEST_F(ServerContract, ServerB25_EveryTokenIsSentAtOnceAndNothingIsCompressed) {
  test_support::FakeScript script;
  script.endless = true;
  script.tokenDelay = 1ms;
  startServer(script);
  RawClient client(port());
  json body = chatBody("x");
  body["stream"] = true;
  client.send(postRequest(port(), "/v1/chat/completions", body.dump(), "Accept-Encoding: gzip, br\r\n"));
  std::string seen = client.readUntil("\"content\":\"x\"");
  // What was made before the pause is here, though no more comes.
  engine().setPaused(true);
  std::this_thread::sleep_for(100ms);
  const uint64_t made = engine().stats().generatedTokens;
  const auto count = [&seen] {
    uint64_t found = 0;
    for (size_t at = 0; (at = seen.find("\"content\":\"x\"", at)) != std::string::npos; ++at) ++found;
    return found;
  };
  for (int i = 0; i < 200 && count() < made; ++i) seen = client.readUntil("[DONE]", 0.05);
  EXPECT_EQ(count(), made);
  EXPECT_EQ(seen.find("Content-Encoding"), std::string::npos);
}

TEST_F(ServerContract, ServerB25_ALongPrefillIsKeptAliveByComments) {
  test_support::FakeScript script;
  script.prefillDelay = 1h;
  startServer(script);
  RawClient client(port());
  json body = chatBody();
  body["stream"] = true;
  client.send(postRequest(port(), "/v1/chat/completions", body.dump()));
  // At least one within 15 s: clients and proxies give up on a silent stream.
  EXPECT_THAT(client.readUntil(": ping\n\n", 15), HasSubstr(": ping\n\n"));
}

TEST_F(ServerContract, ServerB27_AFailureAfterTheFirstTokenNeverLooksLikeAnEnd) {
  test_support::FakeScript script;
  script.failError = engine::Error{engine::ErrorCode::Internal, "the device is gone"};
  script.failAfterTokens = 2;
  startServer(script);
  for (const std::string path : {"/v1/chat/completions", "/v1/completions"}) {
    json body = chatBody();
    body["prompt"] = "Hello";
    body["stream"] = true;
    RawClient client(port());
    client.send(postRequest(port(), path, body.dump()));
    const RawResponse response = client.read();
    const auto events = sseData(response.body);
    ASSERT_GE(events.size(), 2u);
    EXPECT_TRUE(json::parse(events.back()).contains("error"));
    for (const std::string& event : events) EXPECT_NE(event, "[DONE]");
    EXPECT_TRUE(client.closedWithin(10));
  }
}

TEST_F(ServerContract, ServerB32_D10_StopListsOfAnyFormUpToSixteen) {
  startServer();
  for (const json& none : {json(nullptr), json(""), json::array(), json{""}, json{"", ""}}) {
    EXPECT_EQ(json::parse(chat({{"stop", none}}).body)["choices"][0]["message"]["content"], "Hello") << none;
  }
  std::vector<std::string> sixteen(15, "zz");
  sixteen.push_back("lo");
  EXPECT_EQ(json::parse(chat({{"stop", sixteen}}).body)["choices"][0]["message"]["content"], "Hel");
  sixteen.push_back("x");
  EXPECT_EQ(errorOf(chat({{"stop", sixteen}}))["param"], "stop");
  EXPECT_EQ(json::parse(chat({{"stop", {"lo", "ell"}}}).body)["choices"][0]["message"]["content"], "H");
}

TEST_F(ServerContract, D5_RetriesAreDiscouragedExactlyWhereTheyCannotHelp) {
  startServer();
  EXPECT_EQ(chat({{"temperature", 9}}).header("x-should-retry"), "false");
  EXPECT_EQ(get("/nothing").header("x-should-retry"), "false");
  EXPECT_EQ(get("/v1/chat/completions").header("x-should-retry"), "false");
  EXPECT_EQ(chat().header("x-should-retry"), "");
  engine().poison("gone");
  const RawResponse unavailable = chat();
  EXPECT_EQ(unavailable.status, 503);
  EXPECT_EQ(unavailable.header("x-should-retry"), "");
  EXPECT_FALSE(unavailable.header("retry-after").empty());
}

TEST_F(ServerContract, D8_AllOffendersAreNamedAndParamIsTheFirst) {
  startServer();
  const json error =
      errorOf(chat({{"messages", {{{"role", "user"}, {"content", 5}}, {{"role", "x"}, {"content", "a"}}}},
                    {"temperature", "x"},
                    {"logprobs", "y"}}));
  EXPECT_EQ(error["param"], "messages[0].content");
  for (const char* field : {"messages[0].content", "messages[1].role", "temperature", "logprobs"}) {
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr(field));
  }
}

TEST_F(ServerContract, D3_EchoAloneMayHaveNoTokens) {
  startServer();
  EXPECT_EQ(post("/v1/completions", {{"prompt", "Hi"}, {"max_tokens", 0}}).status, 400);
  EXPECT_EQ(post("/v1/completions", {{"prompt", "Hi"}, {"max_tokens", 0}, {"echo", true}}).status, 200);
  const RawResponse streamed =
      post("/v1/completions", {{"prompt", "Hi"}, {"max_tokens", 0}, {"echo", true}, {"stream", true}});
  EXPECT_EQ(sseData(streamed.body).back(), "[DONE]");
}

}  // namespace app
