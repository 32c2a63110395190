#include "kernels/cpu/packed_matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "kernels/cpu/packed_memory.h"

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

TEST(PackedArena, HandsOutZeroedPiecesThatDoNotMeet) {
  PackedArena arena;
  // One byte, an odd number, one that needs a mapping of its own, and one after that.
  const uint64_t sizes[] = {1, 9793, uint64_t{65} << 20, 4096};
  std::byte* pieces[4];
  for (int i = 0; i < 4; ++i) {
    pieces[i] = arena.take(sizes[i]);
    ASSERT_NE(pieces[i], nullptr);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pieces[i]) % 64, 0u);
    const uint64_t looked = std::min<uint64_t>(sizes[i], 1 << 16);
    EXPECT_TRUE(std::all_of(pieces[i], pieces[i] + looked, [](std::byte b) { return b == std::byte{0}; }));
    std::fill_n(pieces[i], looked, std::byte{static_cast<unsigned char>(i + 1)});
  }
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(pieces[i][0], std::byte{static_cast<unsigned char>(i + 1)});
    EXPECT_EQ(pieces[i][std::min<uint64_t>(sizes[i], 1 << 16) - 1], std::byte{static_cast<unsigned char>(i + 1)});
  }
}

TEST(PackedArena, SaysWhenThereIsNoSuchMemory) {
  PackedArena arena;
  EXPECT_EQ(arena.take(uint64_t{1} << 60), nullptr);
  EXPECT_EQ(arena.take(~uint64_t{0}), nullptr);
  EXPECT_NE(arena.take(64), nullptr);
}

}  // namespace kernels::cpu
