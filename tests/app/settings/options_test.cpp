#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/settings.h"

namespace app {

using ::testing::HasSubstr;

namespace {

Settings with(std::initializer_list<std::pair<const char*, const char*>> values) {
  Settings settings;
  for (const auto& [key, value] : values) EXPECT_TRUE(settings.set(key, value, SettingSource::Flag).ok()) << key;
  return settings;
}

}  // namespace

TEST(EngineOptions, DefaultsAreThoseOfTheSpecification) {
  const auto options = Settings().engineOptions();
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->dtype, engine::DTypeChoice::Float16);
  EXPECT_EQ(options->quantization, engine::Quantization::None);
  EXPECT_EQ(options->maxNumSeqs, 256u);
  EXPECT_EQ(options->limitConcurrency, 128u);
  EXPECT_EQ(options->maxWaiting, 0u);
  EXPECT_DOUBLE_EQ(options->memoryUtilization, 0.9);
  EXPECT_FALSE(options->seed.has_value());
  EXPECT_TRUE(options->prefixCache);
  EXPECT_EQ(options->workerNum, 1u);
}

TEST(EngineOptions, WhatThisBuildCannotDoIsRefusedWithASentence) {
  for (const auto& [key, value] :
       {std::pair{"quantization", "ifq"}, std::pair{"kv-cache-dtype", "fp8"}, std::pair{"engine", "dynamic"},
        std::pair{"worker-num", "2"}, std::pair{"use-lookahead", "1"}}) {
    const auto options = with({{key, value}}).engineOptions();
    ASSERT_FALSE(options.ok()) << key;
    EXPECT_EQ(options.error().code, engine::ErrorCode::Unsupported);
    EXPECT_EQ(options.error().context, key);
    EXPECT_THAT(options.error().message, HasSubstr("this build"));
  }
  const auto tls = with({{"tls-cert", "/c.pem"}}).serverConfig();
  ASSERT_FALSE(tls.ok());
  EXPECT_EQ(tls.error().context, "tls-cert");
}

TEST(EngineOptions, DynamicTypeConflictsAreErrors) {
  const auto conflict = [](std::initializer_list<std::pair<const char*, const char*>> values) {
    const auto options = with(values).engineOptions();
    EXPECT_FALSE(options.ok());
    return options.ok() ? std::string() : options.error().context;
  };
  EXPECT_EQ(conflict({{"engine", "dynamic"}, {"ds-dtype", "bfloat16"}, {"dtype", "float16"}}), "ds-dtype");
  EXPECT_EQ(conflict({{"engine", "dynamic"}, {"ds-dtype", "int8"}, {"quantization", "ifq_nf4"}}), "ds-dtype");
  EXPECT_EQ(conflict({{"engine", "dynamic"}, {"ds-dtype", "float16"}, {"quantization", "ifq"}}), "ds-dtype");
  // Agreeing values get as far as the engine that this build does not have.
  EXPECT_EQ(conflict({{"engine", "dynamic"}, {"ds-dtype", "bfloat16"}, {"dtype", "bfloat16"}}), "engine");
}

TEST(ServerConfig, OffLoopbackNeedsAKey) {
  for (const char* host : {"0.0.0.0", "192.168.1.5", "::", "example.org"}) {
    const auto config = with({{"host", host}}).serverConfig();
    ASSERT_FALSE(config.ok()) << host;
    EXPECT_EQ(config.error().context, "api-keys");
    EXPECT_TRUE(with({{"host", host}, {"api-keys", "k"}}).serverConfig().ok());
  }
  for (const char* host : {"127.0.0.1", "127.9.9.9", "localhost", "::1", "LocalHost"}) {
    EXPECT_TRUE(with({{"host", host}}).serverConfig().ok()) << host;
  }
}

TEST(ServerConfig, KeysComeFromTheListAndTheFile) {
  const auto file = std::filesystem::path(::testing::TempDir()) / "hearth_keys_test.txt";
  std::ofstream(file) << "# team\nlaptop:sk-1:with:colons\n\r\nbare-key\n";
  auto config = with({{"api-keys", " a, b ,,"}, {"api-keys-file", file.c_str()}}).serverConfig();
  ASSERT_TRUE(config.ok()) << config.error().message;
  ASSERT_EQ(config->apiKeys.size(), 4u);
  EXPECT_EQ(config->apiKeys[1].key, "b");
  EXPECT_EQ(config->apiKeys[2].label, "laptop");
  EXPECT_EQ(config->apiKeys[2].key, "sk-1:with:colons");
  EXPECT_EQ(config->apiKeys[3].key, "bare-key");

  std::ofstream(file) << "ok:1\nlaptop:two words\n";
  config = with({{"api-keys-file", file.c_str()}}).serverConfig();
  ASSERT_FALSE(config.ok());
  EXPECT_THAT(config.error().message, HasSubstr("line 2"));
  EXPECT_THAT(config.error().message, ::testing::Not(HasSubstr("two words")));
  std::filesystem::remove(file);
  config = with({{"api-keys-file", file.c_str()}}).serverConfig();
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().context, "api-keys-file");
}

TEST(ServerConfig, OriginsAndHostsAreChecked) {
  EXPECT_TRUE(with({{"allowed-origins", "https://a.example,http://b:3000,app://x"}}).serverConfig().ok());
  for (const char* bad : {"*", "https://*.a", "a.example", "https://a/b", "null"}) {
    EXPECT_FALSE(with({{"allowed-origins", bad}}).serverConfig().ok()) << bad;
  }
  EXPECT_TRUE(with({{"allowed-hosts", "box.lan,10.0.0.1,[fe80::1]"}}).serverConfig().ok());
  for (const char* bad : {"*", "a:80", "a/b"}) {
    EXPECT_FALSE(with({{"allowed-hosts", bad}}).serverConfig().ok()) << bad;
  }
}

TEST(ServerConfig, ConnectionsAreNeverTheTighterLimit) {
  EXPECT_GE(Settings().serverConfig()->limits.connections, 128u + 8 * 128u);
  const auto wide = with({{"limit-worker-concurrency", "1000"}, {"max-waiting", "20000"}}).serverConfig();
  EXPECT_GE(wide->limits.connections, 21000u);
  EXPECT_EQ(with({{"max-connections", "5000"}}).serverConfig()->limits.connections, 5000u);
}

}  // namespace app
