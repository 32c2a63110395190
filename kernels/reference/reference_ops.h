// The maths of every op, written once, plainly and in double: what the fast kernels are tested against.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/program.h"

namespace kernels::reference {

using Row = std::vector<double>;

/// w * x / sqrt(mean(x^2) + eps), with 1 + w for w when addOne.
Row rmsNorm(const Row& x, std::span<const float> weight, const NormSpec& spec);

/// W x + b; weight is row-major [rows, x.size()], bias may be empty.
Row matrixVector(std::span<const float> weight, std::span<const float> bias, const Row& x);

/// silu(gate) * up or gelu_tanh(gate) * up.
Row gated(Epilogue epilogue, const Row& gate, const Row& up);

/// Rotates the leading rotaryDims of a head at `position`.
void rotate(const RopeSpec& spec, std::span<const float> invFreq, uint32_t position, double* head);

/// What one query row sees.
struct AttentionRow {
  const double* query = nullptr;  ///< [headDim]
  uint32_t position = 0;
  double slope = 0.0;  ///< alibi, 0 = none
  /// [position + 1] keys and values, each [headDim].
  std::vector<const double*> keys, values;
};
/// softmax(scale q k^T, capped, with alibi, causal and windowed) v: all scores at once.
Row attend(const AttentionOp& op, const AttentionRow& row);

}  // namespace kernels::reference
