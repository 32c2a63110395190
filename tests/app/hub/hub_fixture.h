// A hub, a cache folder and a client with short patience.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>

#include "app/hub.h"
#include "tests/app/hub/fake_hub.h"
#include "tests/support/temp_folder.h"

namespace app::testing {

inline std::string contentOf(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(input)), std::istreambuf_iterator<char>());
}

/// Every regular file below a folder, links followed, as relative paths.
std::vector<std::string> filesBelow(const std::filesystem::path& folder);

class HubTest : public ::testing::Test {
 protected:
  static constexpr const char* kRepository = "org/tiny";

  HubTest();

  /// config.json, tokenizer.json and two shards with their index, `shardBytes` each.
  void addModel(size_t shardBytes = 3'000'000);
  HubClient& client();
  void dropClient() { m_client.reset(); }

  DownloadSnapshot snapshot(DownloadId id);
  /// Waits until the download is in one of the states, at most a minute.
  DownloadSnapshot waitFor(DownloadId id, std::initializer_list<DownloadState> states);
  DownloadSnapshot waitForEnd(DownloadId id) {
    return waitFor(id, {DownloadState::Done, DownloadState::Failed, DownloadState::Cancelled});
  }
  DownloadSnapshot download(DownloadRequest request) { return waitForEnd(client().download(std::move(request))); }
  DownloadSnapshot download() { return download({.repository = kRepository}); }

  engine::Result<HubListing> list(const std::string& repository);
  engine::Result<HubSearchPage> search(HubSearch search);

  /// The snapshot holds exactly the model of addModel(), byte for byte.
  void expectModel(const std::filesystem::path& folder);
  /// Nothing of the model can be seen: no snapshot, no reference.
  void expectInvisible();
  std::filesystem::path repositoryFolder() const { return hubCacheFolder(m_options.cacheFolder, kRepository); }

  engine::testing::TempFolder m_folder;
  FakeHub m_hub;
  HubOptions m_options;
  std::map<std::string, std::string> m_model;  ///< path to content

 private:
  std::unique_ptr<HubClient> m_client;
};

}  // namespace app::testing
