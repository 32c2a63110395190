// Which device the options mean, on machines of all kinds.
#include "engine/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/capabilities.h"

namespace engine {
namespace {

using ::testing::HasSubstr;

kernels::CudaDevice card(int index, int major, int minor) {
  kernels::CudaDevice out;
  out.index = index;
  out.name = "Card " + std::to_string(index);
  out.major = major;
  out.minor = minor;
  return out;
}

const kernels::Status kNoDriver(kernels::StatusCode::Unsupported, "There is no NVIDIA driver on this machine.");

Result<DeviceChoice> choose(const std::string& device, const kernels::Status& found,
                            const std::vector<kernels::CudaDevice>& devices = {}) {
  EngineOptions options;
  options.device = device;
  return chooseAmong(options, found, devices);
}

TEST(ChooseDevice, AutoTakesTheFirstGpuThatIsNewEnough) {
  const auto first = choose("auto", {}, {card(0, 9, 0), card(1, 8, 0)});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->name, "cuda:0");
  EXPECT_THAT(first->reason, HasSubstr("auto: the first GPU"));
  const auto second = choose("auto", {}, {card(0, 6, 1), card(1, 7, 5)});
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->cudaIndex, 1);
  EXPECT_THAT(second->reason, HasSubstr("new enough"));
}

TEST(ChooseDevice, AutoSaysWhyItTakesTheCpu) {
  const auto none = choose("auto", kNoDriver);
  ASSERT_TRUE(none.ok());
  EXPECT_FALSE(none->isCuda());
  EXPECT_EQ(none->reason, "auto: There is no NVIDIA driver on this machine.");
  const auto old = choose("auto", {}, {card(0, 6, 1)});
  ASSERT_TRUE(old.ok());
  EXPECT_EQ(old->name, "cpu");
  EXPECT_THAT(old->reason, HasSubstr("Card 0 has compute capability 6.1, 7.5 or newer is needed"));
}

TEST(ChooseDevice, AGpuThatIsAskedForIsHadOrAnError) {
  const auto second = choose("cuda:1", {}, {card(0, 9, 0), card(1, 9, 0)});
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second->cudaIndex, 1);
  const auto noDriver = choose("cuda", kNoDriver);
  ASSERT_FALSE(noDriver.ok());
  EXPECT_EQ(noDriver.error().code, ErrorCode::Unsupported);
  EXPECT_THAT(noDriver.error().message, HasSubstr("no NVIDIA driver"));
  const auto tooMany = choose("cuda:2", {}, {card(0, 9, 0)});
  ASSERT_FALSE(tooMany.ok());
  EXPECT_EQ(tooMany.error().code, ErrorCode::InvalidArgument);
  EXPECT_THAT(tooMany.error().message, HasSubstr("one GPU, cuda:0"));
}

TEST(ChooseDevice, TheCpuIsTakenWithoutAskingAnyDriver) {
  const auto choice = choose("cpu", {}, {card(0, 9, 0)});
  ASSERT_TRUE(choice.ok());
  EXPECT_FALSE(choice->isCuda());
  EXPECT_THAT(choice->reason, HasSubstr("--device cpu"));
}

TEST(ChooseDevice, OtherNamesAreRefused) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:-1", "cuda:x", "cuda:1x", "CUDA"}) {
    const auto choice = choose(name, {}, {card(0, 9, 0)});
    ASSERT_FALSE(choice.ok()) << name;
    EXPECT_EQ(choice.error().context, "device");
  }
}

TEST(GpuAbilities, AreThoseOfTheCard) {
  const auto of = [](int major, int minor, const std::string& name) {
    for (const GpuAbility& ability : gpuAbilities(card(0, major, minor))) {
      EXPECT_FALSE(ability.note.empty());
      if (ability.name == name) return ability.available;
    }
    return false;
  };
  EXPECT_TRUE(of(9, 0, "engine") && of(9, 0, "bfloat16") && of(9, 0, "asynchronous tiles"));
  EXPECT_TRUE(of(8, 6, "tensor core kernels") && !of(8, 6, "asynchronous tiles"));
  EXPECT_TRUE(of(7, 5, "engine") && !of(7, 5, "bfloat16"));
  EXPECT_FALSE(of(6, 1, "engine"));
  EXPECT_EQ(gpuAbilities(card(0, 6, 1)).size(), 1u);
}

}  // namespace
}  // namespace engine
