// HF_ENDPOINT, HF_TOKEN, HF_HOME and their kin.
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/hub.h"
#include "tests/support/temp_folder.h"

namespace app {
namespace {

TEST(HubEnvironment, WhatHuggingFacesLibraryReads) {
  const engine::testing::TempFolder folder;
  for (const char* name : {"HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE",
                           "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"}) {
    ::unsetenv(name);
  }
  ::setenv("HOME", folder.path().c_str(), 1);
  HubOptions options = HubOptions::fromEnvironment();
  EXPECT_EQ(options.endpoint, "https://huggingface.co");
  EXPECT_EQ(options.cacheFolder, folder.path() / ".cache/huggingface/hub");
  EXPECT_EQ(options.token, "");

  folder.write(".cache/huggingface/token", "  hf_file\nnext line\n");
  EXPECT_EQ(HubOptions::fromEnvironment().token, "hf_file");
  ::setenv("HF_TOKEN", "hf_variable\r\nX-Header: 1", 1);
  EXPECT_EQ(HubOptions::fromEnvironment().token, "hf_variable");
  ::setenv("XDG_CACHE_HOME", "/x", 1);
  EXPECT_EQ(HubOptions::fromEnvironment().cacheFolder, "/x/huggingface/hub");
  ::setenv("HF_HOME", "~/hf", 1);
  EXPECT_EQ(HubOptions::fromEnvironment().cacheFolder, folder.path() / "hf/hub");
  ::setenv("HF_HUB_CACHE", "/models", 1);
  EXPECT_EQ(HubOptions::fromEnvironment().cacheFolder, "/models");
  ::setenv("HF_ENDPOINT", "https://mirror.example//", 1);
  EXPECT_EQ(HubOptions::fromEnvironment().endpoint, "https://mirror.example");
}

}  // namespace
}  // namespace app
