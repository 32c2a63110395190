// Plain float weights in groups of 32 rows, column by column (packed_layout.h).
#pragma once

#include "kernels/cpu/packed_matrix.h"
#include "kernels/cpu/packed_memory.h"

namespace kernels::cpu {

/// Float32 activations, except BF16 weights under Precision::Fast on machines with BF16 dot products: there activations
/// are rounded to BF16 too.
class FloatMatrix : public PackedMatrix {
 public:
  FloatMatrix(WeightFormat format, uint64_t rows, uint64_t cols) : PackedMatrix(format, rows, cols) {}
  /// Must succeed before anything else is called.
  bool allocate(PackedArena* arena);

  Status writeRows(uint64_t firstRow, std::span<const std::byte> data) override;
  void readRow(uint64_t row, float* out) const override;
  uint64_t preparedBytes(Precision precision) const override;
  uint32_t preparedKey(Precision precision) const override;
  void prepare(Precision precision, const float* x, uint64_t xStride, uint32_t firstToken, uint32_t nTokens,
               std::byte* prepared) const override;
  uint32_t rowGroup() const override;
  void multiply(Precision precision, const std::byte* prepared, uint32_t nTokens, uint64_t rowBegin, uint64_t rowEnd,
                float* out, uint64_t outStride) const override;

 private:
  bool usesPairs(Precision precision) const;
  size_t elementAt(uint64_t row, uint64_t col) const;

  PackedMemory m_memory;
};

}  // namespace kernels::cpu
