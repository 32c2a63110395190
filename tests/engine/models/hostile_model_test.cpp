// Whole models with damaged headers: described, planned or refused, never a crash.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <random>

#include "engine/decoder/weight_plan.h"
#include "engine/loaders/model_source.h"
#include "engine/model_info.h"
#include "tests/support/model_builder.h"

namespace engine {
namespace {

using testing::ModelBuilder;
using testing::TempFolder;

constexpr int kRounds = 400;

/// Damages some bytes of the first `header` bytes.
std::string damaged(const std::string& bytes, size_t header, std::mt19937& random) {
  std::string out = bytes;
  const std::string pool = "0123456789[]{},:\"-.eEnull\\\xff";
  for (uint64_t i = 0; i < 1 + random() % 3; ++i) {
    const size_t at = random() % header;
    const uint64_t kind = random() % 4;
    if (kind == 0) out[at] = static_cast<char>(random());
    if (kind == 1) out[at] = static_cast<char>(out[at] ^ (1u << random() % 8));
    if (kind == 2) out[at] = pool[random() % pool.size()];
    if (kind == 3) out.resize(std::max<size_t>(1, random() % out.size()));
    if (out.size() < header) break;
  }
  return out;
}

/// Whatever is planned must read within its file.
void examine(const std::filesystem::path& path) {
  static_cast<void>(inspectModel(path));
  const auto source = ModelSource::open(path);
  if (!source.ok()) return;
  auto description = describeModel(*source.value());
  if (!description.ok()) return;
  const auto plan = planWeights(*source.value(), description.value());
  if (!plan.ok() || !source.value()->weightProblems().empty()) return;
  for (const PlannedWeight& weight : plan.value().weights) {
    if (!weight.tensor) continue;
    const StoredTensor& tensor = source.value()->tensors()[*weight.tensor];
    EXPECT_LE(tensor.offset + tensor.bytes, source.value()->file(tensor.file).size());
    for (const RowRange& range : weight.rows) {
      EXPECT_LE(range.first + range.count,
                weight.desc.use == kernels::WeightUse::Vector ? tensor.cols() : tensor.rows());
    }
  }
}

TEST(HostileModelTest, GgufModels) {
  std::ifstream file(HEARTH_TEST_DATA "/goldens/gguf/llama-q8_0.gguf", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  ASSERT_GT(bytes.size(), 100000u);
  const TempFolder folder;
  std::mt19937 random(3);
  for (int round = 0; round < kRounds; ++round) examine(folder.write("model.gguf", damaged(bytes, 9000, random)));
}

TEST(HostileModelTest, SafetensorsModels) {
  const ModelBuilder model;
  const std::string weights = ModelBuilder::safetensors(model.tensors), config = model.config.dump();
  const TempFolder folder;
  std::mt19937 random(4);
  for (int round = 0; round < kRounds; ++round) {
    folder.write("config.json", round % 2 == 0 ? damaged(config, config.size(), random) : config);
    folder.write("model.safetensors", round % 2 == 0 ? weights : damaged(weights, 2000, random));
    examine(folder.path());
  }
}

TEST(HostileModelTest, SizesAtTheirLimits) {
  const TempFolder folder;
  for (const char* field : {"hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
                            "vocab_size", "num_key_value_heads", "head_dim", "max_position_embeddings"}) {
    for (const uint64_t value : {uint64_t{1}, uint64_t{1} << 18, uint64_t{1} << 31, uint64_t{1} << 32, ~uint64_t{0}}) {
      ModelBuilder model;
      model.config[field] = value;
      model.write(folder);
      examine(folder.path());
    }
  }
}

}  // namespace
}  // namespace engine
