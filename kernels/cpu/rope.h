// Rotary embedding and the append to the KV cache.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/cpu/kv_cache.h"
#include "kernels/program.h"

namespace kernels::cpu {

/// cosSin[0, n) = magnitude * cos(position * invFreq), cosSin[n, 2n) = magnitude * sin(...), n = rotaryDims / 2. The
/// angle is a float32 product, as in the models' own code.
void ropeTable(const float* invFreq, uint32_t rotaryDims, float magnitude, uint32_t position, float* cosSin);

/// Rotates the leading rotaryDims of one head in place by a row of ropeTable().
void rotateHead(RopeStyle style, const float* cosSin, uint32_t rotaryDims, float* head);

/// Writes one head's key and value [headDim] to slot [0, 16) of a cache block.
void appendToBlock(const KvLayer& layer, uint64_t block, uint32_t head, uint32_t slot, const float* key,
                   const float* value);

}  // namespace kernels::cpu
