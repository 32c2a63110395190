// hearth-cli search and download, as their users run them.
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/app/cli/run_program.h"
#include "tests/app/hub/hub_fixture.h"

namespace app::testing {
namespace {

using ::testing::HasSubstr;

class HubCli : public HubTest {
 protected:
  HubCli() {
    m_environment = {{"HF_ENDPOINT", m_hub.endpoint()},
                     {"HF_HUB_CACHE", m_options.cacheFolder.string()},
                     {"HF_HOME", (m_folder.path() / "home").string()},
                     {"no_proxy", "*"}};
  }
  ProgramResult run(const std::vector<std::string>& arguments) { return runCli(arguments, "", m_environment); }
  std::map<std::string, std::string> m_environment;
};

TEST_F(HubCli, DownloadPrintsWhereTheModelLies) {
  addModel();
  const ProgramResult first = run({"download", kRepository});
  ASSERT_EQ(first.exitCode, 0) << first.err;
  const std::string path = (repositoryFolder() / "snapshots" / gitSha1(kRepository)).string();
  EXPECT_EQ(first.out, path + "\n");
  EXPECT_THAT(first.err, HasSubstr("checksums right"));
  expectModel(path);
  const ProgramResult again = run({"download", kRepository, "--json"});
  const auto json = nlohmann::json::parse(again.out);
  EXPECT_EQ(json["path"], path);
  EXPECT_EQ(json["received_bytes"], 0);
  EXPECT_EQ(json["files"], 5);
  const ProgramResult inspected = run({"inspect", (repositoryFolder()).string()});
  EXPECT_THAT(inspected.out + inspected.err, HasSubstr("tiny"));
}

TEST_F(HubCli, OneOfSeveralIsChosenByName) {
  m_hub.add(kRepository, {.path = "tiny-Q4_0.gguf", .content = randomBytes(10000, 1)});
  m_hub.add(kRepository, {.path = "tiny-Q8_0.gguf", .content = randomBytes(20000, 2)});
  const ProgramResult none = run({"download", kRepository});
  EXPECT_EQ(none.exitCode, 2);
  EXPECT_THAT(none.err, HasSubstr("Q4_0 (10.0 kB), Q8_0 (20.0 kB)"));
  EXPECT_EQ(none.out, "");
  const ProgramResult one = run({"download", kRepository, "--file", "q8_0", "--to", (m_folder.path() / "x").string()});
  ASSERT_EQ(one.exitCode, 0) << one.err;
  EXPECT_EQ(one.out, (m_folder.path() / "x" / "tiny-Q8_0.gguf").string() + "\n");
}

TEST_F(HubCli, SearchForPeopleAndPrograms) {
  addModel();
  const ProgramResult text = run({"search", "tiny", "words"});
  ASSERT_EQ(text.exitCode, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("org/tiny"));
  EXPECT_THAT(text.out, HasSubstr("mit"));
  EXPECT_THAT(m_hub.calls().back().target, HasSubstr("search=tiny%20words"));
  const auto json = nlohmann::json::parse(run({"search", "tiny", "--json"}).out);
  EXPECT_EQ(json["models"][0]["id"], "org/tiny");
  EXPECT_EQ(json["models"][0]["downloads"], 7);
}

TEST_F(HubCli, WrongUsageAndFailures) {
  EXPECT_EQ(run({"download"}).exitCode, 2);
  EXPECT_EQ(run({"search"}).exitCode, 2);
  EXPECT_EQ(run({"search", "x", "--limit", "0"}).exitCode, 2);
  EXPECT_EQ(run({"download", "no name"}).exitCode, 2);
  const ProgramResult missing = run({"download", "org/none"});
  EXPECT_EQ(missing.exitCode, 1);
  EXPECT_EQ(missing.out, "");
  EXPECT_THAT(missing.err, HasSubstr("org/none"));
}

TEST_F(HubCli, AnInterruptSaysHowToGoOn) {
  addModel();
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    HubReply reply = m_hub.usual(call);
    if (call.atStorage) reply.stallAfter = 500'000;
    return reply;
  });
  Program program({"download", kRepository}, m_environment);
  program.feed("");
  for (int i = 0; i < 6000 && m_hub.calls().size() < 4; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  program.signal(SIGINT);
  const ProgramResult stopped = program.wait(60);
  EXPECT_EQ(stopped.exitCode, 1);
  EXPECT_THAT(stopped.err, HasSubstr("the same command goes on from there"));
  m_hub.setHook({});
  EXPECT_EQ(run({"download", kRepository}).exitCode, 0);
}

}  // namespace
}  // namespace app::testing
