// Broken, slow and stopped downloads, and what is left of them for the next run.
#include <thread>

#include "app/hub/part_file.h"
#include "tests/app/hub/hub_fixture.h"

namespace app::testing {
namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

Seconds since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::steady_clock::now() - begun;
}

class HubResume : public HubTest {
 protected:
  /// Every answer that carries file bytes, changed by `change`.
  void filesComeLike(std::function<void(const HubCall&, HubReply&)> change) {
    m_hub.setHook([this, change = std::move(change)](const HubCall& call) -> std::optional<HubReply> {
      HubReply reply = m_hub.usual(call);
      if (call.atStorage) change(call, reply);
      return reply;
    });
  }
  /// Waits until some bytes have come.
  void waitForBytes(DownloadId id, uint64_t bytes) {
    const auto begun = std::chrono::steady_clock::now();
    while (snapshot(id).bytesDone < bytes && since(begun) < Seconds(60)) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ASSERT_GE(snapshot(id).bytesDone, bytes);
  }
};

TEST_F(HubResume, CutConnectionsGoOnWhereTheyBroke) {
  addModel(4'000'000);
  filesComeLike([](const HubCall&, HubReply& reply) { reply.cutAfter = 700'000; });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
  EXPECT_EQ(end.bytesReceived, end.bytes) << "bytes came twice";
}

TEST_F(HubResume, ConnectionsThatBringNothingGiveUp) {
  addModel();
  m_options.times.attempts = 4;
  filesComeLike([](const HubCall&, HubReply& reply) { reply.cutAfter = 100; });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "network");
  expectInvisible();
  // And go on when the user asks, once the network is back.
  m_hub.setHook({});
  client().resume(end.id);
  const DownloadSnapshot done = waitFor(end.id, {DownloadState::Done});
  expectModel(done.path);
  EXPECT_EQ(done.bytesReceived, done.bytes);
}

TEST_F(HubResume, StalledConnectionsAreBegunAnew) {
  addModel();
  m_options.times.stallSeconds = 1;
  std::atomic<int> stalls = 2;
  filesComeLike([&](const HubCall&, HubReply& reply) {
    if (stalls-- > 0) reply.stallAfter = 300'000;
  });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
}

TEST_F(HubResume, AnswersThatEndEarly) {
  addModel();
  std::atomic<int> lies = 4;
  filesComeLike([&](const HubCall&, HubReply& reply) {
    if (lies-- <= 0 || reply.body.size() < 1'000'000) return;
    reply.statedLength = reply.body.size();
    reply.body.resize(reply.body.size() / 2);
  });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
}

TEST_F(HubResume, ServersWithoutRanges) {
  addModel(40'000'000);
  std::atomic<int> cuts = 2;
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    HubCall plain = call;
    plain.headers.erase("range");
    HubReply reply = m_hub.usual(plain);
    if (call.atStorage && cuts-- > 0) reply.cutAfter = 3'000'000;
    return reply;
  });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
}

TEST_F(HubResume, PauseAndResume) {
  addModel(4'000'000);
  filesComeLike([](const HubCall&, HubReply& reply) { reply.bytesPerSecond = 2e6; });
  const DownloadId id = client().download({.repository = kRepository});
  waitForBytes(id, 1'000'000);
  client().pause(id);
  const DownloadSnapshot paused = waitFor(id, {DownloadState::Paused});
  const size_t calls = m_hub.calls().size();
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  EXPECT_EQ(m_hub.calls().size(), calls) << "a paused download asks for nothing";
  EXPECT_EQ(snapshot(id).bytesDone, paused.bytesDone);
  expectInvisible();
  m_hub.setHook({});
  client().resume(id);
  const DownloadSnapshot end = waitForEnd(id);
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  EXPECT_EQ(end.bytesReceived, end.bytes);
  expectModel(end.path);
}

TEST_F(HubResume, CancelIsQuickAndLeavesNothing) {
  addModel(4'000'000);
  // The worst case: connections that are open and silent.
  filesComeLike([](const HubCall&, HubReply& reply) { reply.stallAfter = 500'000; });
  const DownloadId id = client().download({.repository = kRepository});
  waitForBytes(id, 1'000'000);
  const auto begun = std::chrono::steady_clock::now();
  client().cancel(id);
  waitFor(id, {DownloadState::Cancelled});
  ::testing::Test::RecordProperty("cancel_ms", static_cast<int>(since(begun).count() * 1000));
  dropClient();  // ends the work on disk
  EXPECT_FALSE(fs::exists(repositoryFolder()));
}

TEST_F(HubResume, TheNextProgramFindsWhatWasInterrupted) {
  addModel(4'000'000);
  m_options.stateFile = m_folder.path() / "data" / "downloads.json";
  filesComeLike([](const HubCall&, HubReply& reply) { reply.bytesPerSecond = 2e6; });
  const DownloadId first = client().download({.repository = kRepository});
  const DownloadId second = client().download({.repository = kRepository, .folder = m_folder.path() / "plain"});
  waitForBytes(first, 1'000'000);
  client().pause(second);
  waitFor(second, {DownloadState::Paused});
  const uint64_t before = snapshot(first).bytesDone;
  dropClient();

  // The branch has moved on meanwhile: what was begun goes on at its own commit.
  m_hub.setHook({});
  const std::vector<DownloadSnapshot> found = client().downloads();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].state, DownloadState::Paused);
  EXPECT_GT(found[0].bytesDone, 0u);
  EXPECT_EQ(found[0].commit, gitSha1(kRepository));
  client().resumeInterrupted();
  const DownloadSnapshot end = waitForEnd(found[0].id);
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  EXPECT_LE(end.bytesReceived, end.bytes - before);
  expectModel(end.path);
  EXPECT_EQ(snapshot(found[1].id).state, DownloadState::Paused) << "the user had paused this one";
  // Asking for it again is resuming it.
  EXPECT_EQ(client().download(found[1].request), found[1].id);
  EXPECT_EQ(waitForEnd(found[1].id).state, DownloadState::Done);
  expectModel(m_folder.path() / "plain");
  dropClient();
  EXPECT_TRUE(client().downloads().empty()) << "what is done is not kept";
}

TEST_F(HubResume, WhatAnEarlierProgramLeftCanBeCancelled) {
  addModel(4'000'000);
  m_options.stateFile = m_folder.path() / "downloads.json";
  filesComeLike([](const HubCall&, HubReply& reply) { reply.bytesPerSecond = 2e6; });
  waitForBytes(client().download({.repository = kRepository}), 1'000'000);
  dropClient();
  EXPECT_TRUE(fs::exists(repositoryFolder() / ".hearth"));
  m_hub.clearCalls();
  ASSERT_EQ(client().downloads().size(), 1u);
  client().cancel(client().downloads().front().id);
  waitFor(client().downloads().front().id, {DownloadState::Cancelled});
  dropClient();
  EXPECT_FALSE(fs::exists(repositoryFolder()));
  EXPECT_TRUE(m_hub.calls().empty());
}

TEST_F(HubResume, DamagedListsAndPartsCostBytesAndNothingElse) {
  addModel(4'000'000);
  m_options.stateFile = m_folder.path() / "downloads.json";
  for (const char* text : {"", "[", "{}", "[{}]", "[1]", R"([{"repository":"../x","revision":"main"}])",
                           R"([{"repository":"a/b","revision":"../../x"}])",
                           R"([{"repository":"a/b","revision":"main","commit":"../x"}])"}) {
    m_folder.write("downloads.json", text);
    EXPECT_TRUE(client().downloads().empty()) << text;
    dropClient();
  }
  m_options.stateFile.clear();
  // A part whose journal claims what is not there, and one whose journal makes no sense.
  const std::string& one = m_model["model-00001-of-00002.safetensors"];
  const std::string& two = m_model["model-00002-of-00002.safetensors"];
  const auto part = [&](const std::string& content) {
    return "hub/models--org--tiny/.hearth/" + sha256(content) + ".part";
  };
  {
    auto file = hub::PartFile::open(m_folder.path() / part(one), one.size());
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->append(0, std::string(2'000'000, 'x')).ok());
  }
  m_folder.write(part(two), two);
  m_folder.write(part(two) + ".chunks", std::string(4000, '\xff'));
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
}

TEST(HubPartFile, GoesOnWhereItWasLeft) {
  const engine::testing::TempFolder folder;
  const fs::path path = folder.path() / "a" / "file.part";
  const std::string content = randomBytes(40'000'000, 9);
  {
    auto part = hub::PartFile::open(path, content.size());
    ASSERT_TRUE(part.ok()) << part.error().message;
    ASSERT_EQ(part->chunks().size(), 3u);
    ASSERT_TRUE(part->append(1, content.substr(16u << 20, 1000)).ok());
    ASSERT_TRUE(part->append(1, content.substr((16u << 20) + 1000, 500)).ok());
    ASSERT_TRUE(part->append(2, content.substr(32u << 20)).ok());
    EXPECT_FALSE(part->append(2, "x").ok());
  }
  EXPECT_EQ(hub::PartFile::bytesLeftBy(path, content.size()), 1500 + content.size() - (32u << 20));
  EXPECT_EQ(hub::PartFile::bytesLeftBy(path, content.size() + 1), 0u);
  auto part = hub::PartFile::open(path, content.size());
  ASSERT_TRUE(part.ok());
  EXPECT_EQ(part->chunks()[1].done, 1500u);
  ASSERT_TRUE(part->append(1, content.substr((16u << 20) + 1500, (16u << 20) - 1500)).ok());
  ASSERT_TRUE(part->append(0, content.substr(0, 16u << 20)).ok());
  EXPECT_TRUE(part->complete());
  EXPECT_TRUE(contentOf(path) == content);
  // Another size begins anew.
  auto other = hub::PartFile::open(path, 100);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->bytesDone(), 0u);
  EXPECT_EQ(fs::file_size(path), 100u);
}

}  // namespace
}  // namespace app::testing
