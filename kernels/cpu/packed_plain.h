// The reference: rows as the file has them, products by plain loops over float32 activations.
#pragma once

#include <vector>

#include "kernels/cpu/packed_matrix.h"

namespace kernels::cpu {

/// Slow and simple, for every format; the fast layouts are tested against it. Both precisions compute the same.
class PlainMatrix : public PackedMatrix {
 public:
  PlainMatrix(WeightFormat format, uint64_t rows, uint64_t cols);

  Status writeRows(uint64_t firstRow, std::span<const std::byte> data) override;
  void readRow(uint64_t row, float* out) const override;
  uint64_t preparedBytes(Precision precision) const override;
  uint32_t preparedKey(Precision precision) const override;
  void prepare(Precision precision, const float* x, uint64_t xStride, uint32_t firstToken, uint32_t nTokens,
               std::byte* prepared) const override;
  uint32_t rowGroup() const override { return 1; }
  void multiply(Precision precision, const std::byte* prepared, uint32_t nTokens, uint64_t rowBegin, uint64_t rowEnd,
                float* out, uint64_t outStride) const override;

 private:
  uint64_t m_rowBytes;
  std::vector<std::byte> m_data;
};

}  // namespace kernels::cpu
