// Linear ops with random inputs on the device: one table of shapes for the test and the benchmark.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <vector>

#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/ops/linear_wide.h"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

struct LinearCase {
  const char* name;
  uint32_t nIn;
  std::vector<uint32_t> parts;  ///< columns of the output of each product
  Epilogue epilogue = Epilogue::None;
  bool bias = false, residual = false;
  DType outType = DType::BF16;  ///< F32, or any other for that of the products
  bool lastFirst = false;       ///< the last part's weights lie before the others'
};

/// Small shapes whose results are checked one by one, and those of models that are timed.
const std::vector<LinearCase>& linearTestCases();
const std::vector<LinearCase>& linearBenchCases();

/// A case on the device, for up to `maxRows` rows.
class LinearBed {
 public:
  /// `minBytes` of weights at least: as many copies as it takes.
  LinearBed(const LinearCase& c, DType type, uint32_t maxRows, uint64_t minBytes, uint32_t seed);
  LinearBed(const LinearBed&) = delete;
  LinearBed& operator=(const LinearBed&) = delete;
  ~LinearBed();

  bool ready() const { return m_ready; }
  uint32_t nCopies() const { return m_nCopies; }
  uint64_t weightBytes() const { return m_weightBytes; }
  uint32_t productCols() const { return m_productCols; }
  uint32_t outCols() const { return m_outCols; }
  /// The op with a copy of the weights; its output is poisoned by poison() alone.
  LinearArgs args(uint32_t nRows, uint32_t copy = 0) const;
  /// One row of it alone; the output is row 0.
  LinearArgs argsOfRow(uint32_t row) const;
  const WideSpace& space() const { return m_space; }
  uint32_t nMultiprocessors() const { return m_nMultiprocessors; }
  int major() const { return m_major; }
  cudaStream_t stream() const { return m_stream; }
  void poison();
  /// The output as float, rows up to maxRows and one more that nobody may write.
  std::vector<float> output(uint32_t nRows) const;
  /// One output by the book, and the sum of the magnitudes that went into its products.
  double reference(uint32_t row, uint32_t col, double* magnitude) const;

 private:
  double product(uint32_t row, uint32_t part, uint32_t col, double* magnitude) const;

  const LinearCase m_case;
  const DType m_type, m_outType;
  const uint32_t m_maxRows;
  bool m_ready = false;
  uint32_t m_nMultiprocessors = 0, m_productCols = 0, m_outCols = 0, m_nCopies = 1;
  int m_major = 0;
  uint64_t m_weightBytes = 0;
  cudaStream_t m_stream = nullptr;
  DeviceBuffer m_weights, m_in, m_bias, m_residual, m_out, m_scratch, m_partials, m_counters;
  std::vector<uint64_t> m_offsets;  ///< bytes of each part's weights in a copy
  std::vector<uint16_t> m_hostWeights, m_hostIn;
  std::vector<float> m_hostBias, m_hostResidual;
  WideSpace m_space;
};

}  // namespace kernels::cuda
