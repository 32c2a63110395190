// Random stored weights of any format, with scales of ordinary size.
#pragma once

#include <random>
#include <span>

#include "kernels/dtype.h"

namespace kernels::cpu {

/// Fills whole blocks: random values, finite scales of either sign.
void fillStored(WeightFormat format, std::mt19937& random, std::span<std::byte> stored);

}  // namespace kernels::cpu
