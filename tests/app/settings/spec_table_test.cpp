// The table of start-up parameters, copied by hand from the specification: every flag with its variable, default, range
// and spellings; and what this build cannot do, refused by name with the way out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/settings.h"

namespace app {

using ::testing::HasSubstr;

namespace {

struct SpecRow {
  const char* flag;
  const char* variable;
  const char* defaultValue;
  std::vector<const char*> good, bad;
};

const std::vector<SpecRow>& specRows() {
  static const std::vector<SpecRow> rows = {
      {"model-path", "MODEL_PATH", "", {"/data/model", "a.gguf"}, {}},
      {"model-id", "MODEL_ID", "", {"Baichuan2-13B-Chat"}, {}},
      {"conv-template", "CONV_TEMPLATE", "", {"baichuan2-chat"}, {}},
      {"num-gpus", "TP", "", {"1", "8"}, {"-1", "two", "65"}},
      {"worker-num", "WORKER_NUM", "1", {"1", "8"}, {"0", "-1", "x"}},
      {"limit-worker-concurrency", "MAX_CONCURRENCY", "128", {"1", "128", "4096"}, {"0", "-1", "1.5"}},
      {"dtype", "DTYPE", "float16", {"auto", "float16", "bfloat16", "float32"}, {"half", "int8", "fp16"}},
      {"device", "DEVICE", "auto", {"auto", "cuda", "cuda:0", "cuda:7", "cpu"}, {"gpu", "cuda:", "cuda:x", "rocm"}},
      {"batch-invariant", "BATCH_INVARIANT", "false", {"0", "1", "true", "false", "TRUE"}, {"yes", "2"}},
      {"kv-cache-dtype", "KV_CACHE_DTYPE", "auto", {"auto", "fp8", "int8"}, {"fp16", "q4"}},
      {"seed", "SEED", "", {"0", "-1", "9223372036854775807", "-9223372036854775808"}, {"9223372036854775808", "x"}},
      {"max-model-len", "MAX_MODEL_LEN", "", {"16", "4096", "1048576"}, {"0", "-5", "4k", "1e3"}},
      {"quantization",
       "QUANTIZATION",
       "none",
       {"none", "ifq", "ifq_nf4", "fp8", "smoothquant", "auto"},
       {"int8", "awq"}},
      {"use-lookahead", "USE_LOOKAHEAD", "false", {"0", "1", "true", "false"}, {"on"}},
      {"num-speculative-tokens", "NUM_SPECULATIVE_TOKENS", "8", {"1", "8", "12"}, {"0", "-1", "1000"}},
      {"api-keys", "OPENAI_API_KEYS", "", {"a", "a,b"}, {}},
      {"max-num-batched-tokens", "", "", {"2048"}, {"0", "x"}},
      {"max-num-seqs", "", "256", {"1", "256"}, {"0", "x"}},
      {"gpu_memory_utilization", "GPU_MEMORY_UTILIZATION", "0.9", {"0.5", "0.95", "1"}, {"0", "1.1", "nan", "inf"}},
      {"enforce-eager", "ENFORCE_EAGER", "false", {"0", "1", "true", "false"}, {"maybe"}},
      {"host", "HEARTH_HOST", "127.0.0.1", {"0.0.0.0", "::1", "localhost"}, {}},
      {"port", "HEARTH_PORT", "8501", {"0", "80", "65535"}, {"-1", "65536", "http"}},
      {"served-model-name", "SERVED_MODEL_NAME", "", {"team/helper"}, {}},
      {"engine", "ENGINE", "continuous", {"continuous", "dynamic"}, {"static"}},
      {"ds-dtype", "DS_DTYPE", "float16", {"float16", "bfloat16", "int8"}, {"float32"}},
      {"max-batch-size", "MAX_BATCH_SIZE", "16", {"1", "16"}, {"0"}},
      {"batch-wait-timeout", "BATCH_WAIT_TIMEOUT", "0.1", {"0", "0.1", "2"}, {"-0.1", "nan"}},
      // Decision 11 and the spellings of vllm serve.
      {"chat-template", "", "", {"/t.jinja"}, {}},
      {"load-format", "", "auto", {"auto", "dummy"}, {"npcache"}},
      {"allowed-origins", "", "", {"https://a.example"}, {}},
      {"allowed-hosts", "", "", {"box.lan"}, {}},
      {"api-keys-file", "", "", {"/keys"}, {}},
      {"max-waiting", "", "", {"1", "1024"}, {"0", "-1"}},
      {"tls-cert", "", "", {"/c.pem"}, {}},
      {"tls-key", "", "", {"/k.pem"}, {}},
      {"trust-remote-code", "", "false", {"1"}, {"x"}},
      {"use-v2-block-manager", "", "false", {"1"}, {"x"}},
  };
  return rows;
}

/// With underscores: both spellings are the same flag.
std::string underscored(std::string flag) {
  for (char& c : flag) c = c == '-' ? '_' : c;
  return flag;
}

Settings with(const char* key, const char* value, SettingSource source = SettingSource::Flag) {
  Settings settings;
  EXPECT_TRUE(settings.set(key, value, source).ok()) << key;
  return settings;
}

}  // namespace

TEST(SpecTable, EveryParameterHasItsFlagVariableDefaultAndRange) {
  for (const SpecRow& row : specRows()) {
    const SettingRow* setting = findSetting(row.flag);
    ASSERT_NE(setting, nullptr) << row.flag;
    EXPECT_EQ(setting->environment, row.variable) << row.flag;
    EXPECT_EQ(setting->defaultValue, row.defaultValue) << row.flag;
    for (const char* good : row.good) {
      for (const std::string& flag : {std::string(row.flag), underscored(row.flag)}) {
        Settings settings;
        const std::vector<std::string> words = {"--" + flag, good};
        const auto rest = settings.readFlags(words);
        ASSERT_TRUE(rest.ok()) << flag << " " << good << ": " << rest.error().message;
        EXPECT_TRUE(rest->empty()) << flag << " " << good;
        EXPECT_EQ(settings.source(setting->key), SettingSource::Flag) << flag;
      }
      if (*row.variable == '\0') continue;
      ::setenv(row.variable, good, 1);
      Settings settings;
      EXPECT_TRUE(settings.readEnvironment().ok()) << row.variable;
      EXPECT_EQ(settings.source(setting->key), SettingSource::Environment) << row.variable;
      ::unsetenv(row.variable);
    }
    for (const char* bad : row.bad) {
      Settings settings;
      const auto refused = settings.set(row.flag, bad, SettingSource::Flag);
      ASSERT_FALSE(refused.ok()) << row.flag << " " << bad;
      EXPECT_EQ(refused.error().context, setting->key);
      EXPECT_THAT(refused.error().message, HasSubstr(settingRange(*setting))) << row.flag;
      EXPECT_THAT(refused.error().message, HasSubstr("--" + std::string(setting->key))) << row.flag;
    }
  }
}

TEST(SpecTable, OtherSpellingsMeanTheSame) {
  for (const auto& [spelling, key] : {std::pair{"model", "model-path"}, std::pair{"tensor-parallel-size", "num-gpus"},
                                      std::pair{"tp", "num-gpus"}, std::pair{"api-key", "api-keys"}}) {
    ASSERT_NE(findSetting(spelling), nullptr) << spelling;
    EXPECT_EQ(findSetting(spelling)->key, key);
  }
  Settings settings;
  const std::vector<std::string> words = {"-tp", "1", "--enforce-eager", "--use_lookahead=0", "--batch-invariant", "1"};
  ASSERT_TRUE(settings.readFlags(words).ok());
  EXPECT_EQ(settings.integer("num-gpus"), 1);
  EXPECT_TRUE(settings.boolean("enforce-eager"));
  EXPECT_FALSE(settings.boolean("use-lookahead"));
}

TEST(SpecTable, WhatThisBuildCannotDoIsRefusedByNameWithTheWayOut) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"quantization", "ifq"},         {"quantization", "ifq_nf4"},    {"quantization", "fp8"},
      {"quantization", "smoothquant"}, {"quantization", "auto"},       {"kv-cache-dtype", "fp8"},
      {"kv-cache-dtype", "int8"},      {"engine", "dynamic"},          {"worker-num", "2"},
      {"use-lookahead", "1"},          {"num-speculative-tokens", "4"}};
  for (const auto& [key, value] : cases) {
    const auto byFlag = with(key, value).engineOptions();
    ASSERT_FALSE(byFlag.ok()) << key << " " << value;
    EXPECT_EQ(byFlag.error().code, engine::ErrorCode::Unsupported);
    EXPECT_EQ(byFlag.error().context, key);
    EXPECT_THAT(byFlag.error().message, HasSubstr("--" + std::string(key)));
    EXPECT_THAT(byFlag.error().message, HasSubstr("leave the flag out"));
    const auto byVariable = with(key, value, SettingSource::Environment).engineOptions();
    ASSERT_FALSE(byVariable.ok()) << key;
    EXPECT_THAT(byVariable.error().message,
                HasSubstr("unset the environment variable " + std::string(findSetting(key)->environment)));
    const auto stored = with(key, value, SettingSource::Stored).engineOptions();
    ASSERT_FALSE(stored.ok()) << key;
    EXPECT_THAT(stored.error().message, HasSubstr("out of the settings"));
  }
  for (const char* key : {"tls-cert", "tls-key"}) {
    const auto refused = with(key, "/x.pem").serverConfig();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().context, key);
    EXPECT_THAT(refused.error().message, HasSubstr("proxy"));
  }
}

TEST(SpecTable, WhatMeansNothingHereIsSaidAndNotIgnored) {
  for (const auto& [key, value] :
       {std::pair{"enforce-eager", "1"}, std::pair{"gpu-memory-utilization", "0.5"}, std::pair{"batch-invariant", "0"},
        std::pair{"ds-dtype", "int8"}, std::pair{"max-batch-size", "4"}, std::pair{"batch-wait-timeout", "1"},
        std::pair{"trust-remote-code", "1"}, std::pair{"use-v2-block-manager", "1"}}) {
    const auto remarks = with(key, value).remarks();
    ASSERT_EQ(remarks.size(), 1u) << key;
    EXPECT_THAT(remarks[0], HasSubstr("--" + std::string(key)));
  }
  EXPECT_TRUE(Settings().remarks().empty());
  Settings onGpu = with("device", "cuda");
  ASSERT_TRUE(onGpu.set("batch-invariant", "1", SettingSource::Flag).ok());
  EXPECT_TRUE(onGpu.remarks().empty()) << "there it means something";
  ASSERT_TRUE(onGpu.engineOptions().ok());
  EXPECT_TRUE(onGpu.engineOptions()->batchInvariant);
}

TEST(SpecTable, TheQueueAndTheHttpThreadsAreWideEnough) {
  // At least 8 x concurrency x workers wait before 429, and connections are never the tighter limit.
  const auto options = with("limit-worker-concurrency", "10").engineOptions();
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->limitConcurrency, 10u);
  EXPECT_EQ(options->maxWaiting, 0u) << "0 lets the engine take max(16, 8 x concurrency x workers)";
  EXPECT_GE(with("limit-worker-concurrency", "4096").serverConfig()->limits.connections, 4096u * 9);
}

}  // namespace app
