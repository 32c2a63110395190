// Made-up weights of a config.json's shape, on the real backend.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/decoder/step_session.h"
#include "tests/support/model_builder.h"

namespace engine {
namespace {

using testing::ModelBuilder;
using testing::TempFolder;

TEST(DummyModelTest, RunsInEveryType) {
  const TempFolder folder;
  ModelBuilder model;
  model.config["hidden_size"] = 64;
  model.config["intermediate_size"] = 128;
  folder.write("config.json", model.config.dump());
  for (const DTypeChoice dtype :
       {DTypeChoice::Float16, DTypeChoice::BFloat16, DTypeChoice::Float32, DTypeChoice::Auto}) {
    EngineOptions options;
    options.loadFormat = LoadFormat::Dummy;
    options.dtype = dtype;
    options.nThreads = 1;
    const auto runner = StepSession::open(folder.path(), options, 32, 128);
    ASSERT_TRUE(runner.ok()) << runner.error().message;
    const auto logits = runner.value()->step(std::vector<int32_t>{1, 2, 3}, 3);
    ASSERT_TRUE(logits.ok()) << logits.error().message;
    float largest = 0.0f;
    for (const float logit : logits.value()) {
      ASSERT_TRUE(std::isfinite(logit));
      largest = std::max(largest, std::abs(logit));
    }
    EXPECT_GT(largest, 0.01f);
    EXPECT_LT(largest, 100.0f);
  }
  EngineOptions real;
  EXPECT_FALSE(StepSession::open(folder.path(), real, 32, 128).ok());
}

}  // namespace
}  // namespace engine
