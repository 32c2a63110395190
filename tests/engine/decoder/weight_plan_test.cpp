#include "engine/decoder/weight_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/loaders/model_source.h"
#include "tests/support/model_builder.h"

namespace engine {
namespace {

using ::testing::HasSubstr;
using testing::ModelBuilder;
using testing::TempFolder;

struct Planned {
  std::unique_ptr<ModelSource> source;
  ModelDescription description;
  Result<WeightPlan> plan = Error{};
};

class WeightPlanTest : public ::testing::Test {
 protected:
  Planned plan(std::optional<kernels::WeightFormat> dummy = {}) {
    model.write(folder);
    Planned out;
    auto source = ModelSource::open(folder.path());
    if (!source.ok()) {
      out.plan = source.error();
      return out;
    }
    out.source = std::move(source).value();
    auto description = describeModel(*out.source);
    if (!description.ok()) {
      out.plan = description.error();
      return out;
    }
    out.description = std::move(description).value();
    out.plan = planWeights(*out.source, out.description, dummy);
    return out;
  }
  std::string failure() {
    const Planned planned = plan();
    return planned.plan.ok() ? std::string("(accepted)") : planned.plan.error().message;
  }
  TempFolder folder;
  ModelBuilder model;
};

TEST_F(WeightPlanTest, PlansEveryTensorOnce) {
  const Planned planned = plan();
  ASSERT_TRUE(planned.plan.ok()) << planned.plan.error().message;
  const WeightPlan& weights = planned.plan.value();
  uint64_t stored = 0;
  for (const StoredTensor& tensor : planned.source->tensors()) stored += tensor.bytes;
  EXPECT_EQ(weights.storedBytes, stored);
  EXPECT_EQ(weights.layers.size(), 2u);
  EXPECT_EQ(weights.layers[1].qkv.size(), 3u);
  EXPECT_FALSE(weights.layers[0].output.bias);
  EXPECT_NE(weights.head.weight, weights.embedding);
}

TEST_F(WeightPlanTest, SharesThatAreNotEvenAreRefusedWithTheNumbers) {
  Planned planned = plan();
  ASSERT_TRUE(planned.plan.ok());
  const auto refusal = [&](uint32_t rank, uint32_t count) {
    const auto shared = planWeights(*planned.source, planned.description, {}, {.rank = rank, .count = count});
    return shared.ok() ? std::string("(accepted)") : shared.error().message;
  };
  EXPECT_EQ(refusal(1, 2), "(accepted)");
  EXPECT_EQ(refusal(0, 4), "the model's attention heads (2) cannot be shared out evenly to 4 devices");
  planned.description.config.intermediateSize = 13;
  EXPECT_EQ(refusal(0, 2), "the model's gated width (13) cannot be shared out evenly to 2 devices");
}

TEST_F(WeightPlanTest, SharesKeepBlocksOfAStoredFormatWhole) {
  const Planned planned = plan();
  ASSERT_TRUE(planned.plan.ok());
  ModelDescription description = planned.description;
  // 8 columns of a format in blocks of 32 cannot be halved.
  const auto shared = planWeights(*planned.source, description, kernels::WeightFormat::Q8_0, {.rank = 0, .count = 2});
  ASSERT_FALSE(shared.ok());
  EXPECT_THAT(shared.error().message, HasSubstr("in blocks of 32"));
}

TEST_F(WeightPlanTest, AMissingHeadIsTied) {
  model.tensors.erase("lm_head.weight");
  const Planned planned = plan();
  ASSERT_TRUE(planned.plan.ok());
  EXPECT_EQ(planned.plan.value().head.weight, planned.plan.value().embedding);
  EXPECT_TRUE(planned.description.config.tiedHead);
  EXPECT_EQ(planned.plan.value().weights[planned.plan.value().embedding].desc.use,
            kernels::WeightUse::EmbeddingAndMatrix);
}

TEST_F(WeightPlanTest, TrustsTheTensorForTheVocabulary) {
  model.tensors["model.embed_tokens.weight"].shape = {12, 8};
  model.tensors["lm_head.weight"].shape = {12, 8};
  const Planned planned = plan();
  ASSERT_TRUE(planned.plan.ok());
  EXPECT_EQ(planned.description.config.vocabSize, 12u);
}

TEST_F(WeightPlanTest, NamesWhatIsWrong) {
  const ModelBuilder good = model;
  model.tensors.erase("model.layers.1.mlp.up_proj.weight");
  EXPECT_THAT(failure(), HasSubstr("model.layers.1.mlp.up_proj.weight is missing"));
  model = good;
  model.tensors["model.layers.0.self_attn.k_proj.weight"].shape = {4, 8};
  EXPECT_THAT(failure(), HasSubstr("is 4 x 8, but the model's description gives 8 x 8"));
  model = good;
  model.tensors["model.norm.weight"].shape = {2, 4};
  EXPECT_THAT(failure(), HasSubstr("model.norm.weight"));
  model = good;
  model.tensors["lm_head.weight"].shape = {11, 8};
  EXPECT_THAT(failure(), HasSubstr("lm_head.weight"));
  model = good;
  model.tensors["lm_head.weight"].dtype = "I8";
  EXPECT_THAT(failure(), HasSubstr("stored as int8"));
  model = good;
  model.config["attention_bias"] = true;
  EXPECT_THAT(failure(), HasSubstr("q_proj.bias is missing"));
}

TEST_F(WeightPlanTest, DummyNeedsNoTensors) {
  model.tensors.clear();
  const Planned planned = plan(kernels::WeightFormat::BF16);
  ASSERT_TRUE(planned.plan.ok()) << planned.plan.error().message;
  EXPECT_EQ(planned.plan.value().weights[planned.plan.value().embedding].desc.format, kernels::WeightFormat::BF16);
  EXPECT_EQ(planned.plan.value().storedBytes, 0u);
}

/// The rows that a packed tensor gives to q, k and v.
std::vector<std::pair<uint64_t, uint64_t>> rowsOf(const WeightPlan& plan, size_t part) {
  std::vector<std::pair<uint64_t, uint64_t>> out;
  for (const RowRange& range : plan.weights[plan.layers[0].qkv[part].weight].rows) {
    out.emplace_back(range.first, range.count);
  }
  return out;
}

TEST_F(WeightPlanTest, SlicesPackedTensors) {
  model.config["num_hidden_layers"] = 1;
  model.config["num_attention_heads"] = 4;
  model.config["num_key_value_heads"] = 2;
  model.tensors = ModelBuilder::llamaTensors(8, 12, 1, 10);
  for (const char* name : {"q", "k", "v"}) {
    model.tensors.erase(std::string("model.layers.0.self_attn.") + name + "_proj.weight");
  }
  for (const char* name : {"gate", "up"}) {
    model.tensors.erase(std::string("model.layers.0.mlp.") + name + "_proj.weight");
  }
  model.tensors["model.layers.0.packed.weight"].shape = {16, 8};
  model.tensors["model.layers.0.gate_up.weight"].shape = {24, 8};
  model.write(folder);
  const auto source = ModelSource::open(folder.path());
  ASSERT_TRUE(source.ok());
  auto description = describeModel(*source.value());
  ASSERT_TRUE(description.ok());
  TensorNames names = *description.value().names;
  names.qkv = "model.layers.{}.packed";
  names.gateUp = "model.layers.{}.gate_up";
  description.value().names = &names;

  names.qkvPacking = QkvPacking::Stacked;
  const auto stacked = planWeights(*source.value(), description.value());
  ASSERT_TRUE(stacked.ok()) << stacked.error().message;
  using Rows = std::vector<std::pair<uint64_t, uint64_t>>;
  EXPECT_EQ(rowsOf(stacked.value(), 0), (Rows{{0, 8}}));
  EXPECT_EQ(rowsOf(stacked.value(), 1), (Rows{{8, 4}}));
  EXPECT_EQ(rowsOf(stacked.value(), 2), (Rows{{12, 4}}));
  EXPECT_EQ(stacked.value().weights[stacked.value().layers[0].gateUp[1].weight].rows[0].first, 12u);

  names.qkvPacking = QkvPacking::Grouped;
  const auto grouped = planWeights(*source.value(), description.value());
  ASSERT_TRUE(grouped.ok()) << grouped.error().message;
  EXPECT_EQ(rowsOf(grouped.value(), 0), (Rows{{0, 4}, {8, 4}}));
  EXPECT_EQ(rowsOf(grouped.value(), 1), (Rows{{4, 2}, {12, 2}}));
  EXPECT_EQ(rowsOf(grouped.value(), 2), (Rows{{6, 2}, {14, 2}}));
  EXPECT_EQ(grouped.value().storedBytes, stacked.value().storedBytes);
}

}  // namespace
}  // namespace engine
