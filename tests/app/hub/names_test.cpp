// Names of repositories, revisions and files as users and hubs write them.
#include "app/hub/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace app::hub {
namespace {

TEST(HubNames, RepositoriesAsPeopleWriteThem) {
  const auto id = [](const char* text) {
    const auto name = parseRepository(text, "https://hub.example/prefix");
    return name.ok() ? name->id + "@" + name->revision : "error: " + name.error().context;
  };
  EXPECT_EQ(id("org/name"), "org/name@");
  EXPECT_EQ(id("gpt2"), "gpt2@");
  EXPECT_EQ(id("Org-1/Name_2.5-B"), "Org-1/Name_2.5-B@");
  EXPECT_EQ(id("org/name@v1.0"), "org/name@v1.0");
  EXPECT_EQ(id("org/name@refs/pr/1"), "org/name@refs/pr/1");
  EXPECT_EQ(id("https://huggingface.co/org/name"), "org/name@");
  EXPECT_EQ(id("https://huggingface.co/org/name/tree/dev"), "org/name@dev");
  EXPECT_EQ(id("https://huggingface.co/org/name/blob/main/config.json?x=1"), "org/name@main");
  EXPECT_EQ(id("https://hub.example/prefix/org/name/"), "org/name@");
  for (const char* bad :
       {"", "/", "org/", "/name", "org/name/more", "../name", "org/..", "org/.name", "org/na me", "org/name\n",
        "org/na--me", "-org/name", "org/name.", "org\\name", "https://evil.example/a/b", "org/na%2fme", "org/name?x"}) {
    EXPECT_EQ(id(bad), "error: repo") << bad;
  }
  EXPECT_EQ(id("org/name@"), "error: revision");
  EXPECT_EQ(id("org/name@../x"), "error: revision");
  EXPECT_EQ(id(("org/" + std::string(100, 'a')).c_str()), "error: repo");
}

TEST(HubNames, PathsThatMayBecomePathsOnDisk) {
  for (const char* good : {"config.json", "Q4_K_M/model-00001-of-00002.gguf", "a b/c+d.txt", "模型.gguf"}) {
    EXPECT_TRUE(isSafePath(good)) << good;
  }
  for (const std::string& bad :
       {std::string(""), std::string("/etc/passwd"), std::string("../x"), std::string("a/../b"), std::string("a//b"),
        std::string("a/"), std::string("./a"), std::string(".gitattributes"), std::string("a/.hearth/b"),
        std::string("a\\b"), std::string("a\0b", 3), std::string("a\nb"), std::string("a\x7f"), std::string(201, 'a'),
        std::string("1/2/3/4/5/6/7/8/9")}) {
    EXPECT_FALSE(isSafePath(bad)) << bad;
  }
}

TEST(HubNames, PatternsAreLinear) {
  EXPECT_TRUE(matchesPattern("*Q4_K_M*", "dir/model-Q4_K_M.gguf"));
  EXPECT_TRUE(matchesPattern("*.json", "config.json"));
  EXPECT_TRUE(matchesPattern("model-?.bin", "model-7.bin"));
  EXPECT_FALSE(matchesPattern("*.json", "config.jsonl"));
  EXPECT_TRUE(matchesPattern("*", ""));
  EXPECT_FALSE(matchesPattern("?", ""));
  std::string hostile;
  for (int i = 0; i < 200; ++i) hostile += "*a";
  EXPECT_FALSE(matchesPattern(hostile + "b", std::string(1000, 'a')));
}

TEST(HubNames, AddressesAreEncoded) {
  EXPECT_EQ(urlEncode("refs/pr/1", false), "refs%2Fpr%2F1");
  EXPECT_EQ(urlEncode("a b/c?d#e%f", true), "a%20b/c%3Fd%23e%25f");
  EXPECT_EQ(cacheFolderName("org/name"), "models--org--name");
  EXPECT_EQ(cacheFolderName("gpt2"), "models--gpt2");
}

}  // namespace
}  // namespace app::hub
