#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/settings.h"

namespace app {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

namespace {

class StoredSettings : public ::testing::Test {
 protected:
  void SetUp() override {
    m_directory =
        std::filesystem::path(::testing::TempDir()) / ("hearth_stored_" + std::to_string(::getpid()) + "_" +
                                                       ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(m_directory);
    m_file = m_directory / "config" / "settings.json";
  }
  void TearDown() override { std::filesystem::remove_all(m_directory); }

  void put(const std::string& content) {
    std::filesystem::create_directories(m_file.parent_path());
    std::ofstream(m_file, std::ios::binary) << content;
  }
  std::string get() const {
    std::ostringstream out;
    out << std::ifstream(m_file).rdbuf();
    return out.str();
  }

  std::filesystem::path m_directory, m_file;
  std::vector<std::string> m_warnings;
};

}  // namespace

TEST_F(StoredSettings, RoundTripKeepsOnlyStoredValuesWithMode0600) {
  Settings settings;
  ASSERT_TRUE(settings.set("port", "9000", SettingSource::Stored).ok());
  ASSERT_TRUE(settings.set("port", "1234", SettingSource::Flag).ok());
  ASSERT_TRUE(settings.set("scale", "1.25", SettingSource::Stored).ok());
  ASSERT_TRUE(settings.set("enforce-eager", "1", SettingSource::Stored).ok());
  ASSERT_TRUE(settings.set("api-keys", "a,b", SettingSource::Stored).ok());
  ASSERT_TRUE(settings.set("host", "10.0.0.1", SettingSource::Environment).ok());
  ASSERT_TRUE(settings.writeFile(m_file).ok());

  struct stat info = {};
  ASSERT_EQ(::stat(m_file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0600u);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_file.parent_path()), {}), 1);

  Settings again;
  ASSERT_TRUE(again.readFile(m_file, &m_warnings).ok());
  EXPECT_TRUE(m_warnings.empty());
  EXPECT_EQ(again.integer("port"), 9000);
  EXPECT_EQ(again.real("scale"), 1.25);
  EXPECT_TRUE(again.boolean("enforce-eager"));
  EXPECT_THAT(again.list("api-keys"), ElementsAre("a", "b"));
  EXPECT_EQ(again.source("host"), SettingSource::Default);
}

TEST_F(StoredSettings, UnknownKeysAreKeptAndBadValuesReported) {
  put(R"({"future": {"x": [1, 2]}, "port": 99999, "theme": "dark", "seed": [1], "max_model_len": 512})");
  Settings settings;
  ASSERT_TRUE(settings.readFile(m_file, &m_warnings).ok());
  EXPECT_THAT(m_warnings, ElementsAre(HasSubstr("'future'"), HasSubstr("--port must be"), HasSubstr("seed")));
  EXPECT_EQ(settings.integer("port"), 8501);
  EXPECT_EQ(settings.text("theme"), "dark");
  EXPECT_EQ(settings.integer("max-model-len"), 512);
  ASSERT_TRUE(settings.writeFile(m_file).ok());
  EXPECT_THAT(get(), HasSubstr("\"future\""));
}

TEST_F(StoredSettings, ADamagedFileIsMovedAsideAndDefaultsHold) {
  for (const std::string& content : {std::string("{\"port\": "), std::string("[1]"), std::string(100000, '['),
                                     std::string("\xff\xfe"), std::string()}) {
    put(content);
    m_warnings.clear();
    Settings settings;
    ASSERT_TRUE(settings.readFile(m_file, &m_warnings).ok());
    EXPECT_EQ(m_warnings.size(), 1u);
    EXPECT_EQ(settings.integer("port"), 8501);
    EXPECT_FALSE(std::filesystem::exists(m_file));
    EXPECT_TRUE(std::filesystem::exists(m_file.string() + ".damaged"));
  }
}

TEST_F(StoredSettings, AMissingFileIsAnEmptyOne) {
  Settings settings;
  EXPECT_TRUE(settings.readFile(m_file, &m_warnings).ok());
  EXPECT_TRUE(m_warnings.empty());
}

TEST_F(StoredSettings, AnUnwritableDirectoryIsAnError) {
  Settings settings;
  const auto done = settings.writeFile("/proc/hearth/settings.json");
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, engine::ErrorCode::Io);
}

}  // namespace app
