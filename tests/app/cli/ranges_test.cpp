// Every flag of a verb that holds a number: what is outside its range ends with exit code 2 and words that name the
// range, before anything is loaded. And what a user may get wrong besides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/app/cli/run_program.h"
#include "tests/support/temp_folder.h"

namespace app::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CliRanges, VerbsOwnFlagsNameTheirRange) {
  const std::string model = tinyModel().string();
  struct Case {
    std::vector<std::string> words;
    const char* range;
  };
  const std::vector<Case> cases = {
      {{"chat", "--max-tokens", "0"}, "from 1 to 16777216"},
      {{"chat", "--max-tokens", "-3"}, "from 1 to 16777216"},
      {{"chat", "--max-tokens", "many"}, "from 1 to 16777216"},
      {{"chat", "--temperature", "2.1"}, "from 0 to 2"},
      {{"chat", "--temperature", "nan"}, "from 0 to 2"},
      {{"chat", "--temperature", "-1"}, "from 0 to 2"},
      {{"chat", "--top-p", "0"}, "above 0 to 1"},
      {{"chat", "--top_p", "1.5"}, "above 0 to 1"},
      {{"bench", model, "--decode", "1"}, "from 2 to 1048576"},
      {{"bench", model, "--decode", "x"}, "from 2 to 1048576"},
      {{"bench", model, "--prefill", "0"}, "from 1 to 1048576"},
      {{"bench", model, "--prefill", "8,0"}, "from 1 to 1048576"},
      {{"bench", model, "--context", "-1"}, "from 0 to 1048576"},
      {{"bench", model, "--context", "5000000000"}, "from 0 to 1048576"},
      {{"bench", model, "--sequences", "0"}, "from 1 to 4096"},
      {{"bench", model, "--sequences", "1,9999"}, "from 1 to 4096"},
      {{"bench", model, "--rounds", "0"}, "from 1 to 100"},
      {{"logits", model, "--ids", "1", "--greedy", "-1"}, "from 0 to 16384"},
      {{"logits", model, "--ids", "1", "--greedy", "99999"}, "from 0 to 16384"},
      {{"logits", model, "--ids", "1", "--threads", "0"}, "from 1 to 1024"},
      {{"serve", model, "--port", "65536"}, "from 0 to 65535"},
      {{"serve", model, "--max-model-len", "1"}, "from 16 to 16777216"},
      {{"serve", model, "--gpu-memory-utilization", "0"}, "above 0 to 1"},
      {{"serve", model, "--dtype", "half"}, "one of auto, float16, bfloat16, float32"},
      {{"estimate", model, "--device", "gpu"}, "auto, cpu, cuda or cuda:N"},
  };
  for (const Case& each : cases) {
    const ProgramResult result = runCli(each.words, "hi\n");
    const std::string words = each.words[0] + " " + each.words[each.words.size() - 2] + " " + each.words.back();
    EXPECT_EQ(result.exitCode, 2) << words;
    EXPECT_EQ(result.out, "") << words;
    EXPECT_THAT(result.err, HasSubstr(each.range)) << words;
  }
}

TEST(CliRanges, WhatThisBuildCannotDoIsRefusedBeforeLoading) {
  const std::string model = tinyModel().string();
  const std::vector<std::vector<std::string>> cases = {{"--quantization", "ifq"},
                                                       {"--kv-cache-dtype", "fp8"},
                                                       {"--engine", "dynamic"},
                                                       {"--worker-num", "2"},
                                                       {"--use-lookahead"},
                                                       {"--num-gpus", "2"},
                                                       {"-tp", "2"},
                                                       {"--device", "cuda:9"},
                                                       {"--num-speculative-tokens=4"},
                                                       {"--tls-cert", "x"}};
  for (const auto& flags : cases) {
    std::vector<std::string> words = {"serve", "--model-path", model, "--port", "0"};
    words.insert(words.end(), flags.begin(), flags.end());
    const ProgramResult result = runCli(words);
    EXPECT_EQ(result.exitCode, 2) << flags[0] << result.err;
    const std::string name = flags[0] == "-tp" ? "--num-gpus" : flags[0].substr(0, flags[0].find('='));
    EXPECT_THAT(result.err, HasSubstr(name + " "));
    EXPECT_THAT(result.err, ::testing::AnyOf(HasSubstr("leave"), HasSubstr("Use --device"))) << result.err;
    EXPECT_THAT(result.err, Not(HasSubstr("Listening"))) << "refused before anything else";
  }
  EXPECT_EQ(runCli({"serve", "--model-path", model, "--port", "0", "--conv-template", "bogus"}).exitCode, 2);
}

TEST(CliRanges, DamagedAndMissingInputsFailWithTheirName) {
  const engine::testing::TempFolder folder;
  const std::string cut = (folder.path() / "cut.gguf").string();
  std::ifstream whole(tinyModel(), std::ios::binary);
  std::string bytes(50'000, '\0');
  whole.read(bytes.data(), 50'000);
  std::ofstream(cut, std::ios::binary) << bytes;
  const std::string junk = folder.write("junk.gguf", "no model at all").string();
  std::filesystem::create_directories(folder.path() / "empty");
  const std::string empty = (folder.path() / "empty").string();
  for (const char* verb : {"serve", "bench", "logits", "estimate"}) {
    for (const std::string& path : {junk, empty, std::string("/nonexistent/model")}) {
      std::vector<std::string> words = {verb, path};
      if (words[0] == "logits") words.insert(words.end(), {"--ids", "1"});
      if (words[0] == "serve") words.insert(words.end(), {"--port", "0"});
      const ProgramResult result = runCli(words);
      EXPECT_EQ(result.exitCode, 1) << verb << " " << path;
      EXPECT_THAT(result.err, HasSubstr(std::filesystem::path(path).filename().string())) << verb;
    }
  }
  const ProgramResult served = runCli({"serve", cut, "--port", "0"});
  EXPECT_EQ(served.exitCode, 1);
  EXPECT_THAT(served.err, HasSubstr("truncated"));
  EXPECT_THAT(runCli({"inspect", cut}).out, HasSubstr("truncated"));
  EXPECT_THAT(runCli({"estimate", cut}).err, HasSubstr("truncated"));
  const ProgramResult keys =
      runCli({"serve", tinyModel().string(), "--port", "0", "--api-keys-file", "/nonexistent/keys"});
  EXPECT_EQ(keys.exitCode, 1);
  EXPECT_THAT(keys.err, HasSubstr("/nonexistent/keys"));
  const ProgramResult address = runCli({"serve", tinyModel().string(), "--host", "203.0.113.9", "--api-keys", "k"});
  EXPECT_EQ(address.exitCode, 1);
  EXPECT_THAT(address.err, HasSubstr("203.0.113.9"));
}

TEST(CliRanges, HelpOfAVerbComesBothWays) {
  const ProgramResult one = runCli({"help", "serve"});
  EXPECT_EQ(one.exitCode, 0);
  EXPECT_EQ(one.out, runCli({"serve", "--help"}).out);
  EXPECT_EQ(runCli({"help", "nonsense"}).exitCode, 2);
}

TEST(CliRanges, RenderAndDetokenizeSayWhatInputTheyTake) {
  const std::string model = tinyModel().string();
  const ProgramResult deep = runCli({"render", model}, std::string(1'000'000, '['));
  EXPECT_EQ(deep.exitCode, 1);
  EXPECT_THAT(deep.err, AllOf(HasSubstr("standard input"), HasSubstr("128 levels")));
  EXPECT_THAT(runCli({"render", model}, "5").err, HasSubstr("array of messages"));
}

}  // namespace
}  // namespace app::testing
