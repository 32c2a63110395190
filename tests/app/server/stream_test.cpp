// Behaviours B16 to B34: replies, usage, ids, streams and text.
#include <chrono>

#include "tests/app/server/server_fixture.h"

namespace app {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ServerStreams = ServerTest;
using namespace std::chrono_literals;

namespace {

std::string contentOf(const std::vector<json>& chunks, int index = 0) {
  std::string text;
  for (const json& chunk : chunks) {
    for (const json& choice : chunk["choices"]) {
      if (choice["index"] == index) text += choice["delta"].value("content", "");
    }
  }
  return text;
}

}  // namespace

TEST_F(ServerStreams, ServerB16_ModelsAreListedInFull) {
  startServer();
  const json list = json::parse(get("/v1/models").body);
  EXPECT_EQ(list["object"], "list");
  ASSERT_EQ(list["data"].size(), 1u);
  const json& model = list["data"][0];
  EXPECT_EQ(model["id"], "fake-model");
  EXPECT_EQ(model["object"], "model");
  EXPECT_TRUE(model["created"].is_number_integer());
  EXPECT_TRUE(model["owned_by"].is_string());
  EXPECT_EQ(model["max_model_len"], 2048);
  EXPECT_EQ(json::parse(get("/v1/models/fake-model").body), model);
}

TEST_F(ServerStreams, ServerB17_IdsObjectsAndTimes) {
  startServer();
  const json whole = json::parse(chat().body);
  EXPECT_THAT(whole["id"].get<std::string>(), StartsWith("chatcmpl-"));
  EXPECT_EQ(whole["object"], "chat.completion");
  EXPECT_EQ(whole["model"], "fake-model");
  const auto chunks = streamChat();
  ASSERT_GE(chunks.size(), 3u);
  for (const json& chunk : chunks) {
    EXPECT_EQ(chunk["id"], chunks[0]["id"]);
    EXPECT_EQ(chunk["created"], chunks[0]["created"]);
    EXPECT_EQ(chunk["object"], "chat.completion.chunk");
    EXPECT_EQ(chunk["model"], "fake-model");
  }
  EXPECT_NE(chunks[0]["id"], whole["id"]);
  const json text = json::parse(post("/v1/completions", {{"prompt", "Hi"}}).body);
  EXPECT_THAT(text["id"].get<std::string>(), StartsWith("cmpl-"));
  EXPECT_EQ(text["object"], "text_completion");
}

TEST_F(ServerStreams, ServerB18_UsageIsTheSameStreamedAndNot) {
  test_support::FakeScript script;
  script.cachedTokens = 2;
  startServer(script);
  const json usage = json::parse(chat().body)["usage"];
  EXPECT_EQ(usage["total_tokens"], usage["prompt_tokens"].get<int>() + usage["completion_tokens"].get<int>());
  EXPECT_EQ(usage["prompt_tokens_details"]["cached_tokens"], 2);
  const json tokens = json::parse(post("/tokenize", chatBody()).body);
  EXPECT_EQ(usage["prompt_tokens"], tokens["count"]);
  const auto chunks = streamChat({{"stream_options", {{"include_usage", true}}}});
  EXPECT_EQ(chunks.back()["usage"], usage);
}

TEST_F(ServerStreams, ServerB19_TokenizeAndDetokenizeAreInverse) {
  startServer();
  for (const std::string text : {"plain", "caf\xC3\xA9 \xF0\x9F\x98\x80", "<|end|> as text", "\n\t \"quoted\" \\"}) {
    const json tokens = json::parse(post("/tokenize", {{"prompt", text}}).body);
    EXPECT_EQ(tokens["count"], tokens["tokens"].size());
    EXPECT_EQ(tokens["max_model_len"], 2048);
    EXPECT_EQ(json::parse(post("/detokenize", {{"tokens", tokens["tokens"]}}).body)["prompt"], text);
  }
  const json special = json::parse(post("/tokenize", {{"prompt", "<|end|>"}, {"parse_special", true}}).body);
  EXPECT_EQ(special["tokens"], json::parse("[257]"));
  const json begun = json::parse(post("/tokenize", {{"prompt", "a"}, {"add_special_tokens", true}}).body);
  EXPECT_EQ(begun["tokens"], json::parse("[256,97]"));
  EXPECT_EQ(post("/detokenize", {{"tokens", {99999}}}).status, 400);
  EXPECT_EQ(post("/detokenize", {{"tokens", {-1}}}).status, 400);
  EXPECT_EQ(post("/detokenize", json::object()).status, 400);
  EXPECT_EQ(post("/tokenize", json::object()).status, 400);
}

TEST_F(ServerStreams, ServerB20_AFailureBeforeTheFirstTokenHasItsOwnStatus) {
  test_support::FakeScript script;
  script.failError = engine::Error{engine::ErrorCode::Internal, "the device is gone"};
  startServer(script);
  const RawResponse response = chat({{"stream", true}});
  // Started comes first here, so the stream may have begun; then the error is an event.
  if (response.status == 200) {
    EXPECT_THAT(response.body, HasSubstr("the device is gone"));
  } else {
    EXPECT_EQ(response.status, 500);
  }
  EXPECT_EQ(chat({{"stream", true}, {"temperature", 7}}).status, 400);
  EXPECT_EQ(postText("/v1/chat/completions", R"({"stream":true})").status, 400);
}

TEST_F(ServerStreams, ServerB21_B22_B23_OrderOfChunks) {
  startServer();
  const auto chunks = streamChat();
  EXPECT_EQ(chunks.front()["choices"][0]["delta"], json::parse(R"({"role":"assistant","content":""})"));
  for (size_t i = 1; i + 1 < chunks.size(); ++i) {
    const json& choice = chunks[i]["choices"][0];
    EXPECT_TRUE(choice["delta"]["content"].is_string());
    EXPECT_FALSE(choice["delta"].contains("role"));
    EXPECT_TRUE(choice["finish_reason"].is_null());
    EXPECT_FALSE(chunks[i].contains("usage"));
  }
  EXPECT_EQ(chunks.back()["choices"][0]["delta"], json::object());
  EXPECT_EQ(chunks.back()["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(contentOf(chunks), "Hello");

  const auto cut = streamChat({{"max_tokens", 2}});
  EXPECT_EQ(cut.back()["choices"][0]["finish_reason"], "length");
  EXPECT_EQ(contentOf(cut), "He");
}

TEST_F(ServerStreams, ServerB24_TheUsageChunkComesOnlyWhenAskedFor) {
  startServer();
  const auto chunks = streamChat({{"stream_options", {{"include_usage", true}}}});
  EXPECT_EQ(chunks.back()["choices"], json::array());
  EXPECT_TRUE(chunks.back()["usage"].is_object());
  for (size_t i = 0; i + 1 < chunks.size(); ++i) EXPECT_TRUE(chunks[i].at("usage").is_null());
  for (const json& chunk : streamChat({{"stream_options", {{"include_usage", false}}}})) {
    EXPECT_FALSE(chunk.contains("usage"));
  }
}

TEST_F(ServerStreams, ServerB25_FramesAreOneLineEachAndComeAsTheyAreMade) {
  test_support::FakeScript script;
  script.answer = [](const engine::GenerationRequest&, int) {
    return std::string("line\nbreak \xE2\x82\xAC \"q\" \x01");
  };
  script.tokenDelay = 1ms;
  startServer(script);
  const RawResponse response = chat({{"stream", true}});
  EXPECT_TRUE(response.complete);
  size_t at = 0;
  while (at < response.body.size()) {
    ASSERT_EQ(response.body.substr(at, 6), "data: ");
    const size_t end = response.body.find("\n\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_EQ(response.body.substr(at, end - at).find('\n'), std::string::npos);
    at = end + 2;
  }
  EXPECT_EQ(contentOf(streamChat()), "line\nbreak \xE2\x82\xAC \"q\" \x01");
}

TEST_F(ServerStreams, ServerB25_AQueuedStreamIsKeptAliveAfterAHalfClose) {
  startServer();
  engine().setPaused(true);
  RawClient client(port());
  json body = chatBody();
  body["stream"] = true;
  client.send(postRequest(port(), "/v1/chat/completions", body.dump()));
  client.halfClose();
  const std::string begun = client.readUntil(": ping\n\n");
  EXPECT_THAT(begun, HasSubstr("HTTP/1.1 200"));
  EXPECT_THAT(begun, HasSubstr("\"role\":\"assistant\""));
  engine().setPaused(false);
  EXPECT_THAT(client.readUntil("[DONE]"), HasSubstr("\"content\":\"H\""));
}

TEST_F(ServerStreams, ServerB26_StreamedTextIsTheWholeText) {
  test_support::FakeScript script;
  script.answer = [](const engine::GenerationRequest&, int) {
    return std::string("na\xC3\xAFve \xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB text with STOP inside");
  };
  startServer(script);
  for (const json& fields : {json::object(), json{{"stop", "STOP"}}, json{{"max_tokens", 4}}, json{{"stop", "zz"}}}) {
    const json whole = json::parse(chat(fields).body);
    const auto chunks = streamChat(fields);
    EXPECT_EQ(contentOf(chunks), whole["choices"][0]["message"]["content"]);
    EXPECT_EQ(chunks.back()["choices"][0]["finish_reason"], whole["choices"][0]["finish_reason"]);
  }
}

TEST_F(ServerStreams, ServerB27_AFailureInTheMiddleIsAnErrorEventWithoutDone) {
  test_support::FakeScript script;
  script.failError = engine::Error{engine::ErrorCode::Internal, "the device is gone"};
  script.failAfterTokens = 3;
  startServer(script);
  const RawResponse response = chat({{"stream", true}});
  EXPECT_EQ(response.status, 200);
  const auto events = sseData(response.body);
  ASSERT_FALSE(events.empty());
  const json last = json::parse(events.back());
  EXPECT_EQ(last["error"]["message"], "the device is gone");
  EXPECT_EQ(last["error"]["type"], "server_error");
  EXPECT_EQ(response.body.find("[DONE]"), std::string::npos);
  EXPECT_EQ(chat().status, 500);
}

TEST_F(ServerStreams, ServerB28_SeveralAnswersAreInterleavedWithTheirIndex) {
  startServer();
  const auto chunks = streamChat({{"n", 3}, {"stream_options", {{"include_usage", true}}}});
  EXPECT_EQ(contentOf(chunks, 0), "Hello");
  EXPECT_EQ(contentOf(chunks, 1), "Hello #2");
  EXPECT_EQ(contentOf(chunks, 2), "Hello #3");
  std::map<int, int> finishes;
  std::map<int, int> roles;
  for (const json& chunk : chunks) {
    for (const json& choice : chunk["choices"]) {
      finishes[choice["index"]] += choice["finish_reason"].is_null() ? 0 : 1;
      roles[choice["index"]] += choice["delta"].contains("role") ? 1 : 0;
    }
  }
  EXPECT_EQ(finishes, (std::map<int, int>{{0, 1}, {1, 1}, {2, 1}}));
  EXPECT_EQ(roles, (std::map<int, int>{{0, 1}, {1, 1}, {2, 1}}));
  const json whole = json::parse(chat({{"n", 3}}).body);
  EXPECT_EQ(whole["choices"].size(), 3u);
  EXPECT_EQ(whole["choices"][2]["message"]["content"], "Hello #3");
  EXPECT_EQ(whole["usage"], chunks.back()["usage"]);
}

TEST_F(ServerStreams, ServerB29_B30_LogprobsCarryRawBytes) {
  test_support::FakeScript script;
  script.answer = [](const engine::GenerationRequest&, int) { return std::string("a\xC3\xA9"); };
  startServer(script);
  const json whole = json::parse(chat({{"logprobs", true}, {"top_logprobs", 2}}).body);
  const json& content = whole["choices"][0]["logprobs"]["content"];
  ASSERT_EQ(content.size(), 3u);
  EXPECT_EQ(content[0]["token"], "a");
  EXPECT_EQ(content[1]["token"], "bytes:\\xc3");
  EXPECT_EQ(content[1]["bytes"], json::parse("[195]"));
  EXPECT_EQ(content[2]["bytes"], json::parse("[169]"));
  EXPECT_EQ(content[0]["top_logprobs"].size(), 2u);
  EXPECT_LE(content[0]["logprob"].get<double>(), 0);
  json streamed = json::array();
  for (const json& chunk : streamChat({{"logprobs", true}, {"top_logprobs", 2}})) {
    const json& choice = chunk["choices"][0];
    if (choice["logprobs"].is_object()) {
      for (const json& token : choice["logprobs"]["content"]) streamed.push_back(token);
    }
  }
  EXPECT_EQ(streamed, content);
  EXPECT_TRUE(json::parse(chat().body)["choices"][0]["logprobs"].is_null());
}

TEST_F(ServerStreams, ServerB31_B32_B33_StopStringsReachTheEngine) {
  startServer();
  for (const json& none : {json(), json(""), json::array(), json{"", ""}}) {
    EXPECT_EQ(json::parse(chat({{"stop", none}}).body)["choices"][0]["message"]["content"], "Hello");
  }
  const json cut = json::parse(chat({{"stop", {"zz", "lo"}}}).body);
  EXPECT_EQ(cut["choices"][0]["message"]["content"], "Hel");
  EXPECT_EQ(cut["choices"][0]["finish_reason"], "stop");
  const json echoed = json::parse(post("/v1/completions", {{"prompt", "lo lo"}, {"echo", true}, {"stop", "xx"}}).body);
  EXPECT_EQ(echoed["choices"][0]["text"], "lo lolo lo");
}

TEST_F(ServerStreams, ServerB43_ContentPartsAndToolTraffic) {
  startServer();
  const json parts = {
      {{"role", "user"}, {"content", {{{"type", "text"}, {"text", "one"}}, {{"type", "text"}, {"text", "two"}}}}}};
  EXPECT_EQ(json::parse(chat({{"messages", parts}}).body)["choices"][0]["message"]["content"], "one\ntwo");
  const json image = {{{"role", "user"}, {"content", {{{"type", "image_url"}, {"image_url", {{"url", "x"}}}}}}}};
  const json error = errorOf(chat({{"messages", image}}));
  EXPECT_EQ(error["param"], "messages[0].content[0]");
  EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("image_url"));

  const json conversation = json::parse(R"([
    {"role": "system", "content": "A"}, {"role": "user", "content": "weather?"},
    {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function",
     "function": {"name": "get", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "1", "content": "sunny"}])");
  const RawResponse answered = chat({{"messages", conversation}});
  ASSERT_EQ(answered.status, 200) << answered.body;
  for (const char* calls : {"5", "[1]", "[{}]", R"([{"function":{"name":5}}])"}) {
    json broken = conversation;
    broken[2]["tool_calls"] = json::parse(calls);
    EXPECT_EQ(errorOf(chat({{"messages", broken}}))["param"], "messages[2].tool_calls") << calls;
  }
}

TEST_F(ServerStreams, ServerB45_SpecialTextInContentStaysText) {
  startServer();
  ASSERT_EQ(chat({{"messages", {{{"role", "user"}, {"content", "<|end|>"}}}}}).status, 200);
  const auto prompt = engine().seenRequests().back().prompt;
  EXPECT_EQ(std::count(prompt.begin(), prompt.end(), test_support::kFakeEnd), 1);
}

TEST_F(ServerStreams, CompletionsTakeAllFormsOfPrompts) {
  startServer();
  EXPECT_EQ(json::parse(post("/v1/completions", {{"prompt", "Hi"}}).body)["choices"][0]["text"], "Hi");
  const json several = json::parse(post("/v1/completions", {{"prompt", {"a", "b"}}, {"n", 2}}).body);
  ASSERT_EQ(several["choices"].size(), 4u);
  EXPECT_EQ(several["choices"][1]["text"], "a #2");
  EXPECT_EQ(several["choices"][2]["text"], "b");
  EXPECT_EQ(several["choices"][3]["index"], 3);
  const json ids = json::parse(post("/v1/completions", {{"prompt", {72, 105}}}).body);
  EXPECT_EQ(ids["choices"][0]["text"], "Hi");
  EXPECT_EQ(json::parse(post("/v1/completions", {{"prompt", {{72}, {105}}}}).body)["choices"].size(), 2u);
  for (const json& bad :
       {json(), json(5), json::array(), json{true}, json{99999}, json{-1}, json(json::array({{1}, "x", {}}))}) {
    EXPECT_EQ(post("/v1/completions", {{"prompt", bad}}).status, 400) << bad;
  }
  const json probabilities = json::parse(post("/v1/completions", {{"prompt", "Hi"}, {"logprobs", 1}}).body);
  const json& logprobs = probabilities["choices"][0]["logprobs"];
  EXPECT_EQ(logprobs["tokens"], json::parse(R"(["H","i"])"));
  EXPECT_EQ(logprobs["text_offset"], json::parse("[0,1]"));
}

TEST_F(ServerStreams, EchoAloneNeedsNoEngine) {
  startServer();
  const json whole = json::parse(post("/v1/completions", {{"prompt", "Hi"}, {"echo", true}, {"max_tokens", 0}}).body);
  EXPECT_EQ(whole["choices"][0]["text"], "Hi");
  EXPECT_EQ(whole["usage"]["completion_tokens"], 0);
  EXPECT_EQ(engine().seenRequests().size(), 0u);
  EXPECT_EQ(post("/v1/completions", {{"prompt", "Hi"}, {"max_tokens", 0}}).status, 400);
  const RawResponse streamed =
      post("/v1/completions", {{"prompt", "Hi"}, {"echo", true}, {"stream", true}, {"max_tokens", 1}});
  EXPECT_THAT(streamed.body, HasSubstr(R"("text":"Hi")"));
  EXPECT_EQ(sseData(streamed.body).back(), "[DONE]");
}

}  // namespace app
