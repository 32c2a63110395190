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
  kernels::Status fillWeightRows(kernels::WeightId id, uint64_t firstRow, uint64_t bytes,
                                 const kernels::RowFill& fill) override {
    struct Page {
      alignas(4096) std::byte bytes[4096];
    };
    std::vector<Page> room((bytes + kernels::kFillSlack) / sizeof(Page) + 1);
    uint64_t begin = 0;
    const std::span<std::byte> span(room.data()->bytes, bytes + kernels::kFillSlack);
    KERNELS_RETURN_IF_ERROR(fill(span, &begin));
    ++fills;
    return writeWeightRows(id, firstRow, span.subspan(begin, bytes));
  }
  kernels::Status makeUpWeight(kernels::WeightId id, uint64_t seed) override {
    if (!makesUp) return {kernels::StatusCode::Unsupported, "no"};
    weights[id].rowsWritten = weights[id].desc.rows;
    weights[id].bytes = "made up of " + std::to_string(seed);
    return {};
  }
  kernels::Status finishWeights() override {
    ++finished;
    return {};
  }
  std::atomic<int> fills{0};
  int finished = 0;
  bool makesUp = false;
  void takeInPlace(uint64_t bytes) { m_device.fillBytes = bytes; }

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
    ENGINE_ASSIGN_OR_RETURN(loaded, loadWeights(plan, *source, backend, control, 2));
    EXPECT_EQ(loaded.ids.size(), plan.weights.size());
    return {};
  }
  TempFolder folder;
  ModelBuilder model;
  std::unique_ptr<ModelSource> source;
  RecordingBackend backend;
  LoadedWeights loaded;
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
  const Result<void> done = load();
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(backend.floats("model.embed_tokens.weight"), table);
  for (const auto& weight : backend.weights) EXPECT_EQ(weight.rowsWritten, weight.desc.rows) << weight.desc.name;
}

TEST_F(WeightLoaderTest, RowsAreReadWhereTheDeviceTakesThem) {
  constexpr uint64_t kRows = 3000, kCols = 512;
  model.config["hidden_size"] = kCols;
  model.config["vocab_size"] = kRows;
  model.tensors = ModelBuilder::llamaTensors(kCols, 12, 2, kRows);
  std::vector<float> table(kRows * kCols);
  for (size_t i = 0; i < table.size(); ++i) table[i] = static_cast<float>(i);
  model.tensors["model.embed_tokens.weight"].bytes = floatBytes(table);
  backend.takeInPlace(1u << 20);
  const Result<void> done = load();
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(backend.floats("model.embed_tokens.weight"), table);
  for (const auto& weight : backend.weights) EXPECT_EQ(weight.rowsWritten, weight.desc.rows) << weight.desc.name;
  EXPECT_GT(backend.fills, 5);
  EXPECT_EQ(backend.finished, 1);
  EXPECT_GE(loaded.bytesRead, kRows * kCols * sizeof(float));
}

// Two devices share a model: what each has, put together again, is the model.
TEST_F(WeightLoaderTest, SharesOfTwoDevicesAreTheWholeModel) {
  model.config["num_key_value_heads"] = 2;
  for (auto& [name, tensor] : model.tensors) {
    std::vector<float> values(tensor.shape[0] * (tensor.shape.size() > 1 ? tensor.shape[1] : 1));
    for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
    tensor.bytes = floatBytes(values);
  }
  ASSERT_TRUE(load().ok());
  auto description = describeModel(*source);
  ASSERT_TRUE(description.ok());
  RecordingBackend shares[2];
  shares[1].takeInPlace(1u << 20);
  for (uint32_t rank = 0; rank < 2; ++rank) {
    const auto plan = planWeights(*source, *description, {}, {.rank = rank, .count = 2});
    ASSERT_TRUE(plan.ok()) << plan.error().message;
    const auto done = loadWeights(*plan, *source, shares[rank], {}, 2);
    ASSERT_TRUE(done.ok()) << done.error().message;
    EXPECT_EQ(done->bytesRead, plan->storedBytes);
    for (const auto& weight : shares[rank].weights) EXPECT_EQ(weight.rowsWritten, weight.desc.rows);
  }
  size_t byRows = 0, byColumns = 0;
  for (const auto& whole : backend.weights) {
    const auto& first = shares[0].byName(whole.desc.name);
    const auto& second = shares[1].byName(whole.desc.name);
    if (first.desc.cols != whole.desc.cols) {
      ++byColumns;
      const size_t rowBytes = first.desc.cols * sizeof(float);
      std::string together;
      for (uint64_t row = 0; row < whole.desc.rows; ++row) {
        together += first.bytes.substr(row * rowBytes, rowBytes) + second.bytes.substr(row * rowBytes, rowBytes);
      }
      EXPECT_EQ(together, whole.bytes) << whole.desc.name;
    } else if (first.desc.rows != whole.desc.rows) {
      ++byRows;
      EXPECT_EQ(first.bytes + second.bytes, whole.bytes) << whole.desc.name;
    } else {
      EXPECT_EQ(first.bytes, whole.bytes) << whole.desc.name;
      EXPECT_EQ(second.bytes, whole.bytes) << whole.desc.name;
    }
  }
  EXPECT_EQ(byRows, 2u * 5 + 1);  // q, k, v, gate, up of both layers and the head
  EXPECT_EQ(byColumns, 2u * 2);   // output and down
}

TEST_F(WeightLoaderTest, AFileThatShrinksIsAnErrorInPlaceToo) {
  backend.takeInPlace(1u << 20);
  model.write(folder);
  auto opened = ModelSource::open(folder.path());
  ASSERT_TRUE(opened.ok());
  source = std::move(opened).value();
  std::filesystem::resize_file(folder.path() / "model.safetensors", 3000);
  const Result<void> done = loadOpened({});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::Damaged);
  EXPECT_THAT(done.error().message, HasSubstr("shorter"));
  EXPECT_EQ(backend.finished, 0);
}

TEST_F(WeightLoaderTest, ADeviceMakesWeightsUpItself) {
  backend.makesUp = true;
  model.write(folder);
  auto opened = ModelSource::open(folder.path());
  ASSERT_TRUE(opened.ok());
  auto description = describeModel(**opened);
  ASSERT_TRUE(description.ok());
  const auto plan = planWeights(**opened, *description, kernels::WeightFormat::BF16);
  ASSERT_TRUE(plan.ok());
  const auto done = loadWeights(*plan, **opened, backend, {}, 2);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(done->bytesRead, 0u);
  for (size_t i = 0; i < backend.weights.size(); ++i) {
    const auto& weight = backend.weights[i];
    EXPECT_EQ(weight.rowsWritten, weight.desc.rows) << weight.desc.name;
    if (weight.desc.use == kernels::WeightUse::Vector) continue;
    EXPECT_EQ(weight.bytes, "made up of " + std::to_string(i));
  }
}

TEST_F(WeightLoaderTest, VectorsBecomeFloats) {
  model.tensors["model.norm.weight"] = {
      "BF16", {8}, std::string("\x80\x3f\x00\x40\x80\x3f\x00\x40\x80\x3f\x00\x40\x80\x3f\x00\x40", 16)};
  ASSERT_TRUE(load().ok());
  EXPECT_THAT(backend.floats("model.norm.weight"), ::testing::ElementsAre(1, 2, 1, 2, 1, 2, 1, 2));
}

// As rotary frequencies are by the factors that a GGUF file brings.
TEST_F(WeightLoaderTest, AComputedVectorIsDividedByAStoredOne) {
  model.tensors["model.norm.weight"].bytes = floatBytes({1, 2, 4, 8, 1, 2, 4, 8});
  model.write(folder);
  auto opened = ModelSource::open(folder.path());
  ASSERT_TRUE(opened.ok());
  PlannedWeight divided;
  divided.desc = {"frequencies", kernels::WeightFormat::F32, 1, 8, kernels::WeightUse::Vector};
  divided.tensor = (*opened)->find("model.norm.weight");
  divided.rows = {{0, 8}};
  divided.values.assign(8, 8.0f);
  WeightPlan plan;
  plan.weights.push_back(divided);
  const auto done = loadWeights(plan, **opened, backend, {}, 1);
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_THAT(backend.floats("frequencies"), ::testing::ElementsAre(8, 4, 2, 1, 8, 4, 2, 1));
  EXPECT_EQ(done->bytesRead, 8 * sizeof(float));
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
  const Result<void> done = load(control);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::Cancelled);
}

TEST_F(WeightLoaderTest, NoMemoryNamesTheWeight) {
  backend.refuse = "lm_head.weight";
  const Result<void> done = load();
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::OutOfMemory);
  EXPECT_EQ(done.error().context, "lm_head.weight");
  EXPECT_THAT(done.error().message, HasSubstr("4 free"));
}

TEST_F(WeightLoaderTest, AFileThatShrinksIsAnError) {
  model.write(folder);
  auto opened = ModelSource::open(folder.path());
  ASSERT_TRUE(opened.ok());
  source = std::move(opened).value();
  std::filesystem::resize_file(folder.path() / "model.safetensors", 3000);
  const Result<void> done = loadOpened({});
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().code, ErrorCode::Damaged);
  EXPECT_THAT(done.error().message, HasSubstr("shorter"));
}

TEST(DummyWeightsTest, AreFiniteRepeatableAndOfTheRightSize) {
  for (const auto format : {kernels::WeightFormat::F32, kernels::WeightFormat::F16, kernels::WeightFormat::BF16}) {
    kernels::WeightDesc desc{"w", format, 4, 256, kernels::WeightUse::Matrix};
    std::vector<std::byte> a(4 * kernels::weightRowBytes(format, 256)), b(a.size());
    fillDummy(desc, 1, 0, a);
    // In two parts: the numbers do not depend on the cut.
    const size_t cut = 3 * kernels::weightRowBytes(format, 256);
    fillDummy(desc, 1, 0, std::span(b).first(cut));
    fillDummy(desc, 1, 3, std::span(b).subspan(cut));
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
  fillDummy({"model.norm.weight", kernels::WeightFormat::F32, 1, 2, kernels::WeightUse::Vector}, 0, 0, ones);
  float one;
  std::memcpy(&one, ones.data(), 4);
  EXPECT_EQ(one, 1.0f);
}

}  // namespace
}  // namespace engine
