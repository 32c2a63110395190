// Samplers: texts of /proc to numbers, shares and speeds between two samples, the ring of half an hour.
#include "app/monitor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "app/monitor/proc_figures.h"
#include "tests/support/fake_engine.h"

namespace {

TEST(ProcFigures, ProcessorTicksCountGuestsOnceAndIdleNever) {
  const auto ticks = app::parseProcessorTicks("cpu  100 20 30 400 50 6 7 8 90 10\ncpu0 1 2 3 4\n");
  ASSERT_TRUE(ticks);
  EXPECT_EQ(ticks->all, 621u);
  EXPECT_EQ(ticks->busy, 171u);
}

TEST(ProcFigures, OldKernelsTellFewerFields) {
  const auto ticks = app::parseProcessorTicks("cpu  1 2 3 4\n");
  ASSERT_TRUE(ticks);
  EXPECT_EQ(ticks->all, 10u);
  EXPECT_EQ(ticks->busy, 6u);
}

TEST(ProcFigures, OtherTextsAreRefused) {
  for (const char* text : {"", "cpu", "cpu ", "cpu  1 2 3", "cpu  x y z w", "intr 1 2 3 4 5"}) {
    EXPECT_FALSE(app::parseProcessorTicks(text)) << text;
  }
  for (const char* text : {"", "1 (a", "1 (a) S 1 2 3", "1 (a) S 1 2 3 4 5 6 7 8 9 10 x y"}) {
    EXPECT_FALSE(app::parseProcessTicks(text)) << text;
  }
}

TEST(ProcFigures, AProcessMayBeCalledAnything) {
  EXPECT_EQ(app::parseProcessTicks("7 (a) S 1 (b)) R 1 2 3 4 5 6 7 8 9 10 11 5 6 7"), std::optional<uint64_t>(16));
}

TEST(MonitorProbe, SharesAreOfTheTimeBetweenTwoSamples) {
  app::MonitorProbe probe;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(400);
  volatile double sink = 1;
  while (std::chrono::steady_clock::now() < until) sink = sink * 1.0000001;
  const app::MonitorSample sample = probe.take(nullptr);
  EXPECT_GT(sample.cpuOurs, 0);
  EXPECT_LE(sample.cpuOurs, sample.cpu);
  EXPECT_LE(sample.cpu, 1);
  EXPECT_GT(sample.memoryOurs, 0u);
  EXPECT_LE(sample.memoryUsed, sample.memoryTotal);
  EXPECT_FALSE(sample.engineThere);
}

TEST(MonitorProbe, SpeedsAreTokensBetweenTwoSamplesOfOneEngine) {
  test_support::FakeEngine engine;
  app::MonitorProbe probe;
  probe.take(&engine);
  engine::GenerationRequest request;
  request.prompt.assign(40, 'a');
  request.ignoreEos = true;
  request.maxTokens = 25;
  const auto sink = std::make_shared<test_support::CollectingSink>();
  ASSERT_TRUE(engine.submit(std::move(request), sink).ok());
  ASSERT_TRUE(sink->waitDone());
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  const app::MonitorSample sample = probe.take(&engine);
  EXPECT_TRUE(sample.engineThere);
  EXPECT_EQ(sample.engine.generatedTokens, 25u);
  EXPECT_GT(sample.generatedPerSecond, 0);
  // Both speeds are over the same time.
  EXPECT_NEAR(sample.promptPerSecond / sample.generatedPerSecond, 40.0 / 25.0, 1e-9);
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  EXPECT_EQ(probe.take(&engine).generatedPerSecond, 0);
  test_support::FakeEngine other;
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  EXPECT_EQ(probe.take(&other).generatedPerSecond, 0);
}

class OneGpu : public app::GpuTelemetry {
 public:
  std::string absence() const override { return {}; }
  std::vector<app::GpuSample> sample() override {
    app::GpuSample gpu;
    gpu.name = "a GPU";
    gpu.temperature = 61;
    return {gpu};
  }
};

TEST(MonitorProbe, GpuFiguresComeThroughTheInterface) {
  app::MonitorProbe probe(std::make_unique<OneGpu>());
  const app::MonitorSample sample = probe.take(nullptr);
  ASSERT_EQ(sample.gpus.size(), 1u);
  EXPECT_EQ(sample.gpus[0].temperature, 61);
  EXPECT_FALSE(sample.gpus[0].power);
  EXPECT_TRUE(probe.gpuAbsence().empty());
  app::MonitorProbe standard;
  EXPECT_EQ(standard.gpuAbsence().empty(), !standard.take(nullptr).gpus.empty());
}

TEST(MonitorHistory, KeepsTheLastHalfHourInOrder) {
  app::MonitorHistory history;
  for (int i = 0; i < 4000; ++i) {
    app::MonitorSample sample;
    sample.seconds = i;
    history.add(std::move(sample));
    ASSERT_EQ(history.at(history.size() - 1).seconds, i);
  }
  ASSERT_EQ(history.size(), app::MonitorHistory::kSeconds);
  for (size_t i = 0; i < history.size(); ++i)
    EXPECT_EQ(history.at(i).seconds, 4000.0 - 1800.0 + static_cast<double>(i));
}

}  // namespace
