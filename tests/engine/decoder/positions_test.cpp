#include <gtest/gtest.h>

#include <cmath>

#include "engine/decoder/weight_plan.h"

namespace engine {
namespace {

RopeConfig rope(uint32_t dims, double theta) {
  RopeConfig out;
  out.dims = dims;
  out.theta = theta;
  return out;
}

TEST(PositionsTest, PlainFrequenciesFallGeometrically) {
  const std::vector<float> frequencies = inverseFrequencies(rope(64, 10000.0));
  ASSERT_EQ(frequencies.size(), 32u);
  EXPECT_FLOAT_EQ(frequencies[0], 1.0f);
  EXPECT_FLOAT_EQ(frequencies[16], 0.01f);
  EXPECT_NEAR(frequencies[31], std::pow(10000.0, -62.0 / 64.0), 1e-10);
}

TEST(PositionsTest, LinearScalingDivides) {
  RopeConfig config = rope(8, 10000.0);
  config.scaling = RopeScalingKind::Linear;
  config.factor = 4.0;
  EXPECT_FLOAT_EQ(inverseFrequencies(config)[0], 0.25f);
}

TEST(PositionsTest, Llama3ScalingKeepsShortWavesAndStretchesLongOnes) {
  RopeConfig config = rope(128, 500000.0);
  const std::vector<float> plain = inverseFrequencies(config);
  config.scaling = RopeScalingKind::Llama3;
  config.factor = 8.0;
  config.originalContext = 8192;
  const std::vector<float> scaled = inverseFrequencies(config);
  EXPECT_EQ(scaled.front(), plain.front());
  EXPECT_FLOAT_EQ(scaled.back(), plain.back() / 8.0f);
  for (size_t i = 0; i < plain.size(); ++i) {
    EXPECT_LE(scaled[i], plain[i]);
    EXPECT_GE(scaled[i], plain[i] / 8.0f * 0.9999f);
  }
}

TEST(PositionsTest, AlibiSlopes) {
  const std::vector<float> eight = alibiSlopes(8);
  ASSERT_EQ(eight.size(), 8u);
  EXPECT_FLOAT_EQ(eight[0], 0.5f);
  EXPECT_FLOAT_EQ(eight[7], 1.0f / 256.0f);
  const std::vector<float> forty = alibiSlopes(40);
  ASSERT_EQ(forty.size(), 40u);
  EXPECT_FLOAT_EQ(forty[31], 1.0f / 256.0f);
  EXPECT_FLOAT_EQ(forty[32], static_cast<float>(std::exp2(-1.0 / 8.0)));
  EXPECT_FLOAT_EQ(forty[39], static_cast<float>(std::exp2(-15.0 / 8.0)));
}

}  // namespace
}  // namespace engine
