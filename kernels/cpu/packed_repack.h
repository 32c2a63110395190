// Rows of the file's quantized layouts into the packed one and back to floats.
#pragma once

#include <cstddef>

#include "kernels/dtype.h"

namespace kernels::cpu {

/// Writes one stored row as row `r` (0..15) of a packed group.
void packQuantRow(WeightFormat format, const std::byte* stored, size_t cols, size_t r, std::byte* group);

/// Row `r` of a packed group as floats, the same to the bit as dequantize() of what was stored.
void unpackQuantRow(WeightFormat format, const std::byte* group, size_t cols, size_t r, float* out);

}  // namespace kernels::cpu
