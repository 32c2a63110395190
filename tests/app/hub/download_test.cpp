// Downloads that go well, into the cache and into folders.
#include "app/hub/file_lock.h"
#include "tests/app/hub/hub_fixture.h"

namespace app::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST_F(HubTest, TheCacheLooksAsHuggingFacesLibraryMakesIt) {
  addModel();
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  const fs::path root = m_folder.path() / "hub" / "models--org--tiny";
  const std::string commit = gitSha1(kRepository);
  EXPECT_EQ(end.commit, commit);
  EXPECT_EQ(end.path, root / "snapshots" / commit);
  EXPECT_EQ(contentOf(root / "refs" / "main"), commit);
  expectModel(end.path);
  for (const auto& [path, content] : m_model) {
    const std::string blob = content.size() > 50'000 ? sha256(content) : gitSha1(content);
    EXPECT_EQ(fs::read_symlink(end.path / path), "../../blobs/" + blob);
    EXPECT_TRUE(contentOf(root / "blobs" / blob) == content);
  }
  EXPECT_FALSE(fs::exists(root / ".hearth")) << "unfinished parts are left";
  EXPECT_EQ(end.bytesDone, end.bytes);
  EXPECT_EQ(end.bytesReceived, end.bytes);
  EXPECT_EQ(end.filesDone, 5u);
  EXPECT_EQ(end.label, "safetensors");
}

TEST_F(HubTest, WhatIsThereIsNotFetchedAgain) {
  addModel();
  ASSERT_EQ(download().state, DownloadState::Done);
  m_hub.clearCalls();
  dropClient();
  const DownloadSnapshot again = download();
  EXPECT_EQ(again.state, DownloadState::Done);
  EXPECT_EQ(again.bytesReceived, 0u);
  EXPECT_EQ(m_hub.calls().size(), 1u) << "only the list was to be asked for";
  // A new commit with one new file: that one alone is fetched, the old snapshot stays.
  const std::string config = R"({"model_type":"qwen2"})";
  m_hub.add(kRepository, {.path = "config.json", .content = config, .large = false});
  m_hub.setCommit(kRepository, std::string(40, 'b'));
  dropClient();
  const DownloadSnapshot newer = download();
  ASSERT_EQ(newer.state, DownloadState::Done);
  EXPECT_EQ(newer.bytesReceived, config.size());
  EXPECT_EQ(contentOf(repositoryFolder() / "refs" / "main"), std::string(40, 'b'));
  expectModel(repositoryFolder() / "snapshots" / gitSha1(kRepository));
  EXPECT_EQ(contentOf(newer.path / "config.json"), config);
}

TEST_F(HubTest, LargeFilesComeInRangesOverSeveralConnections) {
  addModel(40'000'000);
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
  size_t ranged = 0;
  for (const HubCall& call : m_hub.calls()) ranged += call.header("range").empty() ? 0 : 1;
  EXPECT_GE(ranged, 6u);
}

TEST_F(HubTest, OneGgufFileAndThenAnother) {
  const std::string small = randomBytes(300'000, 4), large = randomBytes(500'000, 5);
  m_hub.add(kRepository, {.path = "tiny-Q4_K_M.gguf", .content = small});
  m_hub.add(kRepository, {.path = "sub/tiny-Q8_0.gguf", .content = large});
  const DownloadSnapshot none = download();
  ASSERT_EQ(none.state, DownloadState::Failed);
  EXPECT_EQ(none.error.context, "choice");
  const DownloadSnapshot first = download({.repository = kRepository, .include = {"Q4_K_M"}});
  ASSERT_EQ(first.state, DownloadState::Done) << first.error.message;
  EXPECT_EQ(first.path.filename(), "tiny-Q4_K_M.gguf");
  EXPECT_TRUE(contentOf(first.path) == small);
  // The second joins the same snapshot, in a folder of its own.
  const DownloadSnapshot second = download({.repository = kRepository, .include = {"*Q8_0*"}});
  ASSERT_EQ(second.state, DownloadState::Done) << second.error.message;
  EXPECT_TRUE(contentOf(second.path) == large);
  EXPECT_TRUE(contentOf(first.path) == small);
  EXPECT_EQ(fs::read_symlink(second.path), "../../../blobs/" + sha256(large));
}

TEST_F(HubTest, APlainFolderShowsUpWhole) {
  addModel();
  const fs::path folder = m_folder.path() / "models" / "tiny";
  const DownloadSnapshot end = download({.repository = kRepository, .folder = folder});
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  EXPECT_EQ(end.path, folder);
  expectModel(folder);
  EXPECT_FALSE(fs::is_symlink(folder / "config.json"));
  EXPECT_EQ(std::distance(fs::directory_iterator(m_folder.path() / "models"), fs::directory_iterator()), 1);
}

TEST_F(HubTest, FilesOfTheUsersAreNeverOverwritten) {
  addModel();
  m_folder.write("mine/config.json", "my own");
  m_folder.write("mine/notes.txt", "keep");
  m_folder.write("mine/tokenizer.json", m_model["tokenizer.json"]);
  const fs::path folder = m_folder.path() / "mine";
  const DownloadSnapshot refused = download({.repository = kRepository, .folder = folder});
  ASSERT_EQ(refused.state, DownloadState::Failed);
  EXPECT_EQ(refused.error.context, "folder");
  EXPECT_THAT(refused.error.message, HasSubstr("config.json"));
  EXPECT_EQ(contentOf(folder / "config.json"), "my own");
  fs::remove(folder / "config.json");
  dropClient();
  const DownloadSnapshot end = download({.repository = kRepository, .folder = folder});
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  EXPECT_EQ(contentOf(folder / "notes.txt"), "keep");
  EXPECT_EQ(end.bytesReceived, end.bytes - m_model["tokenizer.json"].size()) << "the right file was fetched again";
  fs::remove(folder / "notes.txt");
  expectModel(folder);
}

TEST_F(HubTest, EmptyFilesNeedNoBytes) {
  addModel(100'000);
  m_model["tokenizer.model"] = "";
  m_hub.add(kRepository, {.path = "tokenizer.model", .content = "", .large = false});
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
}

TEST_F(HubTest, AnotherProgramsDownloadIsWaitedForAndTaken) {
  addModel();
  const std::string& shard = m_model["model-00001-of-00002.safetensors"];
  const fs::path lockFile = m_options.cacheFolder / ".locks" / "models--org--tiny" / (sha256(shard) + ".lock");
  auto held = hub::FileLock::tryTake(lockFile);
  ASSERT_TRUE(held.ok() && held.value());
  const DownloadId id = client().download({.repository = kRepository});
  const DownloadSnapshot waiting = waitFor(id, {DownloadState::Waiting});
  EXPECT_THAT(waiting.note, HasSubstr("another program"));
  expectInvisible();
  // The other one finishes it.
  fs::create_directories(repositoryFolder() / "blobs");
  std::ofstream(repositoryFolder() / "blobs" / sha256(shard), std::ios::binary) << shard;
  held.value().reset();
  const DownloadSnapshot end = waitForEnd(id);
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  EXPECT_EQ(end.bytesReceived, end.bytes - shard.size());
  expectModel(end.path);
}

TEST_F(HubTest, TwoClientsAtOnceEndWithOneModel) {
  addModel(5'000'000);
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    HubReply reply = m_hub.usual(call);
    reply.bytesPerSecond = 20e6;
    return reply;
  });
  HubClient other(m_options);
  const DownloadId there = other.download({.repository = kRepository});
  const DownloadSnapshot here = download();
  ASSERT_EQ(here.state, DownloadState::Done) << here.error.message;
  DownloadSnapshot end;
  for (int i = 0; i < 6000 && end.state != DownloadState::Done; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    end = other.downloads().front();
    ASSERT_NE(end.state, DownloadState::Failed) << end.error.message;
  }
  EXPECT_EQ(there, end.id);
  expectModel(here.path);
  EXPECT_EQ(here.bytesReceived + end.bytesReceived, here.bytes) << "bytes came twice";
}

TEST_F(HubTest, SearchAndLists) {
  addModel();
  m_hub.describe(kRepository,
                 R"("tags":["license:apache-2.0","safetensors"],"downloads":1234,"likes":56,"gated":"manual",)"
                 R"("lastModified":"2025-01-01","safetensors":{"parameters":{"BF16":1000,"F32":10},"total":1010})");
  const auto page = search({.words = "tiny & more", .format = "safetensors"});
  ASSERT_TRUE(page.ok()) << page.error().message;
  ASSERT_EQ(page->models.size(), 1u);
  const HubModel& model = page->models.front();
  EXPECT_EQ(model.id, kRepository);
  EXPECT_EQ(model.licence, "apache-2.0");
  EXPECT_EQ(model.downloads, 1234u);
  EXPECT_EQ(model.likes, 56u);
  EXPECT_EQ(model.bytes, 2040u);
  EXPECT_EQ(model.parameters, 1010u);
  EXPECT_EQ(model.gate, HubGate::Approval);
  EXPECT_TRUE(model.safetensors);
  EXPECT_THAT(m_hub.calls().front().target, HasSubstr("search=tiny%20%26%20more"));

  const auto listing = list(kRepository);
  ASSERT_TRUE(listing.ok()) << listing.error().message;
  EXPECT_EQ(listing->commit, gitSha1(kRepository));
  EXPECT_EQ(listing->files.size(), 6u);
  ASSERT_EQ(listing->choices.size(), 1u);
  EXPECT_EQ(listing->choices[0].files.size(), 5u);

  std::promise<engine::Result<std::string>> text;
  client().readText(kRepository, "main", "config.json", [&](auto got) { text.set_value(std::move(got)); });
  const auto config = text.get_future().get();
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(*config, m_model["config.json"]);
}

TEST_F(HubTest, PagesOfASearchFollowTheHubsOwnLinkAlone) {
  addModel();
  std::string link = m_hub.endpoint() + "/api/models?cursor=2";
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    HubReply reply = m_hub.usual(call);
    reply.headers["Link"] = "<" + link + ">; rel=\"next\"";
    return reply;
  });
  auto page = search({.words = "a"});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next, link);
  ASSERT_TRUE(search({.words = "", .next = page->next}).ok());
  EXPECT_EQ(m_hub.calls().back().target, "/api/models?cursor=2");
  link = m_hub.storage() + "/elsewhere";
  page = search({.words = "a"});
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->next, "");
  EXPECT_FALSE(search({.words = "", .next = link}).ok());
}

}  // namespace
}  // namespace app::testing
