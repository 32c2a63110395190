// Stored weights to float32: the plain statement of what each format means. Fast kernels are tested against it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/dtype.h"

namespace kernels {

/// Turns `n` stored elements at `stored` (any alignment, from the start of a block) into floats. `n` must be a multiple
/// of the format's block.
void dequantize(WeightFormat format, const std::byte* stored, size_t n, float* out);

}  // namespace kernels
