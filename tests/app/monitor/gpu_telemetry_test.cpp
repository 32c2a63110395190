// The figures of NVIDIA's management library, told by a library of our own with the same symbols.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "app/monitor.h"
#include "app/monitor/nvml.h"

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Environment {
 public:
  Environment(const char* name, const char* value) : m_name(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(m_name); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* m_name;
};

TEST(GpuTelemetry, TellsWhatTheDriverTells) {
  ::unsetenv("CUDA_VISIBLE_DEVICES");
  const auto telemetry = app::openGpuTelemetry(HEARTH_FAKE_NVML);
  EXPECT_EQ(telemetry->absence(), "");
  const std::vector<app::GpuSample> samples = telemetry->sample();
  ASSERT_EQ(samples.size(), 2u);
  const app::GpuSample& first = samples[0];
  EXPECT_EQ(first.name, "Card One");
  EXPECT_EQ(first.driver, "580.1.2");
  EXPECT_EQ(first.memoryTotal, 80ull << 30);
  EXPECT_EQ(first.memoryUsed, 30ull << 30);
  EXPECT_EQ(first.memoryOurs, 5ull << 30);
  EXPECT_EQ(first.utilisation, 0.75);
  EXPECT_EQ(first.temperature, 61);
  EXPECT_EQ(first.slowdownAt, 90);
  EXPECT_NEAR(first.power.value_or(0), 312.5, 1e-9);
  EXPECT_NEAR(first.powerLimit.value_or(0), 700, 1e-9);
  EXPECT_EQ(first.memoryClock, 2000);
  EXPECT_EQ(first.memoryClockMax, 2619);
  EXPECT_EQ(first.coreClock, 1500);
  EXPECT_EQ(first.coreClockMax, 1980);
}

TEST(GpuTelemetry, WhatIsNotToldIsAbsent) {
  ::unsetenv("CUDA_VISIBLE_DEVICES");
  const std::vector<app::GpuSample> samples = app::openGpuTelemetry(HEARTH_FAKE_NVML)->sample();
  ASSERT_EQ(samples.size(), 2u);
  const app::GpuSample& second = samples[1];
  EXPECT_EQ(second.name, "Card Two");
  EXPECT_EQ(second.memoryTotal, 24u << 20);
  EXPECT_EQ(second.memoryUsed, 4u << 20);
  EXPECT_FALSE(second.utilisation || second.temperature || second.slowdownAt || second.power || second.powerLimit);
  EXPECT_FALSE(second.memoryClock || second.memoryClockMax || second.coreClock || second.memoryOurs);
}

TEST(GpuTelemetry, OnlyVisibleGpusAreShown) {
  const Environment visible("CUDA_VISIBLE_DEVICES", "1");
  const std::vector<app::GpuSample> samples = app::openGpuTelemetry(HEARTH_FAKE_NVML)->sample();
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].name, "Card Two");
}

TEST(GpuTelemetry, EachAbsenceHasItsSentence) {
  EXPECT_THAT(app::openGpuTelemetry("libno-such-library.so.1")->absence(), HasSubstr("no NVIDIA driver is installed"));
  EXPECT_THAT(app::openGpuTelemetry("libno-such-library.so.1")->sample(), IsEmpty());
  // A library, but without those symbols.
  EXPECT_THAT(app::openGpuTelemetry("libm.so.6")->absence(), HasSubstr("too old"));
  const auto afterInit = [](const char* code) {
    const Environment init("FAKE_NVML_INIT", code);
    return app::openGpuTelemetry(HEARTH_FAKE_NVML)->absence();
  };
  EXPECT_THAT(afterInit("9"), HasSubstr("not loaded"));
  EXPECT_THAT(afterInit("18"), HasSubstr("restart the machine"));
  EXPECT_THAT(afterInit("4"), HasSubstr("Insufficient Permissions"));
  {
    const Environment none("FAKE_NVML_COUNT", "0");
    EXPECT_THAT(app::openGpuTelemetry(HEARTH_FAKE_NVML)->absence(), HasSubstr("finds no GPU"));
  }
  const Environment hidden("CUDA_VISIBLE_DEVICES", "");
  EXPECT_THAT(app::openGpuTelemetry(HEARTH_FAKE_NVML)->absence(), HasSubstr("CUDA_VISIBLE_DEVICES"));
}

TEST(GpuTelemetry, ARealDriverTellsOfItsMemory) {
  const auto telemetry = app::openGpuTelemetry();
  if (!telemetry->absence().empty()) GTEST_SKIP() << telemetry->absence();
  for (const app::GpuSample& sample : telemetry->sample()) {
    EXPECT_NE(sample.name, "");
    EXPECT_NE(sample.driver, "");
    EXPECT_GT(sample.memoryTotal, 0u);
    EXPECT_LE(sample.memoryUsed, sample.memoryTotal);
    EXPECT_LE(sample.utilisation.value_or(0), 1);
    const auto told = [](const std::optional<double>& value) { return value ? std::to_string(*value) : "-"; };
    GTEST_LOG_(INFO) << sample.name << ", driver " << sample.driver << ", memory " << sample.memoryUsed << " of "
                     << sample.memoryTotal << ", ours " << sample.memoryOurs.value_or(0) << ", busy "
                     << told(sample.utilisation) << ", degrees " << told(sample.temperature) << " of "
                     << told(sample.slowdownAt) << ", watts " << told(sample.power) << " of " << told(sample.powerLimit)
                     << ", memory MHz " << told(sample.memoryClock) << " of " << told(sample.memoryClockMax)
                     << ", core MHz " << told(sample.coreClock) << " of " << told(sample.coreClockMax);
  }
}

TEST(VisibleGpus, AreNumbersOrBeginningsOfUuids) {
  const std::vector<std::string> uuids = {"GPU-1111-a", "GPU-2222-b", "GPU-2333-c"};
  EXPECT_THAT(app::visibleGpus(nullptr, uuids), ElementsAre(0, 1, 2));
  EXPECT_THAT(app::visibleGpus("2,0", uuids), ElementsAre(2, 0));
  EXPECT_THAT(app::visibleGpus("GPU-22, 0", uuids), ElementsAre(1, 0));
  EXPECT_THAT(app::visibleGpus("", uuids), IsEmpty());
  EXPECT_THAT(app::visibleGpus("-1", uuids), IsEmpty());
  // Everything after the first that there is not is hidden too.
  EXPECT_THAT(app::visibleGpus("0,7,1", uuids), ElementsAre(0));
  EXPECT_THAT(app::visibleGpus("nonsense", uuids), IsEmpty());
}

}  // namespace
