#include "app/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

namespace app {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SettingsSchema, NamesAreUniqueAndDefaultsAreValid) {
  std::set<std::string_view> names;
  std::set<std::string_view> variables;
  for (const SettingRow& row : settingRows()) {
    EXPECT_TRUE(names.insert(row.key).second) << row.key;
    for (const auto alias : row.aliases) EXPECT_TRUE(names.insert(alias).second) << alias;
    if (!row.environment.empty()) {
      EXPECT_TRUE(variables.insert(row.environment).second) << row.environment;
    }
    EXPECT_FALSE(row.label.empty()) << row.key;
    EXPECT_FALSE(row.help.empty()) << row.key;
    EXPECT_FALSE(row.group.empty()) << row.key;
    Settings settings;
    if (row.defaultValue.empty()) continue;
    EXPECT_TRUE(settings.set(row.key, row.defaultValue, SettingSource::Flag).ok()) << row.key;
    EXPECT_EQ(settings.text(row.key), row.defaultValue) << row.key;
  }
}

TEST(SettingsSchema, HoldsEveryFlagAndVariableOfTheSpecification) {
  const std::vector<std::pair<const char*, const char*>> expected = {
      {"model-path", "MODEL_PATH"},
      {"num-gpus", "TP"},
      {"worker-num", "WORKER_NUM"},
      {"limit-worker-concurrency", "MAX_CONCURRENCY"},
      {"dtype", "DTYPE"},
      {"device", "DEVICE"},
      {"batch-invariant", "BATCH_INVARIANT"},
      {"kv-cache-dtype", "KV_CACHE_DTYPE"},
      {"seed", "SEED"},
      {"max-model-len", "MAX_MODEL_LEN"},
      {"quantization", "QUANTIZATION"},
      {"use-lookahead", "USE_LOOKAHEAD"},
      {"num-speculative-tokens", "NUM_SPECULATIVE_TOKENS"},
      {"api-keys", "OPENAI_API_KEYS"},
      {"max-num-batched-tokens", ""},
      {"max-num-seqs", ""},
      {"gpu_memory_utilization", "GPU_MEMORY_UTILIZATION"},
      {"enforce-eager", "ENFORCE_EAGER"},
      {"host", "HEARTH_HOST"},
      {"port", "HEARTH_PORT"},
      {"served-model-name", "SERVED_MODEL_NAME"},
      {"engine", "ENGINE"},
      {"ds-dtype", "DS_DTYPE"},
      {"max-batch-size", "MAX_BATCH_SIZE"},
      {"batch-wait-timeout", "BATCH_WAIT_TIMEOUT"},
      {"model-id", "MODEL_ID"},
      {"conv-template", "CONV_TEMPLATE"},
      {"allowed-origins", ""},
      {"allowed-hosts", ""},
      {"api-keys-file", ""},
      {"max-waiting", ""},
      {"tls-cert", ""},
      {"tls-key", ""}};
  for (const auto& [flag, variable] : expected) {
    const SettingRow* row = findSetting(flag);
    ASSERT_NE(row, nullptr) << flag;
    EXPECT_EQ(row->environment, variable) << flag;
  }
  for (const char* alias : {"model", "tensor-parallel-size", "tp", "gpu-memory-utilization", "api-key", "chat-template",
                            "max-num-seqs", "served-model-name", "enforce-eager", "kv-cache-dtype", "load-format",
                            "trust-remote-code", "use-v2-block-manager", "use_lookahead"}) {
    EXPECT_NE(findSetting(alias), nullptr) << alias;
  }
  EXPECT_EQ(findSetting("no-such-flag"), nullptr);
}

TEST(Settings, FlagBeatsEnvironmentBeatsStoredBeatsDefault) {
  Settings settings;
  EXPECT_EQ(settings.integer("port"), 8501);
  EXPECT_EQ(settings.source("port"), SettingSource::Default);
  ASSERT_TRUE(settings.set("port", "1000", SettingSource::Flag).ok());
  ASSERT_TRUE(settings.set("port", "2000", SettingSource::Environment).ok());
  ASSERT_TRUE(settings.set("port", "3000", SettingSource::Stored).ok());
  EXPECT_EQ(settings.integer("port"), 1000);
  ASSERT_TRUE(settings.set("port", "", SettingSource::Flag).ok());
  EXPECT_EQ(settings.integer("port"), 2000);
  EXPECT_EQ(settings.source("port"), SettingSource::Environment);
  ASSERT_TRUE(settings.set("port", "", SettingSource::Environment).ok());
  EXPECT_EQ(settings.integer("port"), 3000);
  ASSERT_TRUE(settings.set("port", "", SettingSource::Stored).ok());
  EXPECT_EQ(settings.integer("port"), 8501);
}

TEST(Settings, ReadsTheEnvironmentAndNamesTheVariableInErrors) {
  ::setenv("MAX_MODEL_LEN", "4096", 1);
  ::setenv("USE_LOOKAHEAD", "TRUE", 1);
  ::setenv("SEED", "", 1);
  Settings settings;
  EXPECT_TRUE(settings.readEnvironment().ok());
  EXPECT_EQ(settings.integer("max-model-len"), 4096);
  EXPECT_TRUE(settings.boolean("use-lookahead"));
  EXPECT_EQ(settings.integer("seed"), std::nullopt);
  ::setenv("MAX_MODEL_LEN", "4k", 1);
  const auto bad = settings.readEnvironment();
  ASSERT_FALSE(bad.ok());
  EXPECT_THAT(bad.error().message, HasSubstr("MAX_MODEL_LEN"));
  EXPECT_THAT(bad.error().message, HasSubstr("'4k'"));
  EXPECT_EQ(bad.error().context, "max-model-len");
  ::unsetenv("MAX_MODEL_LEN");
  ::unsetenv("USE_LOOKAHEAD");
  ::unsetenv("SEED");
}

TEST(Settings, FlagsTakeDashesAndUnderscoresEqualsAndBareBooleans) {
  Settings settings;
  const std::vector<std::string> arguments = {"serve",
                                              "--max_model_len=4096",
                                              "--use-lookahead",
                                              "PATH",
                                              "--enforce_eager",
                                              "0",
                                              "-tp",
                                              "2",
                                              "--model",
                                              "/m",
                                              "--seed",
                                              "-7",
                                              "--verb-flag",
                                              "--",
                                              "--port"};
  const auto rest = settings.readFlags(arguments);
  ASSERT_TRUE(rest.ok()) << rest.error().message;
  EXPECT_THAT(rest.value(), ElementsAre("serve", "PATH", "--verb-flag", "--", "--port"));
  EXPECT_EQ(settings.integer("max-model-len"), 4096);
  EXPECT_TRUE(settings.boolean("use-lookahead"));
  EXPECT_FALSE(settings.boolean("enforce-eager"));
  EXPECT_EQ(settings.source("enforce-eager"), SettingSource::Flag);
  EXPECT_EQ(settings.integer("num-gpus"), 2);
  EXPECT_EQ(settings.text("model-path"), "/m");
  EXPECT_EQ(settings.integer("seed"), -7);
}

TEST(Settings, AFlagWithoutItsValueIsAnErrorThatNamesTheRange) {
  Settings settings;
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"--port"}, std::vector<std::string>{"--port", "--host"}}) {
    const auto rest = settings.readFlags(arguments);
    ASSERT_FALSE(rest.ok());
    EXPECT_THAT(rest.error().message, HasSubstr("from 0 to 65535"));
  }
}

TEST(Settings, BadValuesNameTheAllowedRange) {
  Settings settings;
  const auto message = [&](const char* key, const char* value) {
    const auto done = settings.set(key, value, SettingSource::Flag);
    return done.ok() ? std::string("accepted") : done.error().message;
  };
  EXPECT_EQ(message("port", "70000"), "--port must be an integer from 0 to 65535, got '70000'");
  EXPECT_EQ(message("port", "80.5"), "--port must be an integer from 0 to 65535, got '80.5'");
  EXPECT_EQ(message("gpu-memory-utilization", "0"), "--gpu-memory-utilization must be a number above 0 to 1, got '0'");
  EXPECT_THAT(message("gpu-memory-utilization", "nan"), HasSubstr("must be"));
  EXPECT_THAT(message("gpu-memory-utilization", "inf"), HasSubstr("must be"));
  EXPECT_EQ(message("dtype", "fp16"), "--dtype must be one of auto, float16, bfloat16, float32, got 'fp16'");
  EXPECT_EQ(message("enforce-eager", "yes"), "--enforce-eager must be 0, 1, true or false, got 'yes'");
  EXPECT_EQ(message("device", "gpu"), "--device must be auto, cpu, cuda or cuda:N, got 'gpu'");
  EXPECT_EQ(message("device", "cuda:1"), "accepted");
  EXPECT_EQ(message("seed", "9223372036854775807"), "accepted");
  EXPECT_EQ(message("seed", "-9223372036854775808"), "accepted");
  EXPECT_THAT(message("seed", "9223372036854775808"), HasSubstr("64-bit"));
  EXPECT_THAT(message("nothing", "1"), HasSubstr("no setting"));
}

TEST(Settings, AnErrorNeverEchoesAKey) {
  Settings settings;
  const auto bad = settings.set("api-keys", "sk-secret \x01", SettingSource::Flag);
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().message.find("secret"), std::string::npos);
}

TEST(Settings, HelpShowsRangeDefaultAndEnvironment) {
  const std::string help = settingsHelp("server");
  EXPECT_THAT(help, HasSubstr("--port"));
  EXPECT_THAT(help, HasSubstr("from 0 to 65535"));
  EXPECT_THAT(help, HasSubstr("Default 8501"));
  EXPECT_THAT(help, HasSubstr("Environment HEARTH_PORT"));
}

TEST(Settings, FlagsThatDoNothingSaySo) {
  Settings settings;
  EXPECT_TRUE(settings.remarks().empty());
  const std::vector<std::string> arguments = {"--trust-remote-code", "--use-v2-block-manager", "--ds-dtype", "int8"};
  ASSERT_TRUE(settings.readFlags(arguments).ok());
  EXPECT_THAT(settings.remarks(), ElementsAre(HasSubstr("--trust-remote-code: Accepted, does nothing"),
                                              HasSubstr("--use-v2-block-manager: Accepted, does nothing"),
                                              HasSubstr("--ds-dtype means nothing without --engine dynamic")));
  EXPECT_TRUE(settings.engineOptions().ok());
}

}  // namespace app
