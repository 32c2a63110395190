#include "engine/loaders/model_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace engine {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TempFolder;

class ModelDirectoryTest : public ::testing::Test {
 protected:
  /// A hub cache with one snapshot whose config.json links to a blob.
  fs::path hub(const std::string& revision) {
    const fs::path root = folder.path() / "models--org--Some-Model";
    folder.write("models--org--Some-Model/blobs/abc", "{}");
    fs::create_directories(root / "snapshots" / revision);
    fs::create_symlink("../../blobs/abc", root / "snapshots" / revision / "config.json");
    return root;
  }
  TempFolder folder;
};

TEST_F(ModelDirectoryTest, FindsDirectoriesAndFiles) {
  folder.write("My-Model/config.json", "{}");
  const auto directory = locateModel(folder.path() / "My-Model/");
  ASSERT_TRUE(directory.ok()) << directory.error().message;
  EXPECT_EQ(directory.value().name, "My-Model");
  EXPECT_TRUE(directory.value().file.empty());
  const auto file = locateModel(folder.write("a.Q4_1.gguf", "x"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file.value().name, "a.Q4_1");
  EXPECT_EQ(locateModel(folder.path() / "absent").error().code, ErrorCode::NotFound);
  EXPECT_EQ(locateModel("").error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(locateModel(folder.write("model.bin", "x")).error().message, HasSubstr("no .gguf"));
}

TEST_F(ModelDirectoryTest, ResolvesTheHubCache) {
  const fs::path root = hub("0123");
  for (const fs::path& path : {root, root / "snapshots" / "0123"}) {
    const auto location = locateModel(path);
    ASSERT_TRUE(location.ok()) << location.error().message;
    EXPECT_EQ(location.value().name, "Some-Model");
    EXPECT_EQ(location.value().directory.filename(), "0123");
    EXPECT_TRUE(modelFile(location.value().directory, "config.json").ok());
  }
  fs::create_directories(root / "snapshots" / "4567");
  EXPECT_THAT(locateModel(root).error().message, HasSubstr("2 snapshots"));
  folder.write("models--org--Some-Model/refs/main", "0123\n");
  EXPECT_TRUE(locateModel(root).ok());
  folder.write("models--org--Some-Model/refs/main", "../../..");
  EXPECT_FALSE(locateModel(root).ok());
}

TEST_F(ModelDirectoryTest, NeverLeavesTheFolder) {
  folder.write("secret.json", "{}");
  folder.write("model/config.json", "{}");
  fs::create_symlink("../secret.json", folder.path() / "model" / "link.json");
  fs::create_symlink("config.json", folder.path() / "model" / "inner.json");
  const fs::path directory = folder.path() / "model";
  EXPECT_THAT(modelFile(directory, "link.json").error().message, HasSubstr("leads out"));
  EXPECT_TRUE(modelFile(directory, "inner.json").ok());
  EXPECT_EQ(modelFile(directory, "absent.json").error().code, ErrorCode::NotFound);
  for (const char* name : {"../secret.json", "/etc/passwd", "", ".", "..", "a/b", "a\\b"}) {
    EXPECT_EQ(modelFile(directory, name).error().code, ErrorCode::InvalidArgument) << name;
  }
  EXPECT_EQ(modelFile(directory, std::string_view("config.json\0x", 13)).error().code, ErrorCode::InvalidArgument);
  // A hub snapshot's link may lead to its own blobs only.
  const fs::path root = hub("0123");
  fs::create_symlink(folder.path() / "secret.json", root / "snapshots" / "0123" / "generation_config.json");
  EXPECT_FALSE(modelFile(root / "snapshots" / "0123", "generation_config.json").ok());
  fs::create_directories(directory / "folder.json");
  EXPECT_FALSE(modelFile(directory, "folder.json").ok());
}

}  // namespace
}  // namespace engine
