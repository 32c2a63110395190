// tokenize, detokenize, render.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/app/cli/run_program.h"
#include "tests/support/temp_folder.h"

namespace app::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

/// A byte-level tokenizer without weights, of the repository.
std::string tokenizerFolder() {
  return HEARTH_TEST_DATA "/tokenizers/qwen2";
}

Json parse(const ProgramResult& result) {
  EXPECT_EQ(result.exitCode, 0) << result.err;
  Json json = Json::parse(result.out, nullptr, false);
  EXPECT_TRUE(json.is_object()) << result.out;
  return json;
}

TEST(CliTokenize, B19_RoundTrip) {
  const std::string text = "Hello,\n  wörld 你好 😀 <|im_end|>\t!\n\n";
  const ProgramResult ids = runCli({"tokenize", "--model-path", tokenizerFolder()}, text);
  ASSERT_TRUE(parse(ids).at("ids").is_array());
  const ProgramResult back = runCli({"detokenize", "--model_path", tokenizerFolder()}, ids.out);
  EXPECT_EQ(back.exitCode, 0) << back.err;
  EXPECT_EQ(back.out, text);
  EXPECT_EQ(parse(runCli({"detokenize", "--json", tokenizerFolder()}, ids.out)).at("text"), text);
}

TEST(CliTokenize, SpecialTextIsPlainUnlessAskedFor) {
  const Json plain = parse(runCli({"tokenize", tokenizerFolder()}, "<|end|>")).at("ids");
  const Json special = parse(runCli({"tokenize", "--parse-special", tokenizerFolder()}, "<|end|>")).at("ids");
  EXPECT_GT(plain.size(), 1u);
  EXPECT_EQ(special.size(), 1u);
  EXPECT_EQ(parse(runCli({"tokenize", "--parse_special", tokenizerFolder()}, "<|end|>")).at("ids"), special);
}

TEST(CliTokenize, Lines) {
  const ProgramResult lines = runCli({"tokenize", "--lines", tokenizerFolder()}, "one\ntwo words\n\n");
  EXPECT_EQ(lines.exitCode, 0) << lines.err;
  const Json one = parse(runCli({"tokenize", tokenizerFolder()}, "one")).at("ids");
  const Json two = parse(runCli({"tokenize", tokenizerFolder()}, "two words")).at("ids");
  EXPECT_EQ(lines.out, one.dump() + "\n" + two.dump() + "\n[]\n");
}

TEST(CliTokenize, BadIds) {
  for (const char* input : {"[99999999]", "[-1]", "[1.5]", "{\"ids\": 5}", "not json", "[[[[", ""}) {
    const ProgramResult result = runCli({"detokenize", tokenizerFolder()}, input);
    EXPECT_NE(result.exitCode, 0) << input;
    EXPECT_EQ(result.out, "") << input;
    EXPECT_NE(result.err, "") << input;
  }
}

TEST(CliRender, NamedTemplate) {
  const ProgramResult result = runCli({"render", "--model-path", tokenizerFolder(), "--template", "qwen-7b-chat"},
                                      R"([{"role": "user", "content": "Hi <|im_end|>"}])");
  const Json json = parse(result);
  EXPECT_EQ(json.at("text"),
            "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nHi <|im_end|><|im_end|>\n"
            "<|im_start|>assistant\n");
  EXPECT_EQ(json.at("template"), "qwen-7b-chat");
  EXPECT_NE(json.at("reason").get<std::string>(), "");
  EXPECT_EQ(json.at("stop"), Json::array({"<|endoftext|>"}));
}

TEST(CliRender, B45_SpelledSpecialsStayText) {
  const engine::testing::TempFolder folder;
  const std::string file = (folder.path() / "own.jinja").string();
  std::ofstream(file) << "<|user|>{{ messages[0].content }}<|end|>";
  const Json ids = parse(runCli({"render", "--model-path", tokenizerFolder(), "--chat-template", file},
                                R"([{"role": "user", "content": "Hi <|end|>"}])"))
                       .at("ids");
  // The template's own end, not the one that the user spelled.
  const Json end = parse(runCli({"tokenize", "--parse-special", tokenizerFolder()}, "<|end|>")).at("ids").at(0);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), end), 1);
}

TEST(CliRender, FileVariablesAndDate) {
  const engine::testing::TempFolder folder;
  const std::string file =
      folder
          .write("mine.jinja",
                 "{{ bos_token }}{{ strftime_now('%Y-%m-%d') }} {{ mood }}: {{ messages[0].content }}"
                 "{% if add_generation_prompt %} >{% endif %}")
          .string();
  const Json json = parse(runCli({"render", tokenizerFolder(), "--chat-template", file},
                                 R"({"messages": [{"role": "user", "content": "q"}], "now": 1767323045, "mood": "calm",
                                     "bos_token": "<B>", "add_generation_prompt": false})"));
  EXPECT_EQ(json.at("text"), "<B>2026-01-02 calm: q");
  EXPECT_EQ(json.at("template"), file);
}

TEST(CliRender, WhatIsRefused) {
  const ProgramResult name = runCli({"render", tokenizerFolder(), "--template", "nonsense"}, "[]");
  EXPECT_EQ(name.exitCode, 2);
  EXPECT_THAT(name.err, HasSubstr("nonsense"));
  EXPECT_THAT(runCli({"render", tokenizerFolder(), "--template", "shennong_chat"}, "[]").err,
              HasSubstr("must come from you"));
  for (const char* input : {"", "5", "[]", "{}", R"([{"content": "x"}])", R"([{"role": "nobody", "content": "x"}])",
                            R"([{"role": "user", "content": "a"}, {"role": "user", "content": "b"}])"}) {
    const ProgramResult result = runCli({"render", tokenizerFolder(), "--template", "llama-2"}, input);
    EXPECT_NE(result.exitCode, 0) << input;
    EXPECT_EQ(result.out, "") << input;
    EXPECT_NE(result.err, "") << input;
  }
}

}  // namespace
}  // namespace app::testing
