// Products in one order: right, and with the same bits for a row whatever the number of rows beside it.
#include <cuda_runtime_api.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/ops/ops.h"
#include "kernels/half.h"

namespace kernels::cuda {
namespace {

struct Case {
  uint32_t nIn = 0, nOut = 0;  ///< nOut of each part
  uint32_t nParts = 1;
  Epilogue epilogue = Epilogue::None;
  bool bias = false, residual = false;
  DType type = DType::BF16, outType = DType::BF16;
};

uint16_t bitsOf(float v, DType type) {
  return type == DType::F16 ? floatToHalf(v) : floatToBfloat(v);
}
float valueOf(uint16_t bits, DType type) {
  return type == DType::F16 ? halfToFloat(bits) : bfloatToFloat(bits);
}

class LinearBed {
 public:
  static constexpr uint32_t kMostRows = 300;

  explicit LinearBed(const Case& wanted) : m_case(wanted), m_random(wanted.nIn + wanted.nOut) {
    const uint32_t products = wanted.nOut * wanted.nParts;
    m_outCols = wanted.epilogue == Epilogue::None ? products : wanted.nOut;
    m_weights = halves(uint64_t{products} * wanted.nIn, 1.0f / std::sqrt(static_cast<float>(wanted.nIn)));
    m_in = halves(uint64_t{kMostRows} * wanted.nIn, 1.0f);
    m_bias = floats(products);
    m_residual = floats(uint64_t{kMostRows} * m_outCols);
    put(m_weights, &m_deviceWeights);
    put(m_in, &m_deviceIn);
    put(m_bias, &m_deviceBias);
    put(m_residual, &m_deviceResidual);
    EXPECT_TRUE(m_deviceOut.allocate(outBytes(kMostRows), "results").ok());
  }

  /// Result rows, as stored, of rows [first, first + nRows) of the inputs.
  std::vector<std::byte> run(uint32_t first, uint32_t nRows) {
    LinearArgs args;
    args.in = m_deviceIn.as<const uint16_t>() + uint64_t{first} * m_case.nIn;
    args.type = m_case.type;
    args.nRows = nRows;
    args.nIn = m_case.nIn;
    args.nParts = m_case.nParts;
    for (uint32_t p = 0; p < m_case.nParts; ++p) {
      args.parts[p] = {m_deviceWeights.as<const uint16_t>() + uint64_t{p} * m_case.nOut * m_case.nIn,
                       m_case.bias ? m_deviceBias.as<const float>() + uint64_t{p} * m_case.nOut : nullptr, m_case.nOut};
    }
    args.epilogue = m_case.epilogue;
    args.residual = m_case.residual ? m_deviceResidual.as<const float>() + uint64_t{first} * m_outCols : nullptr;
    args.residualScale = 0.7f;
    args.out = m_deviceOut.as();
    args.outType = m_case.outType;
    EXPECT_TRUE(linearOrderedSupports(args, 9));
    std::vector<std::byte> out(outBytes(nRows));
    EXPECT_EQ(cudaMemset(m_deviceOut.as(), 0xff, outBytes(kMostRows)), cudaSuccess);
    EXPECT_EQ(launchLinearOrdered(args, nullptr), cudaSuccess);
    EXPECT_EQ(cudaMemcpy(out.data(), m_deviceOut.as(), out.size(), cudaMemcpyDeviceToHost), cudaSuccess);
    return out;
  }

  /// Largest error of some results, relative to what rounding may do to them.
  double worstError(const std::vector<std::byte>& out, uint32_t nRows) const {
    double worst = 0;
    for (uint32_t i = 0; i < 400; ++i) {
      const uint32_t row = i * 7 % nRows, col = i < m_outCols ? m_outCols - 1 - i : i * 131 % m_outCols;
      double want = product(row, col);
      if (m_case.epilogue == Epilogue::SwiGlu) want = want / (1 + std::exp(-want)) * product(row, m_outCols + col);
      const uint64_t at = uint64_t{row} * m_outCols + col;
      if (m_case.residual) want = m_residual[at] + 0.7f * want;
      float got = 0;
      if (m_case.outType == DType::F32) {
        std::memcpy(&got, out.data() + at * 4, 4);
      } else {
        uint16_t bits = 0;
        std::memcpy(&bits, out.data() + at * 2, 2);
        got = valueOf(bits, m_case.outType);
      }
      const double unit = m_case.outType == DType::F32 ? 2e-5 : m_case.outType == DType::F16 ? 6e-4 : 5e-3;
      const double error = std::abs(got - want) / (unit * (1 + std::abs(want)));
      if (!(error <= worst)) worst = error;
    }
    return worst;
  }

  uint64_t rowBytes() const { return uint64_t{m_outCols} * dtypeBytes(m_case.outType); }

 private:
  uint64_t outBytes(uint32_t nRows) const { return nRows * rowBytes(); }

  std::vector<float> floats(uint64_t count) {
    std::vector<float> out(count);
    std::uniform_real_distribution<float> spread(-1, 1);
    for (float& v : out) v = spread(m_random);
    return out;
  }
  std::vector<uint16_t> halves(uint64_t count, float scale) {
    std::vector<uint16_t> out(count);
    std::uniform_real_distribution<float> spread(-scale, scale);
    for (uint16_t& v : out) v = bitsOf(spread(m_random), m_case.type);
    return out;
  }
  template <class T>
  static void put(const std::vector<T>& values, DeviceBuffer* to) {
    EXPECT_TRUE(to->allocate(values.size() * sizeof(T), "inputs").ok());
    EXPECT_EQ(cudaMemcpy(to->as(), values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice), cudaSuccess);
  }

  double product(uint32_t row, uint32_t col) const {
    double sum = m_case.bias ? m_bias[col] : 0.0;
    for (uint32_t k = 0; k < m_case.nIn; ++k) {
      sum += double{valueOf(m_in[uint64_t{row} * m_case.nIn + k], m_case.type)} *
             valueOf(m_weights[uint64_t{col} * m_case.nIn + k], m_case.type);
    }
    return sum;
  }

  const Case m_case;
  std::mt19937 m_random;
  uint32_t m_outCols = 0;
  std::vector<uint16_t> m_weights, m_in;
  std::vector<float> m_bias, m_residual;
  DeviceBuffer m_deviceWeights, m_deviceIn, m_deviceBias, m_deviceResidual, m_deviceOut;
};

TEST(LinearOrdered, ARowsBitsDoNotDependOnTheRowsBesideIt) {
  int count = 0;
  if (cudaGetDeviceCount(&count) != cudaSuccess || count == 0) GTEST_SKIP() << "no NVIDIA GPU";
  const Case cases[] = {
      {.nIn = 512, .nOut = 384, .nParts = 3, .bias = true},
      {.nIn = 2048, .nOut = 96, .residual = true, .outType = DType::F32},
      {.nIn = 264, .nOut = 203, .outType = DType::F32},
      {.nIn = 1000, .nOut = 155, .nParts = 2, .epilogue = Epilogue::SwiGlu, .bias = true},
      {.nIn = 8, .nOut = 17, .residual = true, .outType = DType::F32},
      {.nIn = 1056, .nOut = 608, .nParts = 2, .epilogue = Epilogue::SwiGlu, .type = DType::F16, .outType = DType::F16},
      {.nIn = 4096, .nOut = 130, .type = DType::F16, .outType = DType::F32},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(std::to_string(each.nIn) + " to " + std::to_string(each.nOut));
    LinearBed bed(each);
    const std::vector<std::byte> all = bed.run(0, LinearBed::kMostRows);
    EXPECT_LE(bed.worstError(all, LinearBed::kMostRows), 1.0);
    for (const uint32_t n : {1u, 2u, 8u, 9u, 16u, 17u, 32u, 33u, 64u, 65u, 200u, 256u, 257u}) {
      // Elsewhere in the batch, too.
      const uint32_t first = n % 3 == 0 ? 0 : LinearBed::kMostRows - n;
      const std::vector<std::byte> some = bed.run(first, n);
      EXPECT_EQ(std::memcmp(some.data(), all.data() + first * bed.rowBytes(), some.size()), 0) << n << " rows";
    }
  }
}

}  // namespace
}  // namespace kernels::cuda
