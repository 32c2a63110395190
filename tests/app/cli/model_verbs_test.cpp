// inspect, estimate, logits, bench over tiny models.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/app/cli/run_program.h"
#include "tests/support/golden.h"
#include "tests/support/temp_folder.h"

namespace app::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

Json parse(const ProgramResult& result) {
  EXPECT_EQ(result.exitCode, 0) << result.err;
  Json json = Json::parse(result.out, nullptr, false);
  EXPECT_TRUE(json.is_object()) << result.out;
  return json;
}

TEST(CliInspect, TellsWhatAModelIs) {
  const Json json = parse(runCli({"inspect", "--json", tinyModel().string()}));
  EXPECT_EQ(json.at("format"), "gguf");
  EXPECT_EQ(json.at("family"), "llama");
  EXPECT_EQ(json.at("loadable"), true);
  EXPECT_GT(json.at("layers").get<int>(), 0);
  EXPECT_NE(json.at("template").at("reason").get<std::string>(), "");
  const ProgramResult people = runCli({"inspect", tinyModel().string()});
  EXPECT_EQ(people.exitCode, 0);
  EXPECT_THAT(people.out, HasSubstr("llama"));
}

TEST(CliEstimate, JsonAddsUp) {
  const Json json = parse(runCli({"estimate", tinyModel().string(), "--json"}));
  EXPECT_EQ(json.at("fits"), true);
  const Json& device = json.at("devices").at(0);
  EXPECT_EQ(device.at("needed").get<uint64_t>(), device.at("weights").get<uint64_t>() +
                                                     device.at("kv_cache").get<uint64_t>() +
                                                     device.at("activations").get<uint64_t>());
  const Json shorter = parse(runCli({"estimate", tinyModel().string(), "--json", "--max_model_len=16"}));
  EXPECT_EQ(shorter.at("context"), 16);
  const Json modes = parse(runCli({"estimate", tinyModel().string(), "--compare", "--json"})).at("modes");
  ASSERT_EQ(modes.size(), 6u);
  for (const Json& mode : modes) {
    EXPECT_TRUE(mode.at("available").get<bool>() || !mode.at("reason").get<std::string>().empty());
  }
}

TEST(CliLogits, MatchTheGolden) {
  const engine::testing::Golden golden = engine::testing::readGolden("llama3.1");
  ASSERT_TRUE(golden.problem.empty()) << golden.problem;
  const engine::testing::GoldenCase& first = golden.cases.front();
  std::string ids;
  for (const int32_t id : first.prompt) ids.append(ids.empty() ? "" : ",").append(std::to_string(id));
  const Json json = parse(runCli({"logits", "--model-path", golden.model.string(), "--dtype", "float32", "--ids", ids,
                                  "--greedy", std::to_string(first.greedy.size())}));
  const auto logits = json.at("logits").get<std::vector<float>>();
  ASSERT_EQ(logits.size(), first.lastLogits.size());
  for (size_t i = 0; i < logits.size(); ++i) ASSERT_NEAR(logits[i], first.lastLogits[i], 2e-4) << i;
  EXPECT_EQ(json.at("greedy").get<std::vector<int32_t>>(), first.greedy);
  EXPECT_EQ(json.at("margins").size(), first.greedy.size());
}

TEST(CliLogits, SeveralPromptsOfAFileInSmallSteps) {
  const engine::testing::Golden golden = engine::testing::readGolden("llama3.1");
  ASSERT_TRUE(golden.problem.empty()) << golden.problem;
  const engine::testing::GoldenCase& first =
      *std::max_element(golden.cases.begin(), golden.cases.end(),
                        [](const auto& a, const auto& b) { return a.prompt.size() < b.prompt.size(); });
  ASSERT_GT(first.prompt.size(), 8u);
  const auto lineOf = [&](size_t count) {
    std::string ids;
    for (size_t i = 0; i < count; ++i) ids.append(i == 0 ? "" : ",").append(std::to_string(first.prompt[i]));
    return ids + "\n";
  };
  const engine::testing::TempFolder folder;
  const auto file = folder.write("ids", lineOf(2) + lineOf(first.prompt.size()));
  const Json answers = parse(runCli({"logits", "--model-path", golden.model.string(), "--dtype", "float32",
                                     "--ids-file", file.string(), "--last", "3", "--step", "4"}))
                           .at("answers");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].at("shape").at(0), 2);
  EXPECT_EQ(answers[1].at("shape").at(0), 3);
  const auto logits = answers[1].at("logits").get<std::vector<float>>();
  const size_t vocab = first.lastLogits.size();
  ASSERT_EQ(logits.size(), 3 * vocab);
  for (size_t i = 0; i < vocab; ++i) ASSERT_NEAR(logits[2 * vocab + i], first.lastLogits[i], 2e-4) << i;
  EXPECT_EQ(runCli({"logits", golden.model.string(), "--ids-file", file.string(), "--ids", "1"}).exitCode, 2);
  EXPECT_EQ(runCli({"logits", golden.model.string(), "--ids-file", folder.write("bad", "1,x\n").string()}).exitCode, 2);
}

TEST(CliLogits, BadIds) {
  for (const char* ids : {"999999", "-1", "a", ""}) {
    const ProgramResult result = runCli({"logits", tinyModel().string(), "--ids", ids});
    EXPECT_NE(result.exitCode, 0) << ids;
    EXPECT_EQ(result.out, "") << ids;
  }
}

TEST(CliBench, JsonHasTheDocumentedShape) {
  const Json json =
      parse(runCli({"bench", tinyModel().string(), "--json", "--prefill", "8,16", "--decode", "200", "--context", "0",
                    "--sequences", "1,2", "--throughput", "2", "--cached", "64", "--threads", "2", "--rounds", "1"}));
  const Json& limits = json.at("limits");
  for (const char* key : {"read_gb_s", "product_gop_s"}) EXPECT_GT(limits.at(key).get<double>(), 0) << key;
  EXPECT_LE(limits.at("read_gb_s_least").get<double>(), limits.at("read_gb_s").get<double>());
  EXPECT_GE(limits.at("read_gb_s_most").get<double>(), limits.at("read_gb_s").get<double>());
  EXPECT_EQ(limits.at("product_format"), "Q8_0");
  ASSERT_EQ(json.at("decode").size(), 2u);
  for (const Json& row : json.at("decode")) {
    for (const char* key :
         {"context", "sequences", "tokens_per_s", "step_ms", "bytes_per_step", "read_gb_s", "share"}) {
      EXPECT_TRUE(row.at(key).is_number()) << key;
    }
    EXPECT_GT(row.at("tokens_per_s").get<double>(), 0);
    // The share is of the stream measured around this row's own runs.
    const double moved = row.at("bytes_per_step").get<double>() / row.at("step_ms").get<double>() / 1e6;
    EXPECT_NEAR(row.at("share").get<double>(), moved / row.at("read_gb_s").get<double>(), 1e-6);
  }
  ASSERT_EQ(json.at("prefill").size(), 2u);
  for (const Json& row : json.at("prefill")) {
    EXPECT_GT(row.at("share").get<double>(), 0);
    EXPECT_NEAR(row.at("share").get<double>(),
                row.at("gop_per_s").get<double>() / row.at("product_gop_s").get<double>(), 1e-6);
  }
  EXPECT_EQ(json.at("prefill").at(0).at("tokens"), 8);
  ASSERT_EQ(json.at("throughput").size(), 1u);
  const Json& throughput = json.at("throughput").at(0);
  EXPECT_EQ(throughput.at("sequences"), 2);
  // 128 tokens in for 200 out.
  EXPECT_NEAR(throughput.at("total_tokens_per_s").get<double>() / throughput.at("answer_tokens_per_s").get<double>(),
              (128.0 + 200.0) / 200.0, 1e-6);
  EXPECT_GT(json.at("load").at("bytes").get<uint64_t>(), 0u);
}

TEST(CliBench, StepsAreTakenApartByOp) {
  const Json json =
      parse(runCli({"bench", tinyModel().string(), "--json", "--prefill", "16", "--decode", "64", "--context", "0",
                    "--sequences", "2", "--throughput", "3", "--threads", "2", "--rounds", "1"}));
  const Json& ops = json.at("ops");
  ASSERT_EQ(ops.size(), 3u);
  EXPECT_EQ(ops.at(0).at("step"), "prompt of 16");
  EXPECT_EQ(ops.at(0).at("tokens_per_step"), 16);
  EXPECT_EQ(ops.at(1).at("step"), "decode, context 0, 2 sequences");
  EXPECT_EQ(ops.at(2).at("step"), "decode, context 128, 3 sequences");
  for (const Json& step : ops) {
    double us = 0, whole = 0;
    std::set<std::string> names;
    for (const Json& op : step.at("ops")) {
      us += op.at("us").get<double>();
      whole += op.at("of_step").get<double>();
      names.insert(op.at("op"));
      if (op.at("op") == "qkv" || op.at("op") == "head") {
        EXPECT_GT(op.at("gop_s").get<double>(), 0);
      }
      if (op.at("op") == "down") {
        EXPECT_GT(op.at("gb_s").get<double>(), 0);
      }
    }
    EXPECT_NEAR(us * 1e-3, step.at("ms").get<double>(), 1e-6);
    EXPECT_NEAR(whole, 1.0, 1e-6);
    for (const char* name :
         {"embedding", "qkv", "rope, append", "attention", "attention output", "gate, up", "down", "head", "sample"}) {
      EXPECT_TRUE(names.count(name)) << name;
    }
  }
}

}  // namespace
}  // namespace app::testing
