#include "tests/app/hub/hub_fixture.h"

#include <cstdlib>
#include <thread>

namespace app::testing {

namespace fs = std::filesystem;

std::vector<std::string> filesBelow(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->is_regular_file()) out.push_back(it->path().lexically_relative(folder).string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

HubTest::HubTest() {
  // A proxy of the machine's has nothing to do with the loopback address.
  ::setenv("no_proxy", "*", 1);
  m_options.endpoint = m_hub.endpoint();
  m_options.cacheFolder = m_folder.path() / "hub";
  m_options.times.retryFirstSeconds = 0.01;
  m_options.times.retryMostSeconds = 0.05;
}

void HubTest::addModel(size_t shardBytes) {
  m_model = {{"config.json", R"({"model_type":"llama"})"},
             {"tokenizer.json", randomBytes(100'000, 1)},
             {"model.safetensors.index.json", R"({"weight_map":{}})"},
             {"model-00001-of-00002.safetensors", randomBytes(shardBytes, 2)},
             {"model-00002-of-00002.safetensors", randomBytes(shardBytes, 3)}};
  for (const auto& [path, content] : m_model) {
    m_hub.add(kRepository, {.path = path, .content = content, .large = content.size() > 50'000});
  }
  m_hub.add(kRepository, {.path = "modeling.py", .content = "print()", .large = false});
  m_hub.describe(kRepository, R"("tags":["license:mit","safetensors"],"downloads":7,"likes":3)");
}

HubClient& HubTest::client() {
  if (!m_client) m_client = std::make_unique<HubClient>(m_options);
  return *m_client;
}

DownloadSnapshot HubTest::snapshot(DownloadId id) {
  for (const DownloadSnapshot& download : client().downloads()) {
    if (download.id == id) return download;
  }
  return {};
}

DownloadSnapshot HubTest::waitFor(DownloadId id, std::initializer_list<DownloadState> states) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  DownloadSnapshot now;
  while (std::chrono::steady_clock::now() < end) {
    now = snapshot(id);
    if (std::find(states.begin(), states.end(), now.state) != states.end()) return now;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ADD_FAILURE() << "the download stays in state " << static_cast<int>(now.state) << ": " << now.note << " "
                << now.error.message;
  return now;
}

engine::Result<HubListing> HubTest::list(const std::string& repository) {
  std::promise<engine::Result<HubListing>> promise;
  client().list(repository, "main", [&](auto listing) { promise.set_value(std::move(listing)); });
  return promise.get_future().get();
}

engine::Result<HubSearchPage> HubTest::search(HubSearch search) {
  std::promise<engine::Result<HubSearchPage>> promise;
  client().search(std::move(search), [&](auto page) { promise.set_value(std::move(page)); });
  return promise.get_future().get();
}

void HubTest::expectModel(const fs::path& folder) {
  std::vector<std::string> expected;
  for (const auto& [path, content] : m_model) {
    expected.push_back(path);
    EXPECT_TRUE(contentOf(folder / path) == content) << path;
  }
  EXPECT_EQ(filesBelow(folder), expected);
}

void HubTest::expectInvisible() {
  EXPECT_FALSE(fs::exists(repositoryFolder() / "snapshots" / gitSha1(kRepository)));
  EXPECT_FALSE(fs::exists(repositoryFolder() / "refs" / "main"));
}

}  // namespace app::testing
