// What the hub refuses, in sentences with their way out; and where the token goes.
#include "tests/app/hub/hub_fixture.h"

namespace app::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class HubRefusal : public HubTest {
 protected:
  HubRefusal() { addModel(200'000); }
  /// The answer to every request for a file.
  void filesAnswer(HubReply reply) {
    m_hub.setHook([reply](const HubCall& call) -> std::optional<HubReply> {
      return call.target.find("/resolve/") != std::string::npos ? std::optional(reply) : std::nullopt;
    });
  }
};

TEST_F(HubRefusal, GatedWithoutToken) {
  filesAnswer({.status = 401, .headers = {{"X-Error-Code", "GatedRepo"}}, .body = "gated"});
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "gated");
  EXPECT_THAT(end.error.message, AllOf(HasSubstr(m_hub.endpoint() + "/org/tiny"), HasSubstr("HF_TOKEN")));
  expectInvisible();
}

TEST_F(HubRefusal, GatedWithATokenThatHasNoAccess) {
  m_options.token = "hf_secret";
  filesAnswer({.status = 403, .headers = {{"X-Error-Code", "GatedRepo"}}});
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "gated");
  EXPECT_THAT(end.error.message, HasSubstr("accept the licence"));
}

TEST_F(HubRefusal, AWrongToken) {
  m_options.token = "hf_wrong";
  filesAnswer({.status = 401});
  const DownloadSnapshot end = download();
  EXPECT_EQ(end.error.context, "token");
  EXPECT_THAT(end.error.message, HasSubstr("/settings/tokens"));
}

TEST_F(HubRefusal, NamesThatAreNotThere) {
  EXPECT_EQ(download({.repository = "org/none"}).error.context, "repo");
  EXPECT_EQ(download({.repository = "org/tiny@nothing"}).error.context, "revision");
  EXPECT_EQ(download({.repository = "../tiny"}).error.context, "repo");
  EXPECT_EQ(download({.repository = kRepository, .revision = "a/../b"}).error.context, "revision");
  EXPECT_FALSE(list("org/none").ok());
  filesAnswer({.status = 404, .headers = {{"X-Error-Code", "EntryNotFound"}}});
  EXPECT_EQ(download().error.context, "file");
}

TEST_F(HubRefusal, TooManyRequestsAreWaitedFor) {
  std::atomic<int> refused = 0;
  m_hub.setHook([&](const HubCall&) -> std::optional<HubReply> {
    if (refused++ >= 2) return std::nullopt;
    return HubReply{.status = 429, .headers = {{"Retry-After", "1"}}};
  });
  const auto begun = std::chrono::steady_clock::now();
  const DownloadSnapshot end = download();
  EXPECT_EQ(end.state, DownloadState::Done) << end.error.message;
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
}

TEST_F(HubRefusal, AWaitBeyondReasonFails) {
  m_options.times.longestWaitSeconds = 5;
  m_hub.setHook([&](const HubCall&) -> std::optional<HubReply> {
    return HubReply{.status = 429, .headers = {{"RateLimit", "\"api\";r=0;t=3600"}}};
  });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_EQ(end.error.context, "rate");
  EXPECT_THAT(end.error.message, HasSubstr("3600 s"));
}

TEST_F(HubRefusal, ServerErrorsAreTriedAgainAndThenSaid) {
  std::atomic<int> refused = 0;
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    return call.atStorage && refused++ < 3 ? std::optional(HubReply{.status = 503}) : std::nullopt;
  });
  EXPECT_EQ(download().state, DownloadState::Done);
  m_options.times.attempts = 3;
  dropClient();
  m_hub.setHook([](const HubCall&) -> std::optional<HubReply> { return HubReply{.status = 500}; });
  const DownloadSnapshot end = download({.repository = kRepository, .folder = m_folder.path() / "x"});
  ASSERT_EQ(end.state, DownloadState::Failed);
  EXPECT_THAT(end.error.message, HasSubstr("HTTP 500"));
}

TEST_F(HubRefusal, TheTokenGoesToTheHubAlone) {
  m_options.token = "hf_secret";
  ASSERT_EQ(download().state, DownloadState::Done);
  size_t atStorage = 0;
  for (const HubCall& call : m_hub.calls()) {
    atStorage += call.atStorage ? 1 : 0;
    EXPECT_EQ(call.header("authorization"), call.atStorage ? "" : "Bearer hf_secret") << call.target;
  }
  EXPECT_GT(atStorage, 0u);
}

TEST_F(HubRefusal, ExpiredLinksAreMadeAnew) {
  addModel(40'000'000);
  std::atomic<int> served = 0;
  m_hub.setHook([&](const HubCall& call) -> std::optional<HubReply> {
    if (!call.atStorage || call.target.find("signature") == std::string::npos) return std::nullopt;
    return ++served % 3 == 0 ? std::optional(HubReply{.status = 403, .body = "expired"}) : std::nullopt;
  });
  const DownloadSnapshot end = download();
  ASSERT_EQ(end.state, DownloadState::Done) << end.error.message;
  expectModel(end.path);
}

TEST_F(HubRefusal, RedirectsThatGoRoundOrNowhere) {
  m_options.times.attempts = 2;
  for (const std::string& to : {m_hub.endpoint() + "/org/tiny/resolve/x/y", std::string("file:///etc/passwd"),
                                std::string("ftp://127.0.0.1/x"), std::string("http://"), std::string("")}) {
    filesAnswer({.status = 302, .headers = {{"Location", to}}});
    dropClient();
    const DownloadSnapshot end = download();
    ASSERT_EQ(end.state, DownloadState::Failed) << to;
    EXPECT_EQ(end.error.context, "network") << to;
    expectInvisible();
  }
}

TEST_F(HubRefusal, NoHubAtAll) {
  m_options.times.attempts = 2;
  m_options.endpoint = "http://127.0.0.1:1";
  EXPECT_THAT(download().error.message, HasSubstr("127.0.0.1:1"));
  dropClient();
  m_options.endpoint = "gopher://x";
  EXPECT_THAT(download().error.message, HasSubstr("gopher://x"));
  EXPECT_FALSE(search({.words = "x"}).ok());
}

}  // namespace
}  // namespace app::testing
