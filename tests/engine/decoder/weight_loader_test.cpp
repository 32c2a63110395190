#include "engine/decoder/weight_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstring>
#include <mutex>
#include <thread>

#include "engine/decoder/dummy_weights.h"
#include "engine/loaders/model_source.h"
#include "tests/support/model_builder.h"

namespace engine {
namespace {

using ::testing::HasSubstr;
using testing::ModelBuilder;
using testing::TempFolder;

/// Keeps what it is given.
class RecordingBackend : public kernels::Backend {
 public:
  struct Weight {
    kernels::WeightDesc desc;
    std::string bytes;
    uint64_t rowsWritten = 0;
  };
  std::vector<Weight> weights;
  std::string refuse;  ///< name of a weight that there is no memory for
  std::chrono::milliseconds slowness{0};

  const Weight& byName(const std::string& name) const {
    for (const Weight& weight : weights) {
      if (weight.desc.name == name) return weight;
    }
    throw std::runtime_error("no weight " + name);
  }
  std::vector<float> floats(const std::string& name) const {
    const std::string& bytes = byName(name).bytes;
    std::vector<float> out(bytes.size() / sizeof(float));
    std::memcpy(out.data(), bytes.data(), bytes.size());
    return out;
  }

  const kernels::DeviceInfo& device() const override { return m_device; }
  kernels::MemoryInfo memory() const override { return {}; }
  uint64_t weightBytes(const kernels::WeightDesc& desc) const override {
    return desc.rows * kernels::weightRowBytes(desc.format, desc.cols);
  }
  uint64_t programBytes(const kernels::Program&) const override { return 1; }
  kernels::Status createWeight(const kernels::WeightDesc& desc, kernels::WeightId* id) override {
    if (desc.name == refuse) return {kernels::StatusCode::OutOfMemory, "5 bytes asked for, 4 free"};
    *id = static_cast<kernels::WeightId>(weights.size());
    weights.push_back({desc, std::string(weightBytes(desc), '\0'), 0});
    return {};
  }
  kernels::Status writeWeightRows(kernels::WeightId id, uint64_t firstRow, std::span<const std::byte> data) override {
    std::this_thread::sleep_for(slowness);
    const std::lock_guard lock(m_mutex);
    Weight& weight = weights[id];
    const uint64_t rowBytes = kernels::weightRowBytes(weight.desc.format, weight.desc.cols);
    if (data.size() % rowBytes != 0 || firstRow * rowBytes + data.size() > weight.bytes.size()) {
      return {kernels::StatusCode::InvalidArgument, "rows out of range"};
    }
    std::memcpy(weight.bytes.data() + firstRow * rowBytes, data.data(), data.size());
    weight.rowsWritten += data.size() / rowBytes;
    return {};
  }
  kernels::Status createKvCache(const kernels::KvCacheDesc&) override { return {}; }
  kernels::Status createSlots(uint32_t) override { return {}; }
  kernels::Status writeSlot(uint32_t, const kernels::SlotSampling&) override { return {}; }
  kernels::Status compile(const kernels::Program&, ProgramId*) override { return {}; }
  kernels::Status enqueue(ProgramId, const kernels::StepInputs&) override { return {}; }
  kernels::Status wait(std::vector<kernels::SampledRow>*) override { return {}; }
  kernels::Status readBuffer(ProgramId, kernels::BufferId, uint32_t, std::span<float>) override { return {}; }
  void setProfiling(bool) override {}
  std::vector<kernels::OpProfile> lastProfile() const override { return {}; }
  double measureReadBandwidth(uint64_t) override { return 0; }

 private:
  kernels::DeviceInfo m_device;
  std::mutex m_mutex;
};

std::string floatBytes(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

class WeightLoaderTest : public ::testing::Test {
 protected:
  Result<void> load(const LoadControl& control = {}) {
    model.write(folder);
    ENGINE_ASSIGN_OR_RETURN(source, ModelSource::open(folder.path()));
    return loadOpened(control);
  }
  Result<void> loadOpened(const LoadControl& control) {
    ENGINE_ASSIGN_OR_RETURN(ModelDescription description, describeModel(*source));
    ENGINE_ASSIGN_OR_RETURN(const WeightPlan plan, planWeights(*source, description));
    ENGINE_ASSIGN_OR_RETURN(const auto ids, loadWeights(plan, *source, backend, control, 2));
    EXPECT_EQ(ids.size(), plan.weights.size());
    return {};
  }
  TempFolder folder;
  ModelBuilder model;
  std::unique_ptr<ModelSource> source;
  RecordingBackend backend;
};

TEST_F(WeightLoaderTest, EveryRowArrivesInItsPlace) {
  // Large enough for several pieces.
  constexpr uint64_t kRows = 3000, kCols = 512;
  model.config["hidden_size"] = kCols;
  model.config["vocab_size"] = kRows;
  model.tensors = ModelBuilder::llamaTensors(kCols, 12, 2, kRows);
  std::vector<float> table(kRows * kCols);
  for (size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i);
  model.tensors["model.embed_tokens.weight"].bytes = floatBytes(table);
  const Result<void> loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  EXPECT_EQ(backend.floats("model.embed_tokens.weight"), table);
  for (const auto& weight : backend.weights) EXPECT_EQ(weight.rowsWritten, weight.desc.rows) << weight.desc.name;
}

TEST_F(WeightLoaderTest, VectorsBecomeFloats) {
  model.tensors["model.norm.weight"] = {
      "BF16", {8}, std::string("\x80\x3f\x00\x40\x80\x3f\x00\x40\x80\x3f\x00\x40\x80\x3f\x00\x40", 16)};
  ASSERT_TRUE(load().ok());
  EXPECT_THAT(backend.floats("model.norm.weight"), ::testing::ElementsAre(1, 2, 1, 2, 1, 2, 1, 2));
}

TEST_F(WeightLoaderTest, DoublesAreRounded) {
  std::string bytes;
  for (int i = 0; i < 80; ++i) {
    const double value = i + 0.25;
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  model.tensors["lm_head.weight"] = {"F64", {10, 8}, bytes};
  ASSERT_TRUE(load().ok());
  EXPECT_EQ(backend.floats("lm_head.weight")[79], 79.25f);
}

TEST_F(WeightLoaderTest, ReportsBytesAndEndsAtTheTotal) {
  std::vector<LoadProgress> seen;
  LoadControl control;
  control.onProgress = [&seen](const LoadProgress& progress) { seen.push_back(progress); };
  ASSERT_TRUE(load(control).ok());
  ASSERT_GE(seen.size(), 2u);
  EXPECT_EQ(seen.front().bytesDone, 0u);
  EXPECT_GT(seen.back().bytesTotal, 0u);
  EXPECT_EQ(seen.back().bytesDone, seen.back().bytesTotal);
}

TEST_F(WeightLoaderTest, CancelsSoon) {
  std::atomic<bool> cancel{false};
  LoadControl control;
  control.cancel = &cancel;
  backend.slowness = std::chrono::milliseconds(5);
  control.onProgress = [&cancel](const LoadProgress&) { cancel = true; };
  const Result<void> loaded = load(control);
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, ErrorCode::Cancelled);
}

TEST_F(WeightLoaderTest, NoMemoryNamesTheWeight) {
  backend.refuse = "lm_head.weight";
  const Result<void> loaded = load();
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, ErrorCode::OutOfMemory);
  EXPECT_EQ(loaded.error().context, "lm_head.weight");
  EXPECT_THAT(loaded.error().message, HasSubstr("4 free"));
}

TEST_F(WeightLoaderTest, AFileThatShrinksIsAnError) {
  model.write(folder);
  auto opened = ModelSource::open(folder.path());
  ASSERT_TRUE(opened.ok());
  source = std::move(opened).value();
  std::filesystem::resize_file(folder.path() / "model.safetensors", 3000);
  const Result<void> loaded = loadOpened({});
  ASSERT_FALSE(loaded.ok());
  EXPECT_EQ(loaded.error().code, ErrorCode::Damaged);
  EXPECT_THAT(loaded.error().message, HasSubstr("shorter"));
}

TEST(DummyWeightsTest, AreFiniteRepeatableAndOfTheRightSize) {
  for (const auto format : {kernels::WeightFormat::F32, kernels::WeightFormat::F16, kernels::WeightFormat::BF16}) {
    kernels::WeightDesc desc{"w", format, 4, 256, kernels::WeightUse::Matrix};
    std::vector<std::byte> a(4 * kernels::weightRowBytes(format, 256)), b(a.size());
    fillDummy(desc, 1, a);
    fillDummy(desc, 1, b);
    EXPECT_EQ(a, b);
    if (format != kernels::WeightFormat::F32) continue;
    double squares = 0, sum = 0;
    for (size_t i = 0; i < 1024; ++i) {
      float value;
      std::memcpy(&value, &a[i * 4], 4);
      squares += static_cast<double>(value) * static_cast<double>(value);
      sum += static_cast<double>(value);
    }
    EXPECT_NEAR(squares / 1024, 1.0 / 256, 0.5 / 256);
    EXPECT_NEAR(sum / 1024, 0.0, 0.01);
  }
  std::vector<std::byte> ones(8);
  fillDummy({"model.norm.weight", kernels::WeightFormat::F32, 1, 2, kernels::WeightUse::Vector}, 0, ones);
  float one;
  std::memcpy(&one, ones.data(), 4);
  EXPECT_EQ(one, 1.0f);
}

}  // namespace
}  // namespace engine
