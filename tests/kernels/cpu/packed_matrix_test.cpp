#include "kernels/cpu/packed_matrix.h"

#include <gtest/gtest.h>

namespace kernels::cpu {

namespace {

Status create(WeightFormat format, uint64_t rows, uint64_t cols) {
  std::unique_ptr<PackedMatrix> matrix;
  return PackedMatrix::create(format, rows, cols, &matrix);
}

}  // namespace

TEST(PackedMatrix, RefusesShapesWithNumbers) {
  const Status partial = create(WeightFormat::Q4_K, 3, 288);
  EXPECT_EQ(partial.code(), StatusCode::InvalidArgument);
  EXPECT_NE(partial.message().find("Q4_K [3, 288]"), std::string::npos) << partial.message();
  EXPECT_NE(partial.message().find("32 are left over"), std::string::npos) << partial.message();
  EXPECT_EQ(create(WeightFormat::F32, 0, 4).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(create(WeightFormat::F32, 4, 0).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(create(WeightFormat::F32, 1u << 30, 1u << 30).code(), StatusCode::InvalidArgument);
  EXPECT_EQ(create(WeightFormat::F32, uint64_t{1} << 60, 8).code(), StatusCode::InvalidArgument);
}

TEST(PackedMatrix, RefusesRowsThatDoNotFit) {
  std::unique_ptr<PackedMatrix> matrix;
  ASSERT_TRUE(PackedMatrix::create(WeightFormat::Q8_0, 5, 64, &matrix).ok());
  const std::vector<std::byte> data(3 * 68);
  EXPECT_TRUE(matrix->writeRows(2, data).ok());
  EXPECT_TRUE(matrix->writeRows(5, {}).ok());
  const Status tooMany = matrix->writeRows(3, data);
  EXPECT_EQ(tooMany.code(), StatusCode::InvalidArgument);
  EXPECT_NE(tooMany.message().find("3 rows from row 3"), std::string::npos) << tooMany.message();
  EXPECT_FALSE(matrix->writeRows(uint64_t(-1), data).ok());
  EXPECT_FALSE(matrix->writeRows(0, std::span(data).first(67)).ok());
}

}  // namespace kernels::cpu
