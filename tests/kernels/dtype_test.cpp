#include "kernels/dtype.h"

#include <gtest/gtest.h>

namespace kernels {

TEST(Dtype, RowBytesCountWholeBlocks) {
  EXPECT_EQ(weightRowBytes(WeightFormat::Q4_1, 576), 18u * 20u);
  EXPECT_EQ(weightRowBytes(WeightFormat::Q6_K, 512), 2u * 210u);
  EXPECT_EQ(weightRowBytes(WeightFormat::BF16, 3), 6u);
}

}  // namespace kernels
