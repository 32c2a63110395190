#include "kernels/dtype.h"

#include <gtest/gtest.h>

namespace kernels {

TEST(Dtype, EveryFormatIsFoundByItsGgmlType) {
  for (int i = 0; i < kWeightFormatCount; ++i) {
    const auto format = static_cast<WeightFormat>(i);
    EXPECT_EQ(weightFormatFromGgml(weightFormatInfo(format).ggmlType), format);
  }
  EXPECT_FALSE(weightFormatFromGgml(10).has_value());  // Q2_K: no kernels
}

TEST(Dtype, RowBytesCountWholeBlocks) {
  EXPECT_EQ(weightRowBytes(WeightFormat::Q4_1, 576), 18u * 20u);
  EXPECT_EQ(weightRowBytes(WeightFormat::Q6_K, 512), 2u * 210u);
  EXPECT_EQ(weightRowBytes(WeightFormat::BF16, 3), 6u);
}

}  // namespace kernels
