// Behaviours B1 to B15: errors and validation.
#include "tests/app/server/server_fixture.h"

namespace app {

using ::testing::HasSubstr;
using ServerErrors = ServerTest;

TEST_F(ServerErrors, ServerB1_EveryErrorIsTheSameJsonObject) {
  startServer();
  const std::vector<RawResponse> failures = {postText("/v1/chat/completions", "{"), get("/nothing"),
                                             get("/v1/chat/completions"), postText("/v1/chat/completions", "{}"),
                                             get("/v1/models/other")};
  for (const RawResponse& response : failures) {
    EXPECT_GE(response.status, 400);
    EXPECT_EQ(errorOf(response)["type"], "invalid_request_error");
    EXPECT_EQ(response.header("x-should-retry"), "false");
  }
}

TEST_F(ServerErrors, ServerB2_MalformedJsonIs400) {
  startServer();
  const std::vector<std::string> bodies = {
      "",
      "{",
      "nonsense",
      "[]",
      "\"text\"",
      "null",
      "{\"messages\":NaN}",
      "{\"messages\":1e400}",
      "{\"messages\":[{\"role\":\"user\",\"content\":\"\xff\xfe\"}]}",
      "{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}",
      std::string("{\"a\0b\":1}", 9),
      "{\"messages\":[{\"role\":\"user\",\"content\":\"a\nb\"}]}",
      "{} {}",
  };
  for (const std::string& body : bodies) {
    const RawResponse response = postText("/v1/chat/completions", body);
    EXPECT_EQ(response.status, 400) << body;
    errorOf(response);
  }
  EXPECT_EQ(chat().status, 200);
}

TEST_F(ServerErrors, ServerB2_DeepNestingIs400HoweverLargeTheBody) {
  startServer();
  const std::string arrays = std::string(1'200'000, '[') + std::string(1'200'000, ']');
  EXPECT_EQ(postText("/v1/chat/completions", arrays).status, 400);
  EXPECT_EQ(postText("/v1/chat/completions", "{\"messages\":" + arrays + "}").status, 400);
  std::string objects;
  for (int i = 0; i < 200'000; ++i) objects += "{\"a\":";
  EXPECT_EQ(postText("/tokenize", objects).status, 400);
  // 128 levels are read, and the field is judged on its own.
  const std::string shallow = std::string(120, '[') + std::string(120, ']');
  const RawResponse response = postText("/v1/chat/completions", "{\"messages\":" + shallow + "}");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(errorOf(response)["param"], "messages[0]");
  EXPECT_EQ(chat().status, 200);
}

TEST_F(ServerErrors, ServerB2_DuplicateKeysTheLastCounts) {
  startServer();
  const RawResponse response =
      postText("/v1/chat/completions",
               R"({"messages":[{"role":"user","content":"first"}],"messages":[{"role":"user","content":"second"}]})");
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body)["choices"][0]["message"]["content"], "second");
}

TEST_F(ServerErrors, ServerB3_WrongTypesAndRangesName400TheField) {
  startServer();
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"temperature", "hot"}}, "temperature"},
      {{{"temperature", 2.5}}, "temperature"},
      {{{"top_p", 0}}, "top_p"},
      {{{"top_k", -2}}, "top_k"},
      {{{"top_k", 1.5}}, "top_k"},
      {{{"min_p", -0.1}}, "min_p"},
      {{{"presence_penalty", 3}}, "presence_penalty"},
      {{{"frequency_penalty", -3}}, "frequency_penalty"},
      {{{"repetition_penalty", 0.5}}, "repetition_penalty"},
      {{{"max_tokens", 0}}, "max_tokens"},
      {{{"max_tokens", -1}}, "max_tokens"},
      {{{"max_tokens", 5000}}, "max_tokens"},
      {{{"n", 0}}, "n"},
      {{{"n", 1000000}}, "n"},
      {{{"stream", "yes"}}, "stream"},
      {{{"seed", 1.5}}, "seed"},
      {{{"stop", 5}}, "stop"},
      {{{"stop", {"a", 5}}}, "stop"},
      {{{"stop", std::vector<std::string>(17, "x")}}, "stop"},
      {{{"logit_bias", {{"99999", 1}}}}, "logit_bias"},
      {{{"logit_bias", {{"x", 1}}}}, "logit_bias"},
      {{{"logit_bias", {{"1", 101}}}}, "logit_bias"},
      {{{"logprobs", 3}}, "logprobs"},
      {{{"logprobs", true}, {"top_logprobs", 21}}, "top_logprobs"},
      {{{"top_logprobs", 2}}, "top_logprobs"},
      {{{"messages", {{{"role", "user"}, {"content", "a"}}, {{"role", "user"}, {"content", 7}}}}},
       "messages[1].content"},
      {{{"messages", {{{"role", "User"}, {"content", "a"}}}}}, "messages[0].role"},
      {{{"ignore_eos", 1}}, "ignore_eos"},
  };
  for (const auto& [fields, param] : cases) {
    const RawResponse response = chat(fields);
    EXPECT_EQ(response.status, 400) << fields;
    const json error = errorOf(response);
    EXPECT_EQ(error["param"], param) << fields;
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr(param)) << fields;
  }
  EXPECT_EQ(engine().seenRequests().size(), 0u);
}

TEST_F(ServerErrors, ServerB3_OneAnswerNamesAllOffenders) {
  startServer();
  const json error = errorOf(chat({{"temperature", 9}, {"top_p", "x"}, {"n", 0}, {"stop", 1}}));
  for (const char* field : {"temperature", "top_p", "n must", "stop"}) {
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr(field));
  }
  EXPECT_THAT(errorOf(chat({{"logit_bias", {{"900", 1}, {"901", 1}}}}))["message"].get<std::string>(),
              ::testing::AllOf(HasSubstr("900"), HasSubstr("901")));
}

TEST_F(ServerErrors, ServerB4_MessagesMustBeAnArrayOfMessages) {
  startServer();
  for (const char* body :
       {R"({})", R"({"messages":null})", R"({"messages":[]})", R"({"messages":"hi"})", R"({"messages":{}})",
        R"({"messages":["hi"]})", R"({"messages":[{}]})", R"({"messages":[{"content":"a"}]})",
        R"({"messages":[{"role":"user"}]})", R"({"messages":[{"role":null,"content":"a"}]})",
        R"({"messages":[{"role":"user","content":null}]})"}) {
    const RawResponse response = postText("/v1/chat/completions", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(errorOf(response)["param"].get<std::string>(), ::testing::StartsWith("messages")) << body;
  }
}

TEST_F(ServerErrors, ServerB7_UnknownRoutesAndModelsAre404) {
  startServer();
  EXPECT_EQ(get("/v2/models").status, 404);
  EXPECT_EQ(get("/").status, 404);
  EXPECT_EQ(get("/v1/../health").status, 404);
  EXPECT_EQ(errorOf(get("/v1/models/other"))["code"], "model_not_found");
  const RawResponse unknown = chat({{"model", "gpt-4"}});
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(errorOf(unknown)["code"], "model_not_found");
  EXPECT_EQ(errorOf(unknown)["param"], "model");
  EXPECT_EQ(unknown.header("x-should-retry"), "false");
  for (const json& known : {json("fake-model"), json("FAKE-Model"), json("org/fake-model"), json("model"), json()}) {
    EXPECT_EQ(chat({{"model", known}}).status, 200) << known;
  }
}

TEST_F(ServerErrors, ServerB7_TheServedNameIsKnownAndReplied) {
  startServer({}, [] {
    ServerConfig config;
    config.servedModelName = "team/helper";
    return config;
  }());
  const RawResponse response = chat({{"model", "team/helper"}});
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(json::parse(response.body)["model"], "team/helper");
  EXPECT_EQ(chat({{"model", "fake-model"}}).status, 200);
  EXPECT_EQ(get("/v1/models/team/helper").status, 200);
  EXPECT_EQ(get("/v1/models/team%2Fhelper").status, 200);
}

TEST_F(ServerErrors, ServerB8_WrongMethodsAre405WithAllow) {
  startServer();
  const RawResponse response = get("/v1/chat/completions");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.header("allow"), "POST, OPTIONS");
  EXPECT_EQ(post("/v1/models", {}).header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(get("/v1/models/").status, 200);
  EXPECT_EQ(get("//v1//models").status, 200);

  RawClient client(port());
  const std::string host = "Host: 127.0.0.1:" + std::to_string(port()) + "\r\n\r\n";
  client.send("HEAD /v1/models HTTP/1.1\r\n" + host);
  const std::string head = client.readUntil("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(head, ::testing::EndsWith("\r\n\r\n"));
  client.send("DELETE /v1/models HTTP/1.1\r\n" + host);
  EXPECT_THAT(client.readUntil("method_not_allowed"), HasSubstr("HTTP/1.1 405"));
}

TEST_F(ServerErrors, ServerB9_LimitsOnBodyHeadersTargetAndType) {
  ServerConfig config;
  config.limits.bodyBytes = 20'000;
  config.limits.headerBytes = 4096;
  config.limits.targetBytes = 512;
  startServer({}, config);
  const std::string large(30'000, ' ');
  EXPECT_EQ(postText("/v1/chat/completions", large).status, 413);
  {
    RawClient client(port());  // chunked: counted while it arrives
    client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:" + std::to_string(port()) +
                "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 10; ++i) client.send("1000\r\n" + std::string(4096, ' ') + "\r\n");
    const RawResponse response = client.read();
    EXPECT_EQ(response.status, 413);
    errorOf(response);
  }
  EXPECT_EQ(get("/v1/models", "X-Long: " + std::string(5000, 'a') + "\r\n").status, 431);
  EXPECT_EQ(get("/v1/models?" + std::string(600, 'a')).status, 414);
  std::string many;
  for (int i = 0; i < 150; ++i) many += "a: b\r\n";
  EXPECT_EQ(get("/v1/models", many).status, 431);

  RawClient client(port());
  const std::string host = "Host: localhost:" + std::to_string(port()) + "\r\n";
  client.send("POST /v1/chat/completions HTTP/1.1\r\n" + host +
              "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(client.read().status, 415);
  const std::string body = chatBody().dump();
  client.send("POST /v1/chat/completions HTTP/1.1\r\n" + host +
              "Content-Type: application/json; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
              "\r\n\r\n" + body);
  EXPECT_EQ(client.read().status, 200);
  client.send("POST /v1/chat/completions HTTP/1.1\r\n" + host +
              "Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(client.read().status, 415);
}

TEST_F(ServerErrors, ServerB10_AFullQueueIs429AndNoModelIs503BothWithRetryAfter) {
  test_support::FakeScript script;
  script.submitError = engine::Error{engine::ErrorCode::QueueFull, "16 requests are waiting already."};
  startServer(script);
  RawResponse response = chat();
  EXPECT_EQ(response.status, 429);
  EXPECT_EQ(errorOf(response)["type"], "rate_limit_error");
  EXPECT_FALSE(response.header("retry-after").empty());
  EXPECT_TRUE(response.header("x-should-retry").empty());
  EXPECT_EQ(chat({{"stream", true}}).status, 429);

  releaseFakeEngine();
  host().unload();
  for (int i = 0; i < 18000 && host().snapshot().state != HostState::Empty; ++i) usleep(5000);
  response = chat();
  EXPECT_EQ(response.status, 503);
  EXPECT_FALSE(response.header("retry-after").empty());
  EXPECT_EQ(get("/health").status, 503);
  EXPECT_EQ(json::parse(get("/v1/models").body)["data"].size(), 0u);
}

TEST_F(ServerErrors, ServerB63_HealthIsWhatDecodedTokensSay) {
  startServer();
  EXPECT_EQ(get("/health").status, 200);
  engine().setFault("a kernel refused");
  const RawResponse response = get("/health");
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(errorOf(response)["message"].get<std::string>().find("a kernel refused"), std::string::npos);
  EXPECT_FALSE(response.header("retry-after").empty());
  EXPECT_EQ(chat().status, 200);
  engine().setFault({});
  EXPECT_EQ(get("/health").status, 200);
}

TEST_F(ServerErrors, HealthSaysWhatTheMachineLacksButNotWhereFilesAre) {
  const auto healthAfter = [](const engine::Error& error) {
    test_support::FakeLoad load;
    load.error = error;
    ModelHost host(test_support::makeFakeLoader(load));
    HttpServer server(host);
    ServerConfig config;
    config.port = 0;
    EXPECT_TRUE(server.start(config).ok());
    host.load({});
    for (int i = 0; i < 18000 && host.snapshot().state != HostState::Failed; ++i) usleep(5000);
    RawClient client(server.port());
    client.send(getRequest(server.port(), "/health"));
    const RawResponse response = client.read();
    EXPECT_EQ(response.status, 503);
    return errorOf(response)["message"].get<std::string>();
  };
  EXPECT_NE(healthAfter({engine::ErrorCode::Unsupported, "--device cuda: There is no NVIDIA driver.", "device"})
                .find("no NVIDIA driver"),
            std::string::npos);
  EXPECT_NE(healthAfter({engine::ErrorCode::Unavailable, "loading: the GPU stopped working"}).find("stopped working"),
            std::string::npos);
  EXPECT_NE(healthAfter({engine::ErrorCode::OutOfMemory, "It needs 90 GB, 80 GB are free."}).find("80 GB are free"),
            std::string::npos);
  EXPECT_EQ(healthAfter({engine::ErrorCode::NotFound, "cannot open /home/somebody/model"}).find("somebody"),
            std::string::npos);
}

TEST_F(ServerErrors, ServerB12_HeadersOfEveryResponse) {
  startServer();
  std::set<std::string> ids;
  for (const RawResponse& response : {chat(), chat({{"stream", true}}), get("/health"), get("/nothing"),
                                      postText("/v1/chat/completions", "{"), get("/metrics")}) {
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_THAT(response.header("date"), ::testing::MatchesRegex("..., .. ... .... ..:..:.. GMT"));
    EXPECT_THAT(response.header("x-request-id"), ::testing::StartsWith("req_"));
    EXPECT_TRUE(ids.insert(response.header("x-request-id")).second);
    EXPECT_TRUE(response.header("keep-alive").empty());
  }
}

TEST_F(ServerErrors, ServerB13_UnknownFieldsAreIgnoredAndNullMeansAbsent) {
  startServer();
  json fields = {{"x_unknown", {{"a", 1}}}, {"user", "me"}, {"store", true}, {"metadata", {{"k", "v"}}}};
  for (const char* name : {"temperature",
                           "top_p",
                           "top_k",
                           "min_p",
                           "n",
                           "stop",
                           "seed",
                           "stream",
                           "stream_options",
                           "max_tokens",
                           "max_completion_tokens",
                           "tools",
                           "tool_choice",
                           "response_format",
                           "logit_bias",
                           "logprobs",
                           "top_logprobs",
                           "presence_penalty",
                           "frequency_penalty",
                           "repetition_penalty",
                           "ignore_eos",
                           "model",
                           "functions",
                           "chat_template_kwargs"}) {
    fields[name] = nullptr;
  }
  const RawResponse response = chat(fields);
  EXPECT_EQ(response.status, 200) << response.body;
}

TEST_F(ServerErrors, ServerB14_IntegersMayBeWrittenAsFloats) {
  startServer();
  const RawResponse response = postText(
      "/v1/chat/completions",
      R"({"messages":[{"role":"user","content":"Hello"}],"max_tokens":3.0,"n":1.0,"seed":-9223372036854775808})");
  ASSERT_EQ(response.status, 200) << response.body;
  EXPECT_EQ(json::parse(response.body)["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(engine().seenRequests().front().sampling.seed, INT64_MIN);
  EXPECT_EQ(chat({{"max_tokens", 3.5}}).status, 400);
  EXPECT_EQ(
      postText("/v1/chat/completions", R"({"messages":[{"role":"user","content":"a"}],"seed":9223372036854775808})")
          .status,
      400);
}

TEST_F(ServerErrors, ServerB15_TheConnectionSurvivesRefusals) {
  startServer();
  RawClient client(port());
  const std::string good = postRequest(port(), "/v1/chat/completions", chatBody().dump());
  const std::vector<std::string> bad = {
      postRequest(port(), "/v1/chat/completions", "{"),
      postRequest(port(), "/v1/chat/completions", R"({"messages":[]})"), postRequest(port(), "/nothing", "{}"),
      getRequest(port(), "/v1/chat/completions"), postRequest(port(), "/v1/models", R"({"a":1})")};
  for (const std::string& request : bad) {
    ASSERT_TRUE(client.send(request));
    EXPECT_GE(client.read().status, 400);
    ASSERT_TRUE(client.send(good));
    EXPECT_EQ(client.read().status, 200);
  }
}

TEST_F(ServerErrors, ServerB39_TheTwoNamesOfTheTokenLimitMustAgree) {
  startServer();
  const RawResponse response = chat({{"max_tokens", 5}, {"max_completion_tokens", 6}});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(errorOf(response)["code"], "invalid_parameter_combination");
  EXPECT_EQ(chat({{"max_tokens", 5}, {"max_completion_tokens", 5}}).status, 200);
  const json body = json::parse(chat({{"max_completion_tokens", 2}}).body);
  EXPECT_EQ(body["choices"][0]["message"]["content"], "He");
}

TEST_F(ServerErrors, ServerB41_AnOverlongPromptIs400WithBothNumbers) {
  test_support::FakeScript script;
  script.contextLength = 64;
  startServer(script);
  for (const bool stream : {false, true}) {
    json body = chatBody(std::string(100, 'a'));
    body["stream"] = stream;
    const RawResponse response = post("/v1/chat/completions", body);
    EXPECT_EQ(response.status, 400);
    const json error = errorOf(response);
    EXPECT_EQ(error["code"], "context_length_exceeded");
    EXPECT_EQ(error["param"], "messages");
    EXPECT_THAT(error["message"].get<std::string>(), ::testing::AllOf(HasSubstr("104"), HasSubstr("64")));
  }
  // Prompt and limit together beyond the context: clamped, and the end says so.
  const json body = json::parse(chat({{"max_tokens", 64}, {"ignore_eos", true}}).body);
  EXPECT_EQ(body["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(body["usage"]["total_tokens"], 64);
}

TEST_F(ServerErrors, ServerB44_TemplateErrorsAre400WithTheTemplatesWords) {
  test_support::FakeScript script;
  script.templateError = "Conversation roles must alternate user/assistant";
  startServer(script);
  const RawResponse response = chat({{"stream", true}});
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(errorOf(response)["message"].get<std::string>(), HasSubstr("must alternate"));
}

TEST_F(ServerErrors, WhatCannotBeHonouredIsRefusedByName) {
  startServer();
  const json tool = {{"type", "function"}, {"function", {{"name", "f"}}}};
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"tools", {tool}}, {"parallel_tool_calls", false}}, "parallel_tool_calls"},
      {{{"tools", {{{"type", "function"}}}}}, "tools[0]"},
      {{{"tools", {tool}}, {"tool_choice", "required"}}, "tool_choice"},
      {{{"tool_choice", {{"type", "function"}, {"function", {{"name", "f"}}}}}}, "tool_choice"},
      {{{"response_format", {{"type", "json_object"}}}}, "response_format"},
      {{{"response_format", {{"type", "json_schema"}}}}, "response_format"},
      {{{"functions", {tool}}}, "functions"},
      {{{"chat_template", "{{ x }}"}}, "chat_template"},
      {{{"chat_template_kwargs", {{"evil", 1}}}}, "chat_template_kwargs.evil"},
      {{{"best_of", 4}}, "best_of"},
      {{{"stream_options", {{"include_usage", true}}}}, "stream_options"},
  };
  for (const auto& [fields, param] : cases) {
    const RawResponse response = chat(fields);
    EXPECT_EQ(response.status, 400) << fields;
    EXPECT_EQ(errorOf(response)["param"], param) << fields;
  }
  EXPECT_EQ(chat({{"tools", {tool}}, {"tool_choice", "none"}}).status, 200);
  EXPECT_EQ(chat({{"tools", {tool}}}).status, 200);
  EXPECT_EQ(chat({{"tools", json::array()}}).status, 200);
  EXPECT_EQ(chat({{"response_format", {{"type", "text"}}}}).status, 200);
}

}  // namespace app
