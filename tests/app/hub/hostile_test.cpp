// Lies and bombs: lists, sizes, bodies, headers, names.
#include "app/hub/http_loop.h"
#include "app/hub/hub_json.h"
#include "tests/app/hub/hub_fixture.h"

namespace app::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string listJson(const std::string& siblings) {
  return R"({"id":"org/tiny","sha":")" + std::string(40, 'a') + R"(","siblings":[)" + siblings + "]}";
}

TEST(HubHostile, UnsafeFilesAreLeftOut) {
  const std::string sum(64, '0'), git(40, '0');
  const auto lfs = [&](const std::string& path) {
    return R"({"rfilename":")" + path + R"(","size":1,"lfs":{"sha256":")" + sum + R"(","size":1}},)";
  };
  std::string siblings;
  for (const char* bad : {"../evil", "/etc/passwd", "a/../../b", ".git/config", "a\\\\b", "nul\\u0000.json",
                          "line\\nfeed", "\\u202e.gguf\\u0007", "a//b", "C1\\u0085.json"}) {
    siblings += lfs(bad);
  }
  siblings += R"({"rfilename":"no-size"},{"rfilename":7},{},[],"x",null,)";
  siblings += R"({"rfilename":"negative","size":-1,"blobId":")" + git + R"("},)";
  siblings += R"({"rfilename":"huge","size":18446744073709551615,"blobId":")" + git + R"("},)";
  siblings += R"({"rfilename":"fraction","size":1.5,"blobId":")" + git + R"("},)";
  siblings += R"({"rfilename":"sum","size":1,"blobId":"../../../../etc/passwd000000000000000000000000000"},)";
  siblings += R"({"rfilename":"upper","size":1,"blobId":")" + std::string(40, 'A') + R"("},)";
  siblings += R"({"rfilename":"weak","size":1,"lfs":{"sha256":")" + git + R"(","size":1}},)";
  const auto listing = hub::readListing(listJson(siblings + lfs("good.gguf") + lfs("good.gguf") +
                                                 R"({"rfilename":"config.json","size":1,"blobId":")" + git + "\"}"));
  ASSERT_TRUE(listing.ok()) << listing.error().message;
  ASSERT_EQ(listing->files.size(), 2u);
  EXPECT_EQ(listing->files[0].path, "config.json");
  EXPECT_EQ(listing->files[1].path, "good.gguf");
  EXPECT_EQ(listing->ignored, 23u);
}

TEST(HubHostile, JsonThatIsNoAnswer) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string("null"), std::string("<html>"),
        std::string(R"({"id":"../x","sha":"a","siblings":[]})"), std::string(R"({"id":"a/b","sha":5,"siblings":[]})"),
        R"({"id":"a/b","sha":")" + std::string(40, 'a') + R"(","siblings":{}})", std::string(100000, '['),
        std::string(2u << 20, ',').insert(0, "["), std::string(hub::kMostListBytes + 1, ' ')}) {
    EXPECT_FALSE(hub::readListing(text).ok()) << text.substr(0, 60);
  }
  EXPECT_FALSE(hub::readModels("{}").ok());
  const auto models = hub::readModels(
      R"([{"id":"a/b","downloads":-5,"likes":"x","tags":[1,{"a":2}],"gated":7,"safetensors":{"parameters":[1]}},
          {"id":"<b>"},{"id":5},7,{"id":"a/b\u001b[31m"},
          {"id":"c/d","safetensors":{"parameters":{"BF16":18446744073709551615}}}])");
  ASSERT_TRUE(models.ok());
  ASSERT_EQ(models->size(), 2u);
  EXPECT_EQ((*models)[0].downloads, 0u);
  EXPECT_EQ((*models)[0].gate, HubGate::Licence) << "what is not understood is not called open";
  EXPECT_EQ((*models)[1].bytes, 0u);
}

TEST(HubHostile, RedirectsNeverLoseEncryption) {
  using hub::redirectTarget;
  EXPECT_EQ(redirectTarget("https://hub.example/a/b", "https://store.example/c?d"), "https://store.example/c?d");
  EXPECT_EQ(redirectTarget("https://hub.example/a/b", "/c"), "https://hub.example/c");
  EXPECT_EQ(redirectTarget("http://127.0.0.1:1/a", "https://store.example/c"), "https://store.example/c");
  for (const char* bad : {"http://store.example/c", "http://hub.example/a", "file:///etc/passwd", "gopher://x/", "",
                          "//", "javascript:alert(1)"}) {
    const std::string to = redirectTarget("https://hub.example/a/b", bad);
    EXPECT_TRUE(to.empty() || to.starts_with("https://hub.example")) << bad << " leads to " << to;
  }
}

TEST_F(HubTest, NamesThatSomeDisksTakeForOne) {
  m_hub.add(kRepository, {.path = "Model-Q4_0.gguf", .content = "1"});
  m_hub.add(kRepository, {.path = "model-q4_0.gguf", .content = "2"});
  const DownloadSnapshot end = download({.repository = kRepository, .include = {"*"}});
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "choice");
  m_hub.add("org/other", {.path = "a", .content = "1"});
  m_hub.add("org/other", {.path = "a/b", .content = "2"});
  EXPECT_EQ(download({.repository = "org/other", .include = {"*"}}).error.context, "choice");
}

TEST_F(HubTest, WrongChecksumsAreNeverPublished) {
  addModel();
  const std::string& shard = m_model["model-00002-of-00002.safetensors"];
  std::string damaged = shard;
  damaged[damaged.size() / 2] ^= 1;
  std::atomic<int> wrong = 1;
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    HubReply reply = m_hub.usual(call);
    if (reply.body == shard && wrong-- > 0) reply.body = damaged;
    return reply;
  });
  // Once: it is fetched again. Always: it fails, nothing shows.
  const DownloadSnapshot mended = download();
  ASSERT_EQ(mended.state, DownloadState::Done) << mended.error.message;
  expectModel(mended.path);
  EXPECT_EQ(mended.bytesReceived, mended.bytes + shard.size());
  wrong = 1000;
  dropClient();
  m_options.cacheFolder = m_folder.path() / "other";
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "checksum");
  expectInvisible();
  EXPECT_FALSE(fs::exists(repositoryFolder() / "blobs" / sha256(shard)));
}

TEST_F(HubTest, SmallFilesAreCheckedAsWell) {
  addModel(100'000);
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    HubReply reply = m_hub.usual(call);
    if (call.target.find("config.json") != std::string::npos) reply.body[0] = '[';
    return reply;
  });
  EXPECT_EQ(download().error.context, "checksum");
  expectInvisible();
}

TEST_F(HubTest, SizesThatLie) {
  for (const uint64_t listed : {uint64_t{2'999'999}, uint64_t{3'000'001}, uint64_t{60'000'000}, uint64_t{0}}) {
    addModel();
    m_hub.add(kRepository, {.path = "model-00001-of-00002.safetensors",
                            .content = m_model["model-00001-of-00002.safetensors"],
                            .listedBytes = listed});
    dropClient();
    const DownloadSnapshot end = download();
    ASSERT_EQ(end.state, DownloadState::Failed) << listed;
    EXPECT_EQ(end.error.context, "checksum") << listed << ": " << end.error.message;
    expectInvisible();
  }
  // More than the disk holds is refused before a byte comes.
  m_hub.add(kRepository,
            {.path = "model-00001-of-00002.safetensors", .content = "x", .listedBytes = uint64_t{1} << 47});
  dropClient();
  const DownloadSnapshot end = download();
  EXPECT_EQ(end.error.context, "space");
  EXPECT_THAT(end.error.message, HasSubstr("140.7 TB"));
}

TEST_F(HubTest, BodiesWithoutEnd) {
  addModel();
  m_options.times.attempts = 2;
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    if (!call.atStorage) return std::nullopt;
    HubReply reply = m_hub.usual(call);
    reply.endless = true;
    return reply;
  });
  // What was asked for is in it, and right.
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
  EXPECT_EQ(end.bytesReceived, end.bytes);
  for (const int status : {200, 302, 404}) {
    m_hub.setHook([&](const HubCall&) -> std::optional<HubReply> {
      return HubReply{.status = status, .body = std::string(100'000, ' '), .endless = true};
    });
    EXPECT_FALSE(search({.words = "x"}).ok()) << status;
  }
}

TEST_F(HubTest, HeadersWithoutEnd) {
  addModel();
  m_options.times.attempts = 2;
  m_hub.setHook([&](const HubCall&) -> std::optional<HubReply> {
    HubReply reply{.body = "[]"};
    for (int i = 0; i < 400; ++i) reply.headers["X-" + std::to_string(i)] = std::string(2000, 'x');
    return reply;
  });
  EXPECT_FALSE(search({.words = "x"}).ok());
}

TEST_F(HubTest, RangesThatAreOthersThanAskedFor) {
  addModel(40'000'000);
  m_options.times.attempts = 2;
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    if (!call.atStorage) return std::nullopt;
    HubReply reply = m_hub.usual(call);
    if (reply.status == 206) reply.headers["Content-Range"] = "bytes 0-16777215/40000000";
    return reply;
  });
  const DownloadSnapshot end = download();
  EXPECT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "network");
  expectInvisible();
}

TEST_F(HubTest, AFileThatChangesUnderway) {
  addModel();
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    HubReply reply = m_hub.usual(call);
    if (reply.headers.contains("X-Linked-Etag")) reply.headers["X-Linked-Etag"] = std::string(64, 'e');
    return reply;
  });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "checksum");
  EXPECT_THAT(end.error.message, HasSubstr("another file on the hub"));
}

}  // namespace
}  // namespace app::testing
