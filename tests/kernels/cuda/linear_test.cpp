// Every way of doing a linear op beside sums in double: fresh random inputs, poisoned outputs, odd sizes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "kernels/cuda/gemm_lt.h"
#include "tests/kernels/cuda/linear_bed.h"

namespace kernels::cuda {
namespace {

constexpr uint32_t kWideCounts[] = {1, 2, 7, 8, 9, 16, 17, 32, 33, 64, 65, 128, 129, 256, 257, 300, 700, 2048};
/// Rows that are done alone, too, with the bits that they have among others.
constexpr uint32_t kAlone[] = {1, 7, 8, 63, 64, 130, 255, 256, 511, 2047};
constexpr uint32_t kLibraryCounts[] = {1, 9, 32, 65, 300};
constexpr uint32_t kMostRows = 2048, kMostLibraryRows = 300;

bool hasGpu() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}

/// `extra` is what may be lost besides, of the magnitudes that were added up.
void expectClose(const LinearBed& bed, const std::vector<float>& out, uint32_t nRows, DType type, DType outType,
                 double extra, const std::string& what) {
  const double outError = outType == DType::F32 ? 1e-6 : type == DType::F16 ? 6e-4 : 5e-3;
  const uint32_t rowStep = nRows > 20 ? 1 + nRows / 7 : 1;
  uint32_t wrong = 0;
  for (uint32_t row = 0; row < nRows; row = row + 1 == nRows ? nRows : std::min(nRows - 1, row + rowStep)) {
    for (uint32_t col = row % 3; col<bed.outCols(); col += nRows> 20 ? 3 : 1) {
      double magnitude = 0.0;
      const double expected = bed.reference(row, col, &magnitude);
      const double got = static_cast<double>(out[uint64_t{row} * bed.outCols() + col]);
      const double allowed = outError * std::abs(expected) + (3e-6 + extra) * magnitude + 1e-6;
      if (!(std::abs(got - expected) <= allowed) && ++wrong <= 3)
        ADD_FAILURE() << what << ": row " << row << " column " << col << " is " << got << ", not " << expected;
    }
  }
  EXPECT_EQ(wrong, 0u) << what;
}

class LinearTest : public testing::TestWithParam<DType> {};

TEST_P(LinearTest, WideSumsAreRightAndTheSameForAnyRows) {
  if (!hasGpu()) GTEST_SKIP() << "no NVIDIA GPU";
  uint32_t seed = 1;
  for (const LinearCase& c : linearTestCases()) {
    LinearBed bed(c, GetParam(), kMostRows, 0, seed++);
    ASSERT_TRUE(bed.ready());
    if (!linearWideSupports(bed.args(1), bed.major())) GTEST_SKIP() << "no GPU of compute capability 9.0";
    std::vector<float> before;
    for (const uint32_t nRows : kWideCounts) {
      const std::string what = fmt::format("{}, {} rows", c.name, nRows);
      bed.poison();
      // Twice: the second finds what the first has left behind.
      for (int run = 0; run < 2; ++run)
        ASSERT_EQ(launchLinearWide(bed.args(nRows), bed.space(), bed.nMultiprocessors(), bed.stream()), cudaSuccess)
            << what;
      ASSERT_EQ(cudaStreamSynchronize(bed.stream()), cudaSuccess) << what;
      const std::vector<float> out = bed.output(nRows + 1);
      expectClose(bed, out, nRows, GetParam(), bed.args(1).outType, 0.0, what);
      for (uint32_t col = 0; col < bed.outCols(); ++col)
        ASSERT_TRUE(std::isnan(out[uint64_t{nRows} * bed.outCols() + col])) << what << ": wrote past its rows";
      EXPECT_EQ(std::memcmp(before.data(), out.data(), before.size() * sizeof(float)), 0)
          << what << ": other bits than with fewer";
      before.assign(out.begin(), out.end() - bed.outCols());
    }
    for (const uint32_t row : kAlone) {
      bed.poison();
      ASSERT_EQ(launchLinearWide(bed.argsOfRow(row), bed.space(), bed.nMultiprocessors(), bed.stream()), cudaSuccess);
      ASSERT_EQ(cudaStreamSynchronize(bed.stream()), cudaSuccess);
      const std::vector<float> out = bed.output(1);
      EXPECT_EQ(std::memcmp(out.data(), before.data() + uint64_t{row} * bed.outCols(), out.size() * sizeof(float)), 0)
          << c.name << ": row " << row << " alone has other bits";
    }
  }
}

TEST_P(LinearTest, LibraryAndStreamAreRight) {
  if (!hasGpu()) GTEST_SKIP() << "no NVIDIA GPU";
  GemmLt gemm;
  ASSERT_TRUE(gemm.open().ok());
  uint32_t seed = 100;
  for (const LinearCase& c : linearTestCases()) {
    LinearBed bed(c, GetParam(), kMostLibraryRows, 0, seed++);
    ASSERT_TRUE(bed.ready());
    for (const uint32_t nRows : kLibraryCounts) {
      const std::string what = fmt::format("{}, {} rows", c.name, nRows);
      bed.poison();
      const Status status = gemm.run(bed.args(nRows), bed.stream());
      ASSERT_TRUE(status.ok()) << what << ": " << status.message();
      const DType outType = bed.args(1).outType;
      // A gate is done on rounded products.
      const double extra = c.epilogue == Epilogue::None ? 0.0 : GetParam() == DType::F16 ? 2e-4 : 1e-3;
      expectClose(bed, bed.output(nRows), nRows, GetParam(), outType, extra, "library, " + what);
      if (!linearStreamSupports(bed.args(nRows), bed.major())) continue;
      bed.poison();
      ASSERT_EQ(launchLinearStream(bed.args(nRows), bed.stream()), cudaSuccess) << what;
      expectClose(bed, bed.output(nRows), nRows, GetParam(), outType, 0.0, "stream, " + what);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Types, LinearTest, testing::Values(DType::BF16, DType::F16),
                         [](const auto& each) { return each.param == DType::F16 ? "float16" : "bfloat16"; });

}  // namespace
}  // namespace kernels::cuda
