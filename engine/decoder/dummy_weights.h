// Made-up weights for measuring speed without a model's files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/backend.h"

namespace engine {

/// Fills stored rows from `firstRow` on with the numbers of kernels/made_up.h: the same ones for the same seed, however
/// the rows are cut. Vectors are ones (norms) or zeros (biases).
void fillDummy(const kernels::WeightDesc& desc, uint64_t seed, uint64_t firstRow, std::span<std::byte> out);

}  // namespace engine
