// What every packed layout checks alike.
#pragma once

#include "kernels/cpu/packed_matrix.h"

namespace kernels::cpu {

/// Shapes that can be packed: no empty side, whole blocks a row, sizes that fit memory's arithmetic.
Status checkShape(WeightFormat format, uint64_t rows, uint64_t cols);

/// `bytes` of stored rows from `firstRow` on: whole rows, inside the matrix.
Status checkRows(const PackedMatrix& matrix, uint64_t firstRow, uint64_t bytes);

}  // namespace kernels::cpu
