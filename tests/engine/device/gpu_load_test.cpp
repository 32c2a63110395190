// A whole load onto a card: planned against what the driver says, and everything given back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "engine/engine.h"
#include "kernels/cuda_module.h"
#include "tests/support/temp_folder.h"

namespace engine {
namespace {

/// The shape of a model of 1.2 billion weights, 2.5 GB.
constexpr const char* kConfig = R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 2048,
 "intermediate_size": 8192, "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64,
 "vocab_size": 128256, "max_position_embeddings": 8192, "rms_norm_eps": 1e-05, "rope_theta": 500000.0,
 "hidden_act": "silu", "tie_word_embeddings": true, "torch_dtype": "bfloat16", "bos_token_id": 0, "eos_token_id": 1})";

class GpuLoad : public ::testing::Test {
 protected:
  void SetUp() override {
    std::vector<kernels::CudaDevice> devices;
    if (const kernels::Status found = kernels::listCudaDevices(&devices); !found.ok()) {
      GTEST_SKIP() << "no NVIDIA GPU: " << found.message();
    }
    if (devices[0].memoryFree < (uint64_t{6} << 30)) GTEST_SKIP() << "less than 6 GB of the GPU are free";
    m_folder.write("config.json", kConfig);
    m_options.modelPath = m_folder.path();
    m_options.device = "cuda";
    m_options.loadFormat = LoadFormat::Dummy;
    m_options.maxNumSeqs = 8;
  }
  static uint64_t freeBytes() {
    std::vector<kernels::CudaDevice> devices;
    EXPECT_TRUE(kernels::listCudaDevices(&devices).ok());
    return devices.at(0).memoryFree;
  }

  testing::TempFolder m_folder;
  EngineOptions m_options;
};

TEST_F(GpuLoad, TheDriverSaysWhatWasPlannedAndGetsItBack) {
  { ASSERT_TRUE(loadEngine(m_options, {}).ok()); }  // the driver's own memory comes with the first load
  const uint64_t before = freeBytes();
  {
    const auto engine = loadEngine(m_options, {});
    ASSERT_TRUE(engine.ok()) << engine.error().message;
    const EngineFacts& facts = (*engine)->facts();
    ASSERT_EQ(facts.plan.devices.size(), 1u);
    const auto planned = static_cast<double>(facts.plan.devices[0].needed());
    const auto taken = static_cast<double>(facts.measured.needed());
    const auto driver = static_cast<double>(facts.driverBytes);
    GTEST_LOG_(INFO) << "planned " << planned << ", taken " << taken << ", by the driver " << driver;
    EXPECT_GT(planned, 2.4e9);
    EXPECT_LT(std::abs(taken / planned - 1), 0.02);
    EXPECT_LT(std::abs(driver / planned - 1), 0.02);
    EXPECT_GT(before - freeBytes(), uint64_t{2400} << 20);
    EXPECT_GT(facts.plan.pinnedBytes, 0u);
  }
  EXPECT_EQ(freeBytes(), before);
}

TEST_F(GpuLoad, TooLittleMemoryIsAnAnswerWithNumbersAndWaysOut) {
  const uint64_t before = freeBytes();
  m_options.memoryUtilization = 0.01;
  const auto engine = loadEngine(m_options, {});
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().code, ErrorCode::OutOfMemory);
  EXPECT_THAT(engine.error().message, ::testing::HasSubstr("Ways out"));
  EXPECT_THAT(engine.error().message, ::testing::HasSubstr("gpu_memory_utilization"));
  EXPECT_LT(before - std::min(before, freeBytes()), uint64_t{1} << 30);
  m_options.memoryUtilization = 0.9;
  EXPECT_TRUE(loadEngine(m_options, {}).ok());
}

TEST_F(GpuLoad, ACancelledLoadGivesEverythingBack) {
  { ASSERT_TRUE(loadEngine(m_options, {}).ok()); }
  const uint64_t before = freeBytes();
  std::atomic<bool> cancel{false};
  LoadControl control;
  control.cancel = &cancel;
  control.onProgress = [&](const LoadProgress& progress) { cancel = cancel || progress.stage == "weights"; };
  const auto engine = loadEngine(m_options, control);
  ASSERT_FALSE(engine.ok());
  EXPECT_EQ(engine.error().code, ErrorCode::Cancelled);
  EXPECT_EQ(freeBytes(), before);
}

}  // namespace
}  // namespace engine
