// Made-up weights for measuring speed without a model's files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/backend.h"

namespace engine {

/// Fills stored rows of a float format with random values of a size that keeps activations finite: about 1/sqrt(cols),
/// either sign. Vectors are ones (norms) or zeros (biases). The same `seed` gives the same values.
void fillDummy(const kernels::WeightDesc& desc, uint64_t seed, std::span<std::byte> out);

}  // namespace engine
