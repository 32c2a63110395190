// The real hearth-cli, killed at random moments and started again until it is done: never a damaged or half-visible
// model, and in the end the same bytes. HEARTH_KILL_ROUNDS sets how many kills each download survives at most (40).
#include <signal.h>

#include <cstdlib>
#include <random>
#include <thread>

#include "tests/app/cli/run_program.h"
#include "tests/app/hub/hub_fixture.h"

namespace app::testing {
namespace {

namespace fs = std::filesystem;

class HubKill : public HubTest {
 protected:
  HubKill() {
    const char* wanted = std::getenv("HEARTH_KILL_ROUNDS");
    m_rounds = wanted != nullptr ? std::atoi(wanted) : 40;
    addModel(18'000'000);
    // Slow enough that kills hit every stage, and with breaks of its own.
    m_hub.setHook([this, calls = 0](const HubCall& call) mutable -> std::optional<HubReply> {
      HubReply reply = m_hub.usual(call);
      if (call.atStorage) reply.bytesPerSecond = 8e6;
      if (call.atStorage && ++calls % 5 == 0) reply.cutAfter = 1'000'000;
      return reply;
    });
    m_environment = {
        {"HF_ENDPOINT", m_hub.endpoint()}, {"HF_HOME", (m_folder.path() / "hf").string()}, {"no_proxy", "*"}};
    m_options.cacheFolder = m_folder.path() / "hf" / "hub";
  }

  /// Until it is done. `look` runs after every kill.
  ProgramResult killAndResume(const std::vector<std::string>& arguments, const std::function<void()>& look) {
    std::mt19937 random(std::random_device{}());
    for (int round = 0; round < m_rounds; ++round) {
      Program program(arguments, m_environment);
      program.feed("");
      // Short ones hit the start, long ones checks and publication.
      std::this_thread::sleep_for(std::chrono::microseconds(
          std::uniform_int_distribution<int>(1000, round % 4 == 0 ? 1'500'000 : 400'000)(random)));
      program.signal(SIGKILL);
      const ProgramResult end = program.wait(60);
      look();
      if (end.exitCode == 0) return end;
      EXPECT_EQ(end.exitCode, -1) << end.err;
      ++m_kills;
    }
    Program program(arguments, m_environment);
    program.feed("");
    return program.wait(100);
  }

  int m_rounds = 0, m_kills = 0;
  std::map<std::string, std::string> m_environment;
};

TEST_F(HubKill, TheCache) {
  const fs::path snapshot = repositoryFolder() / "snapshots" / gitSha1(kRepository);
  const auto look = [&] {
    // Whole or not at all; a reference only to what is whole; every blob is what its name says.
    if (fs::exists(snapshot)) expectModel(snapshot);
    if (fs::exists(repositoryFolder() / "refs" / "main")) {
      EXPECT_EQ(contentOf(repositoryFolder() / "refs" / "main"), gitSha1(kRepository));
      EXPECT_TRUE(fs::exists(snapshot));
    }
    for (const std::string& name : filesBelow(repositoryFolder() / "blobs")) {
      const std::string content = contentOf(repositoryFolder() / "blobs" / name);
      EXPECT_EQ(name.size() == 64 ? sha256(content) : gitSha1(content), name);
    }
  };
  const ProgramResult end = killAndResume({"download", kRepository, "--json"}, look);
  ASSERT_EQ(end.exitCode, 0) << end.err;
  EXPECT_NE(end.out.find(snapshot.string()), std::string::npos) << end.out;
  look();
  expectModel(snapshot);
  EXPECT_FALSE(fs::exists(repositoryFolder() / ".hearth"));
  RecordProperty("kills", m_kills);
}

TEST_F(HubKill, AFolder) {
  const fs::path folder = m_folder.path() / "models" / "tiny";
  const auto look = [&] {
    if (fs::exists(folder)) expectModel(folder);
  };
  const ProgramResult end = killAndResume({"download", kRepository, "--dir", folder.string()}, look);
  ASSERT_EQ(end.exitCode, 0) << end.err;
  EXPECT_EQ(end.out, folder.string() + "\n");
  expectModel(folder);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.parent_path()), fs::directory_iterator()), 1)
      << "something is left beside it";
  RecordProperty("kills", m_kills);
}

}  // namespace
}  // namespace app::testing
