// Models in folders: layouts that are found, what is not a model, bounds, folders that cannot be searched.
#include "app/model_finder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/temp_folder.h"

namespace {

using engine::testing::TempFolder;

std::vector<std::string> namesIn(const app::ModelSearch& search, const std::filesystem::path& root) {
  std::vector<std::string> names;
  for (const app::FoundModel& model : search.models) names.push_back(model.path.lexically_relative(root).string());
  return names;
}

TEST(ModelFinder, FindsDirectoriesFilesAndTheHubsCache) {
  TempFolder folder;
  folder.write("a/config.json", "{}");
  folder.write("a/model.safetensors", "");
  folder.write("a/inner/config.json", "{}");  // part of a model, not one
  folder.write("deep/er/b/config.json", "{}");
  folder.write("deep/er/b/model.safetensors.index.json", "");
  folder.write("files/x.gguf", "");
  folder.write("files/y-00001-of-00002.gguf", "");
  folder.write("files/y-00002-of-00002.gguf", "");
  folder.write("hub/models--org--name/snapshots/abc/config.json", "{}");
  folder.write("hub/models--org--name/snapshots/abc/model.safetensors", "");
  folder.write("no/config.json", "{}");  // no weights
  folder.write(".hidden/z.gguf", "");
  folder.write("one/two/three/four/five/six/deep.gguf", "");
  const app::ModelSearch search = app::findModels({folder.path()}, nullptr);
  EXPECT_TRUE(search.problems.empty());
  EXPECT_EQ(namesIn(search, folder.path()),
            (std::vector<std::string>{"a", "deep/er/b", "files/x.gguf", "files/y-00001-of-00002.gguf",
                                      "hub/models--org--name"}));
  for (const app::FoundModel& model : search.models) EXPECT_EQ(model.root, folder.path());
}

TEST(ModelFinder, OnePlaceIsFoundOnceAndLoopsEnd) {
  TempFolder folder;
  folder.write("m/a.gguf", "");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "m" / "loop");
  EXPECT_EQ(app::findModels({folder.path(), folder.path() / "m", folder.path()}, nullptr).models.size(), 1u);
}

TEST(ModelFinder, AFolderThatIsAModelIsOne) {
  TempFolder folder;
  folder.write("config.json", "{}");
  folder.write("model.safetensors", "");
  EXPECT_EQ(app::findModels({folder.path()}, nullptr).models.size(), 1u);
}

TEST(ModelFinder, WhatCannotBeSearchedIsSaid) {
  TempFolder folder;
  const app::ModelSearch search = app::findModels({folder.path() / "gone", folder.path()}, nullptr);
  EXPECT_TRUE(search.models.empty());
  ASSERT_EQ(search.problems.size(), 1u);
  EXPECT_NE(search.problems[0].find("gone cannot be read"), std::string::npos) << search.problems[0];
}

TEST(ModelFinder, EndsWhenItIsCancelled) {
  TempFolder folder;
  folder.write("a.gguf", "");
  const std::atomic<bool> cancel = true;
  EXPECT_TRUE(app::findModels({folder.path()}, &cancel).models.empty());
}

TEST(ModelFinder, StandardFoldersExist) {
  TempFolder folder;
  folder.write("models/a.gguf", "");
  const auto folders = app::standardModelFolders(folder.path());
  EXPECT_NE(std::find(folders.begin(), folders.end(), folder.path() / "models"), folders.end());
  for (const auto& path : folders) EXPECT_TRUE(std::filesystem::is_directory(path)) << path;
}

}  // namespace
