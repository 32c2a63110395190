// Exit codes and where words go: spec.md section 5.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/app/cli/run_program.h"

namespace app::testing {
namespace {

using ::testing::HasSubstr;

TEST(CliUsage, NoVerbAndUnknownVerb) {
  const ProgramResult none = runCli({});
  EXPECT_EQ(none.exitCode, 2);
  EXPECT_EQ(none.out, "");
  EXPECT_THAT(none.err, HasSubstr("Usage: hearth-cli VERB"));
  const ProgramResult unknown = runCli({"frobnicate"});
  EXPECT_EQ(unknown.exitCode, 2);
  EXPECT_THAT(unknown.err, HasSubstr("frobnicate"));
}

TEST(CliUsage, EveryVerbHasHelpOnStdout) {
  const ProgramResult overview = runCli({"--help"});
  EXPECT_EQ(overview.exitCode, 0);
  for (const char* verb : {"serve", "chat", "inspect", "estimate", "bench", "tokenize", "detokenize", "render",
                           "logits", "search", "download"}) {
    EXPECT_THAT(overview.out, HasSubstr(verb));
    const ProgramResult help = runCli({verb, "--help"});
    EXPECT_EQ(help.exitCode, 0) << verb;
    EXPECT_THAT(help.out, HasSubstr(std::string("hearth-cli ") + verb));
    EXPECT_EQ(help.err, "") << verb;
  }
  EXPECT_THAT(runCli({"serve", "--help"}).out, HasSubstr("--max-model-len"));
}

TEST(CliUsage, VerbsOfLaterVersionsSaySo) {
  for (const char* verb : {"quantize", "export", "perplexity"}) {
    const ProgramResult result = runCli({verb, "x"});
    EXPECT_EQ(result.exitCode, 2) << verb;
    EXPECT_EQ(result.out, "") << verb;
    EXPECT_THAT(result.err, HasSubstr("not in this version"));
  }
}

TEST(CliUsage, UnknownAndBadFlags) {
  const std::string model = tinyModel().string();
  for (const char* verb : {"serve", "chat", "inspect", "estimate", "bench", "tokenize", "detokenize", "render",
                           "logits", "search", "download"}) {
    const ProgramResult result = runCli({verb, "--no-such-flag"});
    EXPECT_EQ(result.exitCode, 2) << verb;
    EXPECT_EQ(result.out, "") << verb;
    EXPECT_THAT(result.err, HasSubstr("no-such-flag")) << verb;
  }
  EXPECT_EQ(runCli({"estimate", model, "--max-model-len", "many"}).exitCode, 2);
  EXPECT_EQ(runCli({"estimate", model, "--gpu-memory-utilization", "7"}).exitCode, 2);
  EXPECT_EQ(runCli({"chat", "--temperature", "9"}).exitCode, 2);
  EXPECT_EQ(runCli({"logits", model}).exitCode, 2);
  EXPECT_EQ(runCli({"estimate"}).exitCode, 2);
}

TEST(CliUsage, EnvironmentIsReadAndChecked) {
  const ProgramResult bad = runCli({"estimate", tinyModel().string()}, "", {{"MAX_MODEL_LEN", "many"}});
  EXPECT_EQ(bad.exitCode, 2);
  EXPECT_THAT(bad.err, HasSubstr("MAX_MODEL_LEN"));
  const ProgramResult good = runCli({"estimate", "--json"}, "", {{"MODEL_PATH", tinyModel().string()}});
  EXPECT_EQ(good.exitCode, 0) << good.err;
}

TEST(CliUsage, MissingModelFailsWithTheReason) {
  for (const char* verb : {"inspect", "estimate", "bench", "tokenize", "render"}) {
    const ProgramResult result = runCli({verb, "/nonexistent/model"}, "[]");
    EXPECT_EQ(result.exitCode, 1) << verb;
    EXPECT_EQ(result.out, "") << verb;
    EXPECT_THAT(result.err, HasSubstr("/nonexistent/model")) << verb;
  }
}

}  // namespace
}  // namespace app::testing
