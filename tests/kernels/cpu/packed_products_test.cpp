// Products with packed weights against the plain reference in double, for every format, precision, target and a grid of
// shapes; and that results do not depend, to the bit, on the number of tokens, the split of rows or the alignment.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "hwy/targets.h"
#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/packed_matrix.h"
#include "kernels/dequantize.h"
#include "kernels/half.h"
#include "tests/kernels/cpu/stored_weights.h"

namespace kernels::cpu {

namespace {

struct Case {
  WeightFormat format;
  int64_t target;  ///< the best that may be used
};

// Every target of the sources that this machine has.
std::vector<int64_t> machineTargets() {
  hwy::SetSupportedTargetsForTest(0);
  std::vector<int64_t> targets;
  for (const int64_t target : {HWY_AVX3_DL, HWY_AVX3, HWY_AVX2, HWY_SCALAR}) {
    if (target == HWY_SCALAR || (hwy::SupportedTargets() & target) != 0) targets.push_back(target);
  }
  return targets;
}

std::vector<Case> allCases() {
  std::vector<Case> cases;
  for (const int64_t target : machineTargets()) {
    for (int i = 0; i < kWeightFormatCount; ++i) cases.push_back({static_cast<WeightFormat>(i), target});
  }
  return cases;
}

std::string nameOf(const testing::TestParamInfo<Case>& info) {
  std::string target = hwy::TargetName(info.param.target);
  std::erase_if(target, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; });
  return std::string(weightFormatInfo(info.param.format).name) + "_" + target;
}

// Matrix, its weights as floats, and activations.
struct Problem {
  std::unique_ptr<PackedMatrix> matrix;
  uint64_t rows, cols, xStride;
  std::vector<float> weights;  // [rows, cols]
  std::vector<float> x;        // [tokens, xStride]
};

Problem makeProblem(WeightFormat format, uint64_t rows, uint64_t cols, uint32_t nTokens, uint32_t seed) {
  Problem p{nullptr, rows, cols, cols + 3, std::vector<float>(rows * cols), {}};
  std::mt19937 random(seed);
  // One byte in front: stored rows need no alignment.
  const size_t rowBytes = weightRowBytes(format, cols);
  std::vector<std::byte> stored(1 + rows * rowBytes);
  fillStored(format, random, std::span(stored).subspan(1));
  for (uint64_t r = 0; r < rows; ++r) {
    dequantize(format, stored.data() + 1 + r * rowBytes, cols, p.weights.data() + r * cols);
  }
  EXPECT_TRUE(PackedMatrix::create(format, rows, cols, &p.matrix).ok());
  // In two pieces, the later one first.
  const uint64_t half = rows / 2;
  const auto all = std::span<const std::byte>(stored).subspan(1);
  EXPECT_TRUE(p.matrix->writeRows(half, all.subspan(half * rowBytes)).ok());
  EXPECT_TRUE(p.matrix->writeRows(0, all.first(half * rowBytes)).ok());
  std::normal_distribution<float> normal;
  p.x.resize(nTokens * p.xStride);
  for (float& value : p.x) value = normal(random);
  return p;
}

struct AlignedBytes {
  explicit AlignedBytes(size_t n) : storage(n + 64) {}
  std::byte* data() { return storage.data() + (64 - reinterpret_cast<uintptr_t>(storage.data()) % 64) % 64; }
  std::vector<std::byte> storage;
};

std::vector<float> multiply(const Problem& p, Precision precision, uint32_t firstToken, uint32_t nTokens,
                            uint64_t rowBegin, uint64_t rowEnd) {
  AlignedBytes prepared(nTokens * p.matrix->preparedBytes(precision));
  const float* x = p.x.data() + firstToken * p.xStride;
  p.matrix->prepare(precision, x, p.xStride, nTokens / 2, nTokens - nTokens / 2, prepared.data());
  p.matrix->prepare(precision, x, p.xStride, 0, nTokens / 2, prepared.data());
  const uint64_t stride = p.rows + 1;
  std::vector<float> out(nTokens * stride, -77.0f);
  p.matrix->multiply(precision, prepared.data(), nTokens, rowBegin, rowEnd, out.data(), stride);
  return out;
}

bool isQuantizedFormat(WeightFormat format) {
  return weightFormatInfo(format).blockElements > 1;
}

// Stated bounds, for the sum over k of w x:
// - float32 activations: cols + 4 roundings of 2^-24 of sum |w x|;
// - int8 activations: besides, half a step of x in each block, max |x| / 254, times sum |w| there; float32 sums of
//   block totals whose parts (scale * q and minimum) are at most 16 times the largest weight of the block;
// - BF16 activations: besides, 2^-8 of each x.
double bound(const Problem& p, Precision precision, const float* w, const float* x) {
  const bool fast = precision == Precision::Fast;
  const WeightFormat format = p.matrix->format();
  double total = 0;
  for (uint64_t k0 = 0; k0 < p.cols; k0 += 32) {
    double largestX = 0, largestW = 0, sumW = 0, sumX = 0, sumWX = 0;
    const uint64_t k1 = std::min(k0 + 32, p.cols);
    for (uint64_t k = k0; k < k1; ++k) {
      const double aw = std::fabs(w[k]), ax = std::fabs(x[k]);
      largestX = std::max(largestX, ax);
      largestW = std::max(largestW, aw);
      sumW += aw;
      sumX += ax;
      sumWX += aw * ax;
    }
    total += static_cast<double>(p.cols + 4) * 0x1p-24 * sumWX;
    if (fast && isQuantizedFormat(format)) {
      total += largestX / 253.9 * sumW + static_cast<double>(p.cols / 32 + 8) * 0x1p-23 * 16 * largestW * sumX;
    }
    if (fast && format == WeightFormat::BF16) total += 0x1p-8 * sumWX * 1.01;
  }
  return total * 1.0001 + 1e-30;
}

void expectClose(const Problem& p, Precision precision, uint32_t nTokens) {
  const std::vector<float> out = multiply(p, precision, 0, nTokens, 0, p.rows);
  for (uint32_t t = 0; t < nTokens; ++t) {
    const float* x = p.x.data() + t * p.xStride;
    for (uint64_t r = 0; r < p.rows; ++r) {
      const float* w = p.weights.data() + r * p.cols;
      double expected = 0;
      for (uint64_t k = 0; k < p.cols; ++k) expected += static_cast<double>(w[k]) * x[k];
      ASSERT_NEAR(out[t * (p.rows + 1) + r], expected, bound(p, precision, w, x))
          << "[" << p.rows << ", " << p.cols << "] row " << r << " token " << t << " of " << nTokens;
    }
    ASSERT_EQ(out[t * (p.rows + 1) + p.rows], -77.0f) << "written beyond the rows";
  }
}

class PackedProducts : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    hwy::SetSupportedTargetsForTest(0);
    // The wanted target and all lesser ones: lower bits are better instructions.
    const int64_t better = GetParam().target - 1;
    hwy::SetSupportedTargetsForTest((hwy::SupportedTargets() & ~better) | HWY_SCALAR);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  void TearDown() override {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
};

}  // namespace

TEST_P(PackedProducts, StayWithinTheBoundOnAGridOfShapes) {
  const WeightFormat format = GetParam().format;
  const uint64_t block = weightFormatInfo(format).blockElements;
  std::vector<uint64_t> cols{32, 96, 576, 2048};
  if (block == 1) cols = {1, 31, 33, 96, 576, 1025};
  if (block == 256) cols = {256, 768, 2048};
  uint32_t seed = 1;
  for (const uint64_t nCols : cols) {
    for (const uint64_t rows : {1, 7, 16, 49}) {
      for (const uint32_t nTokens : {1u, 2u, 3u, 7u, 16u, 33u}) {
        const Problem p = makeProblem(format, rows, nCols, nTokens, ++seed);
        expectClose(p, Precision::Fast, nTokens);
        expectClose(p, Precision::Exact, nTokens);
      }
    }
  }
  const Problem many = makeProblem(format, 70, 256, 150, 99);
  expectClose(many, Precision::Fast, 150);
  expectClose(many, Precision::Exact, 150);
  const Problem wide = makeProblem(format, 17, 4096, 5, 100);
  expectClose(wide, Precision::Fast, 5);
  expectClose(wide, Precision::Exact, 5);
}

TEST_P(PackedProducts, AreTheSameToTheBitForAnyBatchAndSplit) {
  const WeightFormat format = GetParam().format;
  for (const uint64_t cols : {256u, 1792u}) {
    const uint64_t rows = 75;
    const uint32_t nTokens = 149;
    const Problem p = makeProblem(format, rows, cols, nTokens, 7);
    for (const Precision precision : {Precision::Fast, Precision::Exact}) {
      const std::vector<float> all = multiply(p, precision, 0, nTokens, 0, rows);
      const auto expectSame = [&](uint32_t firstToken, uint32_t n, uint64_t rowBegin, uint64_t rowEnd) {
        const std::vector<float> part = multiply(p, precision, firstToken, n, rowBegin, rowEnd);
        for (uint32_t t = 0; t < n; ++t) {
          for (uint64_t r = 0; r < rows; ++r) {
            const float got = part[t * (rows + 1) + r];
            const bool inside = r >= rowBegin && r < rowEnd;
            const float expected = inside ? all[(firstToken + t) * (rows + 1) + r] : -77.0f;
            ASSERT_EQ(std::memcmp(&got, &expected, sizeof got), 0)
                << "tokens " << firstToken << " + " << n << ", rows " << rowBegin << " .. " << rowEnd << ", token " << t
                << ", row " << r << ": " << got << " for " << expected;
          }
        }
      };
      for (uint32_t n = 1; n <= 34; ++n) expectSame(n, n, 0, rows);
      expectSame(0, 128, 0, rows);
      expectSame(3, 1, 16, 64);
      expectSame(3, 20, 32, rows);
      expectSame(3, 2, 5, 39);
      expectSame(3, 40, 31, 33);
    }
  }
}

TEST_P(PackedProducts, ReadRowIsTheStoredRow) {
  const WeightFormat format = GetParam().format;
  const Problem p = makeProblem(format, 37, isQuantizedFormat(format) ? 512 : 77, 1, 5);
  std::vector<float> row(p.cols);
  for (uint64_t r = 0; r < p.rows; ++r) {
    p.matrix->readRow(r, row.data());
    for (uint64_t k = 0; k < p.cols; ++k) ASSERT_EQ(row[k], p.weights[r * p.cols + k]) << r << ", " << k;
  }
}

TEST_P(PackedProducts, TakeExtremeActivations) {
  const WeightFormat format = GetParam().format;
  Problem p = makeProblem(format, 20, 256, 6, 11);
  const auto fill = [&](uint32_t t, float value) { std::fill_n(p.x.data() + t * p.xStride, p.cols, value); };
  fill(0, 0.0f);
  fill(1, 1e-40f);
  fill(2, 3e30f);
  fill(3, -5.0f);  // every value quantizes to the largest magnitude
  p.x[4 * p.xStride + 40] = std::numeric_limits<float>::quiet_NaN();
  p.x[5 * p.xStride + 40] = std::numeric_limits<float>::infinity();
  for (const Precision precision : {Precision::Fast, Precision::Exact}) {
    const std::vector<float> out = multiply(p, precision, 0, 6, 0, p.rows);
    for (uint64_t r = 0; r < p.rows; ++r) {
      const auto at = [&](uint32_t t) { return out[t * (p.rows + 1) + r]; };
      EXPECT_EQ(at(0), 0.0f);
      EXPECT_NEAR(at(1), 0.0f, 1e-35f);
      EXPECT_TRUE(std::isfinite(at(2)));
      EXPECT_TRUE(std::isnan(at(4)));
      EXPECT_FALSE(std::isfinite(at(5)));
      const float* w = p.weights.data() + r * p.cols;
      double sum = 0, sumAbs = 0;
      for (uint64_t k = 0; k < p.cols; ++k) {
        sum += w[k];
        sumAbs += std::fabs(w[k]);
      }
      EXPECT_NEAR(at(3), -5.0 * sum, 5.0 * sumAbs * 1e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Grid, PackedProducts, testing::ValuesIn(allCases()), nameOf);

TEST(PackedMatrix, PackedBytesStayCloseToStoredBytes) {
  for (int i = 0; i < kWeightFormatCount; ++i) {
    const auto format = static_cast<WeightFormat>(i);
    const auto stored = static_cast<double>(1024 * weightRowBytes(format, 2048));
    EXPECT_LE(static_cast<double>(packedBytes(format, 1024, 2048)), stored * 1.03) << weightFormatInfo(format).name;
    EXPECT_GE(static_cast<double>(packedBytes(format, 1024, 2048)), stored) << weightFormatInfo(format).name;
  }
}

}  // namespace kernels::cpu
