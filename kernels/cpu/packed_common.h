// What the packed layouts have in common: checks, and the forms of activations.
#pragma once

#include "kernels/cpu/packed_matrix.h"

namespace kernels::cpu {

/// Shapes that can be packed: no empty side, whole blocks a row, sizes that fit memory's arithmetic.
Status checkShape(WeightFormat format, uint64_t rows, uint64_t cols);

/// `bytes` of stored rows from `firstRow` on: whole rows, inside the matrix.
Status checkRows(const PackedMatrix& matrix, uint64_t firstRow, uint64_t bytes);

/// Forms that activations are brought into; the value is PackedMatrix::preparedKey.
enum class PreparedForm : uint32_t {
  Float,        ///< float32 rows
  Int8,         ///< ActivationBlock records
  BFloatPairs,  ///< BF16, an even number a row
};

/// PackedMatrix::prepare for rows of `cols`.
void prepareTokens(PreparedForm form, uint64_t cols, const float* x, uint64_t xStride, uint32_t firstToken,
                   uint32_t nTokens, std::byte* prepared);

}  // namespace kernels::cpu
