// The parts of `bench` that need no model.
#include <gtest/gtest.h>

#include "app/cli/bench_limits.h"
#include "app/cli/bench_ops.h"
#include "app/cli/bench_report.h"

namespace app::testing {
namespace {

TEST(CliBench, ProductsOfAModelsOwnShapes) {
  engine::EngineOptions options;
  options.device = "cpu";
  options.nThreads = 1;
  const auto limits = cli::MachineLimits::create(options);
  ASSERT_TRUE(limits.ok());
  const std::vector<cli::ProductShape> shapes = {{64, 96, 2}, {96, 64, 1}};
  EXPECT_EQ((*limits)->measureProducts(), 0);
  ASSERT_TRUE((*limits)->prepareProducts(kernels::WeightFormat::F16, kernels::Precision::Fast, shapes, 40).ok());
  const double all = (*limits)->measureProducts();
  const double one = (*limits)->productRate(64, 96), other = (*limits)->productRate(96, 64);
  EXPECT_GT(all, 0);
  EXPECT_LE(all, std::max(one, other) * (1 + 1e-9));
  EXPECT_GE(all, std::min(one, other) * (1 - 1e-9));
  EXPECT_EQ((*limits)->productRate(1, 1), std::max(one, other));
}

TEST(CliBench, DefaultsSuitTheDeviceAndTheContext) {
  cli::BenchPlan gpu;
  gpu.fillDefaults(/*onGpu=*/true);
  EXPECT_EQ(gpu.mostSequences(), 256u);
  gpu.fitDefaults(8192);
  EXPECT_EQ(gpu.prefill, (std::vector<uint32_t>{512, 2048, 8191}));
  EXPECT_EQ(gpu.context, (std::vector<uint32_t>{0, 2048, 8064}));
  EXPECT_EQ(gpu.cached, std::vector<uint32_t>{4096});
  gpu.fitDefaults(1024);
  EXPECT_EQ(gpu.prefill, (std::vector<uint32_t>{512, 1023}));
  EXPECT_EQ(gpu.context, (std::vector<uint32_t>{0, 896}));
  EXPECT_EQ(gpu.cached, std::vector<uint32_t>{1023});
  cli::BenchPlan asked;
  asked.prefill = {4096};
  asked.sequences = {300};
  asked.fillDefaults(/*onGpu=*/false);
  asked.fitDefaults(1024);
  EXPECT_EQ(asked.prefill, std::vector<uint32_t>{4096}) << "the engine says why it is too long";
  EXPECT_EQ(asked.mostSequences(), 300u);
  EXPECT_TRUE(asked.throughput.empty());
  EXPECT_TRUE(asked.cached.empty());
}

TEST(CliBench, TheProductsOfAStepAreCountedByShape) {
  engine::StepProfile profile;
  profile.steps = 2;
  profile.ops = {{.name = "qkv", .calls = 8, .inCols = 64, .outCols = 96},
                 {.name = "attention", .calls = 8},
                 {.name = "attention output", .calls = 8, .inCols = 64, .outCols = 64},
                 {.name = "other", .calls = 4, .inCols = 64, .outCols = 64},
                 {.name = "head", .calls = 2, .inCols = 64, .outCols = 1000}};
  const std::vector<cli::ProductShape> shapes = cli::productShapes(profile);
  ASSERT_EQ(shapes.size(), 2u);
  EXPECT_EQ(shapes[0].outCols, 96u);
  EXPECT_EQ(shapes[0].calls, 4);
  EXPECT_EQ(shapes[1].outCols, 64u);
  EXPECT_EQ(shapes[1].calls, 6);
}

}  // namespace
}  // namespace app::testing
