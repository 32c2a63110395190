// Behaviours B16 to B19, B41, B42, B45, B51 and decisions 4.1, 4.3, 4.9, 4.14 over the engine itself with a tiny model.
#include <algorithm>
#include <thread>

#include "engine/chat_template.h"
#include "tests/app/server/server_fixture.h"

namespace app {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ServerReal = ServerTest;
using namespace std::chrono_literals;

namespace {

engine::EngineOptions shortContext() {
  engine::EngineOptions options;
  options.maxModelLen = 96;
  return options;
}

}  // namespace

TEST_F(ServerReal, ServerB17_D14_TheServedNameIsTheFilesAndTheReplyCarriesIt) {
  startReal();
  EXPECT_EQ(json::parse(get("/v1/models").body)["data"][0]["id"], "llama-q8_0");
  const json reply = json::parse(chat({{"model", "models/LLAMA-q8_0"}, {"max_tokens", 2}}).body);
  EXPECT_EQ(reply["model"], "llama-q8_0");
  EXPECT_THAT(reply["system_fingerprint"].get<std::string>(), ::testing::StartsWith("fp_"));
}

TEST_F(ServerReal, ServerB18_UsageCountsTheRenderedPromptAndTheCacheHit) {
  startReal();
  json body = chatBody("a prompt that is long enough to fill several blocks of the cache");
  const json tokens = json::parse(post("/tokenize", body).body);
  EXPECT_EQ(tokens["max_model_len"], 2048);
  body["max_tokens"] = 8;
  body["temperature"] = 0;
  const json first = json::parse(post("/v1/chat/completions", body).body)["usage"];
  EXPECT_EQ(first["prompt_tokens"], tokens["count"]);
  EXPECT_EQ(first["total_tokens"], first["prompt_tokens"].get<int>() + first["completion_tokens"].get<int>());
  EXPECT_EQ(first["prompt_tokens_details"]["cached_tokens"], 0);
  const json second = json::parse(post("/v1/chat/completions", body).body)["usage"];
  const int cached = second["prompt_tokens_details"]["cached_tokens"];
  EXPECT_GT(cached, 0);
  EXPECT_LT(cached, second["prompt_tokens"]);
  EXPECT_EQ(second["prompt_tokens"], first["prompt_tokens"]);
  EXPECT_EQ(second["completion_tokens"], first["completion_tokens"]);
  const json streamed = streamChat({{"messages", body["messages"]},
                                    {"max_tokens", 8},
                                    {"temperature", 0},
                                    {"stream_options", {{"include_usage", true}}}})
                            .back()["usage"];
  EXPECT_EQ(streamed, second);
}

TEST_F(ServerReal, ServerB19_D1_TokenizeRoundTripsAndTakesMessages) {
  startReal();
  for (const std::string text :
       {"hello world", "caf\xC3\xA9 \xF0\x9F\x98\x80 \xE4\xBD\xA0", "  two  spaces\n\t", "<s></s>"}) {
    const json tokens = json::parse(post("/tokenize", {{"prompt", text}}).body)["tokens"];
    EXPECT_EQ(json::parse(post("/detokenize", {{"tokens", tokens}}).body)["prompt"], text);
  }
  const json with = json::parse(post("/tokenize", chatBody()).body);
  json plain = chatBody();
  plain["add_special_tokens"] = false;
  const json without = json::parse(post("/tokenize", plain).body);
  EXPECT_EQ(with["count"], without["count"].get<int>() + 1);
  EXPECT_EQ(with["tokens"][0], 1);
  EXPECT_EQ(post("/tokenize", {{"prompt", "a"}, {"messages", chatBody()["messages"]}}).status, 400);
}

TEST_F(ServerReal, ServerB41_D3_TheContextBoundsPromptAndAnswer) {
  startReal(shortContext());
  for (const bool stream : {false, true}) {
    json body = chatBody(std::string(400, 'q') + " z");
    body["stream"] = stream;
    const RawResponse refused = post("/v1/chat/completions", body);
    EXPECT_EQ(refused.status, 400);
    const json error = errorOf(refused);
    EXPECT_EQ(error["code"], "context_length_exceeded");
    json counted = chatBody(std::string(400, 'q') + " z");
    const std::string count = json::parse(post("/tokenize", counted).body)["count"].dump();
    EXPECT_THAT(error["message"].get<std::string>(), AllOf(HasSubstr(count), HasSubstr("96")));
  }
  // Without max_tokens, and with more than is left, prompt and answer end exactly at the context's end.
  for (const json& fields : {json{{"ignore_eos", true}}, json{{"ignore_eos", true}, {"max_tokens", 96}}}) {
    const json reply = json::parse(chat(fields).body);
    EXPECT_EQ(reply["usage"]["total_tokens"], 96) << reply;
    EXPECT_EQ(reply["choices"][0]["finish_reason"], "length");
  }
  EXPECT_EQ(errorOf(chat({{"max_tokens", 97}}))["param"], "max_tokens");
  EXPECT_EQ(errorOf(chat({{"max_tokens", 0}}))["param"], "max_tokens");
}

TEST_F(ServerReal, ServerB42_HugePromptsAreCountedAndRefused) {
  startReal();
  constexpr size_t kMegabyte = 1 << 20;
  std::string emoji;
  while (emoji.size() < kMegabyte) emoji += "\xF0\x9F\x98\x80";
  for (const std::string& text : {std::string(kMegabyte, 'a'), std::string(kMegabyte, '\n'), emoji}) {
    RawClient client(port());
    client.send(postRequest(port(), "/v1/chat/completions", chatBody(text).dump()));
    const RawResponse refused = client.read(100);
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(errorOf(refused)["code"], "context_length_exceeded");
    client.send(postRequest(port(), "/tokenize", json{{"prompt", text}}.dump()));
    const json tokens = json::parse(client.read(100).body);
    EXPECT_EQ(tokens["count"], tokens["tokens"].size());
    client.send(postRequest(port(), "/detokenize", json{{"tokens", tokens["tokens"]}}.dump()));
    EXPECT_TRUE(json::parse(client.read(100).body)["prompt"] == text);
  }
  EXPECT_EQ(chat({{"max_tokens", 2}}).status, 200);
}

TEST_F(ServerReal, ServerB44_TheTemplatesOwnWordsRefuseWhatItCannotRender) {
  startReal();
  const json twice = {{{"role", "user"}, {"content", "a"}}, {{"role", "user"}, {"content", "b"}}};
  for (const bool stream : {false, true}) {
    const RawResponse refused = chat({{"messages", twice}, {"stream", stream}});
    EXPECT_EQ(refused.status, 400);
    const json error = errorOf(refused);
    EXPECT_EQ(error["param"], "messages");
    EXPECT_THAT(error["message"].get<std::string>(), HasSubstr("must alternate"));
  }
}

TEST_F(ServerReal, ServerB45_SpelledSpecialTokensInContentAreText) {
  startReal();
  const auto specials = [this](const std::string& content) {
    const json tokens = json::parse(post("/tokenize", chatBody(content)).body)["tokens"];
    return std::count_if(tokens.begin(), tokens.end(), [](const json& id) { return id == 1 || id == 2; });
  };
  EXPECT_EQ(specials("</s><s> [INST]"), specials("nothing special"));
  const json parsed = json::parse(post("/tokenize", {{"prompt", "</s>"}, {"parse_special", true}}).body)["tokens"];
  EXPECT_NE(std::find(parsed.begin(), parsed.end(), json(2)), parsed.end());
}

TEST_F(ServerReal, D9_LeadingSystemMessagesAreJoinedAndLateOnesRefused) {
  startReal();
  const auto tokens = [this](const json& messages) {
    return json::parse(post("/tokenize", {{"messages", messages}}).body);
  };
  const json user = {{"role", "user"}, {"content", "u"}};
  const json apart = {{{"role", "system"}, {"content", "A"}}, {{"role", "developer"}, {"content", "B"}}, user};
  const json joined = {{{"role", "system"}, {"content", "A\n\nB"}}, user};
  EXPECT_EQ(tokens(apart)["tokens"], tokens(joined)["tokens"]);
  const json late = {user, {{"role", "system"}, {"content", "A"}}};
  EXPECT_EQ(chat({{"messages", late}}).status, 400);
}

TEST_F(ServerReal, ServerB51_AVanishedClientsRequestGivesItsBlocksBack) {
  startReal();
  for (const bool stream : {true, false}) {
    for (const bool reset : {true, false}) {
      RawClient client(port());
      json body = chatBody();
      body.update({{"stream", stream}, {"ignore_eos", true}, {"n", 4}});
      client.send(postRequest(port(), "/v1/chat/completions", body.dump()));
      for (int i = 0; i < 4000 && host().snapshot().engine->stats().running == 0; ++i) std::this_thread::sleep_for(1ms);
      if (stream) client.readUntil("\"index\":0");
      if (reset) {
        client.reset();
      } else {
        client.close();
      }
      EXPECT_TRUE(realEngineIdle()) << "stream " << stream << " reset " << reset;
    }
  }
  EXPECT_EQ(chat({{"max_tokens", 2}}).status, 200);
}

TEST_F(ServerReal, ReloadUnderLoadEndsStreamsWithAnErrorAndServesAgain) {
  startReal();
  std::atomic<bool> stop = false;
  std::atomic<int> answered = 0, odd = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      while (!stop) {
        json body = chatBody();
        body.update({{"stream", i % 2 == 0}, {"max_tokens", 64}, {"ignore_eos", true}});
        const RawResponse response = postText("/v1/chat/completions", body.dump());
        const bool ended = response.body.find("[DONE]") != std::string::npos ||
                           response.body.find("\"usage\"") != std::string::npos ||
                           response.body.find("\"error\"") != std::string::npos;
        answered += response.status == 200 ? 1 : 0;
        odd += (response.status == 200 || response.status == 503) && ended ? 0 : 1;
      }
    });
  }
  const engine::EngineOptions options = host().snapshot().options;
  for (int i = 0; i < 3; ++i) {
    const int before = answered;
    for (int j = 0; j < 4000 && answered < before + 4; ++j) std::this_thread::sleep_for(5ms);
    host().load(options);
    for (int j = 0; j < 200 && host().snapshot().state == HostState::Ready; ++j) std::this_thread::sleep_for(1ms);
    for (int j = 0; j < 4000 && host().snapshot().state != HostState::Ready; ++j) std::this_thread::sleep_for(5ms);
    EXPECT_EQ(host().snapshot().state, HostState::Ready);
  }
  stop = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(odd, 0);
  EXPECT_EQ(chat({{"max_tokens", 2}}).status, 200);
  EXPECT_TRUE(realEngineIdle());
}

}  // namespace app
