// Behaviours B23 to B36 and B40 over the engine itself: text, stops, seeds, extremes. The model is tiny and random, so
// texts mean nothing; how they hang together does.
#include <algorithm>
#include <set>

#include "tests/app/server/server_fixture.h"

namespace app {

using ServerRealText = ServerTest;

namespace {

struct Streamed {
  std::string text, reason;
  json usage;
};

Streamed joined(const std::vector<json>& chunks, int index = 0) {
  Streamed result;
  for (const json& chunk : chunks) {
    if (chunk.contains("usage") && chunk["usage"].is_object()) result.usage = chunk["usage"];
    for (const json& choice : chunk["choices"]) {
      if (choice["index"] != index) continue;
      result.text += choice["delta"].value("content", "");
      if (choice["finish_reason"].is_string()) result.reason = choice["finish_reason"];
    }
  }
  return result;
}

json choiceOf(const RawResponse& response) {
  EXPECT_EQ(response.status, 200) << response.body;
  const json body = json::parse(response.body, nullptr, false);
  return body.is_object() ? body.value("choices", json::array({json::object()}))[0] : json::object();
}

std::string textOf(const RawResponse& response) {
  return choiceOf(response).value("/message/content"_json_pointer, std::string());
}

/// Greedy fields under which the tiny model says plain characters only: no byte, control or unknown tokens.
json plainGreedy(int maxTokens) {
  json bias = json::object();
  for (int id = 0; id < 259; ++id) bias[std::to_string(id)] = -100;
  return {{"temperature", 0}, {"max_tokens", maxTokens}, {"frequency_penalty", 0.5}, {"logit_bias", bias}};
}

/// Begin of each code point.
std::vector<size_t> codePoints(const std::string& text) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
  }
  return starts;
}

}  // namespace

TEST_F(ServerRealText, ServerB23_B34_AnEndTokenStopsIsCountedAndNeverShown) {
  startReal();
  // Token 2 is this model's end of text: forced at once, and after some text.
  const json forced = {{"temperature", 0}, {"max_tokens", 20}, {"logit_bias", {{"2", 100}}}};
  const RawResponse whole = chat(forced);
  EXPECT_EQ(choiceOf(whole)["finish_reason"], "stop");
  EXPECT_EQ(textOf(whole), "");
  EXPECT_EQ(json::parse(whole.body)["usage"]["completion_tokens"], 1);
  json streamed = forced;
  streamed["stream_options"] = {{"include_usage", true}};
  const Streamed chunks = joined(streamChat(streamed));
  EXPECT_EQ(chunks.text, "");
  EXPECT_EQ(chunks.reason, "stop");
  EXPECT_EQ(chunks.usage["completion_tokens"], 1);
  json ignoring = forced;
  ignoring["ignore_eos"] = true;
  const RawResponse on = chat(ignoring);
  EXPECT_EQ(choiceOf(on)["finish_reason"], "length");
  EXPECT_EQ(json::parse(on.body)["usage"]["completion_tokens"], 20);
}

TEST_F(ServerRealText, ServerB26_B29_StreamedIsTheWholeTextThoughCharactersSplit) {
  startReal();
  bool split = false;
  for (int seed = 1; seed <= 12; ++seed) {
    // Hot sampling makes byte tokens, most of them no character by themselves.
    const json fields = {{"temperature", 1.6}, {"seed", seed},     {"max_tokens", 80},
                         {"ignore_eos", true}, {"logprobs", true}, {"top_logprobs", 2}};
    const json whole = choiceOf(chat(fields));
    const auto chunks = streamChat(fields);
    const std::string text = whole["message"]["content"];
    EXPECT_EQ(joined(chunks).text, text);
    json entries = json::array();
    for (const json& chunk : chunks) {
      const json& logprobs = chunk["choices"][0]["logprobs"];
      if (logprobs.is_object()) entries.insert(entries.end(), logprobs["content"].begin(), logprobs["content"].end());
    }
    EXPECT_EQ(entries, whole["logprobs"]["content"]);
    EXPECT_EQ(entries.size(), 80u);
    for (const json& entry : entries) {
      const std::string token = entry["token"];
      split = split || token.starts_with("bytes:");
      EXPECT_LE(entry["logprob"].get<double>(), 0);
      EXPECT_GE(entry["logprob"].get<double>(), -9999);
    }
    // B30: where every byte belongs to a character, the tokens' bytes are the text's.
    const bool control = std::any_of(entries.begin(), entries.end(), [](const json& entry) {
      return entry["token"] == "<s>" || entry["token"] == "</s>" || entry["token"] == "<unk>";
    });
    if (control || text.find("\xEF\xBF\xBD") != std::string::npos) continue;
    std::string bytes;
    for (const json& entry : entries) {
      for (const json& byte : entry["bytes"]) bytes.push_back(static_cast<char>(byte.get<int>()));
    }
    EXPECT_TRUE(bytes.ends_with(text)) << text;
  }
  EXPECT_TRUE(split) << "no character was split: this test shows nothing";
}

TEST_F(ServerRealText, ServerB31_B32_AStopStringCutsWhereverItBegins) {
  startReal();
  const json greedy = plainGreedy(48);
  const std::string base = textOf(chat(greedy));
  const std::vector<size_t> starts = codePoints(base);
  ASSERT_GT(starts.size(), 12u) << base;
  std::set<size_t> cuts;
  for (size_t at = 0; at + 4 < starts.size(); at += 3) {
    const std::string stop = base.substr(starts[at], starts[at + 3] - starts[at]);
    const size_t cut = base.find(stop);
    json fields = greedy;
    fields["stop"] = stop;
    const json whole = choiceOf(chat(fields));
    EXPECT_EQ(whole["message"]["content"], base.substr(0, cut)) << stop;
    EXPECT_EQ(whole["finish_reason"], "stop");
    const auto chunks = streamChat(fields);
    EXPECT_EQ(joined(chunks).text, base.substr(0, cut)) << stop;
    EXPECT_EQ(joined(chunks).reason, "stop");
    cuts.insert(cut);
  }
  EXPECT_GT(cuts.size(), 2u);
  // The earliest match wins, whatever the order of the list; of equal beginnings the longest string.
  const std::string early = base.substr(starts[4], starts[6] - starts[4]);
  const std::string late = base.substr(starts[8], starts[11] - starts[8]);
  for (const json& stops : {json{early, late}, json{late, early}}) {
    json fields = greedy;
    fields["stop"] = stops;
    EXPECT_EQ(textOf(chat(fields)), base.substr(0, std::min(base.find(early), base.find(late))));
  }
  // A held back beginning of a stop string that never completes comes out at the end.
  json never = greedy;
  never["stop"] = base.substr(starts[starts.size() - 1]) + "never";
  EXPECT_EQ(textOf(chat(never)), base);
  EXPECT_EQ(joined(streamChat(never)).text, base);
}

TEST_F(ServerRealText, ServerB33_B34_StopsLookAtTheAnswerAloneAndCountTheSameInBothModes) {
  startReal();
  const json prompt = {
      {"prompt", "stop here"}, {"echo", true}, {"stop", "stop here"}, {"temperature", 0}, {"max_tokens", 8}};
  const json echoed = json::parse(post("/v1/completions", prompt).body)["choices"][0];
  EXPECT_EQ(echoed["text"].get<std::string>().substr(0, 9), "stop here");
  EXPECT_GT(echoed["text"].get<std::string>().size(), 9u);

  const json greedy = plainGreedy(48);
  const std::string base = textOf(chat(greedy));
  const std::vector<size_t> starts = codePoints(base);
  ASSERT_GT(starts.size(), 9u);
  json fields = greedy;
  fields["stop"] = base.substr(starts[6], starts[9] - starts[6]);
  const json usage = json::parse(chat(fields).body)["usage"];
  fields["stream_options"] = {{"include_usage", true}};
  const json streamed = joined(streamChat(fields)).usage;
  EXPECT_EQ(streamed["completion_tokens"], usage["completion_tokens"]);
  EXPECT_GT(usage["completion_tokens"], 0);
  EXPECT_LT(usage["completion_tokens"], 48);
}

TEST_F(ServerRealText, ServerB35_GreedyTextIsTheSameAloneTogetherAndFromTheCache) {
  startReal();
  const auto ask = [this](int i) {
    json body = chatBody("question " + std::to_string(i) + std::string(static_cast<size_t>(i) * 5, 'x'));
    body["temperature"] = 0;
    body["max_tokens"] = 24;
    return body.dump();
  };
  constexpr int kClients = 12;
  std::vector<std::string> alone;
  for (int i = 0; i < kClients; ++i) alone.push_back(textOf(postText("/v1/chat/completions", ask(i))));
  EXPECT_GT(std::set<std::string>(alone.begin(), alone.end()).size(), 1u);
  // Now all at once, with their prompts in the cache.
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->send(postRequest(port(), "/v1/chat/completions", ask(i)));
  }
  for (int i = 0; i < kClients; ++i)
    EXPECT_EQ(textOf(clients[static_cast<size_t>(i)]->read(60)), alone[static_cast<size_t>(i)]) << i;
}

TEST_F(ServerRealText, SeedsRepeatAndTakeEveryInteger) {
  startReal();
  std::set<std::string> texts;
  for (const int64_t seed : {int64_t{-1}, int64_t{0}, INT64_MAX, INT64_MIN}) {
    const json fields = {{"seed", seed}, {"temperature", 1}, {"max_tokens", 24}};
    const std::string first = textOf(chat(fields));
    EXPECT_EQ(textOf(chat(fields)), first) << seed;
    EXPECT_EQ(joined(streamChat(fields)).text, first) << seed;
    texts.insert(first);
  }
  EXPECT_GT(texts.size(), 1u);
  const RawResponse several = chat({{"n", 3}, {"seed", 5}, {"temperature", 1}, {"max_tokens", 24}});
  const json choices = json::parse(several.body)["choices"];
  EXPECT_NE(choices[0]["message"]["content"], choices[1]["message"]["content"]);
  EXPECT_NE(choices[1]["message"]["content"], choices[2]["message"]["content"]);
}

TEST_F(ServerRealText, ServerB40_ExtremesOfSamplingGiveFiniteAnswers) {
  startReal();
  std::vector<json> cases;
  for (const double temperature : {0.0, 1e-9, 2.0}) {
    for (const json& extreme : {json{{"top_p", 1e-9}}, json{{"top_p", 1}}, json{{"min_p", 0}}, json{{"min_p", 1}},
                                json{{"top_k", 0}}, json{{"top_k", -1}}, json{{"top_k", 1}}, json{{"top_k", INT64_MAX}},
                                json{{"presence_penalty", 2}, {"frequency_penalty", 2}, {"repetition_penalty", 2}},
                                json{{"presence_penalty", -2}, {"frequency_penalty", -2}, {"repetition_penalty", 1}},
                                json{{"top_k", 1}, {"top_p", 1e-9}, {"min_p", 1}, {"frequency_penalty", 2}}}) {
      json fields = extreme;
      fields["temperature"] = temperature;
      cases.push_back(fields);
    }
  }
  json banned = {{"temperature", 1}, {"logit_bias", json::object()}};
  for (int id = 0; id < 319; ++id) banned["logit_bias"][std::to_string(id)] = -100;
  cases.push_back(banned);
  for (json& fields : cases) {
    fields["max_tokens"] = 6;
    fields["ignore_eos"] = true;
    fields["logprobs"] = true;
    fields["top_logprobs"] = 20;
    const json choice = choiceOf(chat(fields));
    ASSERT_TRUE(choice.contains("logprobs") && choice["logprobs"].is_object()) << fields;
    EXPECT_EQ(choice["logprobs"]["content"].size(), 6u) << fields;
    for (const json& entry : choice["logprobs"]["content"]) {
      EXPECT_GE(entry["logprob"].get<double>(), -9999) << fields;
      EXPECT_LE(entry["logprob"].get<double>(), 0) << fields;
      EXPECT_EQ(entry["top_logprobs"].size(), 20u) << fields;
    }
  }
}

}  // namespace app
