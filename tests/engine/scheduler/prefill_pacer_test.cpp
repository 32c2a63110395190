#include "engine/scheduler/prefill_pacer.h"

#include <gtest/gtest.h>

#include "engine/scheduler/rate_meter.h"

namespace engine {
namespace {

TEST(PrefillPacer, B53KeepsStepsShortWhileOthersDecode) {
  PrefillPacer pacer;
  EXPECT_EQ(pacer.budget(false), PrefillPacer::kFirst);
  pacer.note(128, 0.128);  // 1000 tokens a second
  EXPECT_EQ(pacer.budget(true), 192u);
  EXPECT_EQ(pacer.budget(false), 992u);
}

TEST(PrefillPacer, ASlowDeviceStillGetsOn) {
  PrefillPacer pacer;
  pacer.note(128, 60);
  EXPECT_EQ(pacer.budget(true), PrefillPacer::kLeast);
  pacer.note(8, 100);  // too few to tell
  pacer.note(64, 0);
  EXPECT_EQ(pacer.budget(true), PrefillPacer::kLeast);
}

TEST(RateMeter, CountsTheLastSeconds) {
  RateMeter meter;
  EXPECT_EQ(meter.rate(100), 0);
  for (int i = 0; i < 100; ++i) meter.add(100 + i * 0.01, 5);
  EXPECT_NEAR(meter.rate(101), 500, 10);
  EXPECT_GT(meter.rate(102), 200);
  EXPECT_EQ(meter.rate(110), 0);
  meter.add(110, 3);
  EXPECT_NEAR(meter.rate(110.5), 6, 1);
}

}  // namespace
}  // namespace engine
