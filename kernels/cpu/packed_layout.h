// How packed weights lie in memory. Rows come in groups of 16 (quantized) or 32 (floats); a group is contiguous, its
// blocks of 32 columns one after the other, so that a product streams a matrix from its first byte to its last.
//
// Quantized block of 16 rows x 32 columns. Word (r, j) is the 4 values of row r at columns 4j .. 4j+3, one a byte.
// - 4-bit part: 4 vectors of 64 bytes; vector p has, at byte 4r, word (r, p) in the low nibbles, (r, p + 4) in the high
// - fifth bits (Q5): 64 bytes; bit j of byte 4r + i belongs to column 4j + i
// - bits 4 and 5 (Q6_K): 2 x 64 bytes; bits 2j, 2j+1 of byte 4r + i of vector h belong to column 16h + 4j + i
// - Q8_0: 8 vectors; vector j has word (r, j), each value + 128
// - scales, then minimums: 16 halves each (block formats), or 16 bytes each (K formats; Q6_K: 2 x 16 scales)
// K formats have 64 (Q6_K: 32) bytes of halves (d, then dmin) in front of each 8 blocks.
//
// Float groups of 32 rows: F32 and F16 column by column; BF16 in pairs of columns, the even one first in each pair.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/dtype.h"

namespace kernels::cpu {

inline constexpr uint32_t kQuantGroup = 16, kFloatGroup = 32;
inline constexpr size_t kBlockCols = 32;
inline constexpr size_t kSuperBlocks = 8;  ///< blocks of a K format's super-block

/// Where the parts of a quantized block are, in bytes.
struct BlockLayout {
  size_t superHead;   ///< in front of each 8 blocks
  size_t blockBytes;  ///< of one block without the head
  size_t highAt;      ///< of bits above the fourth
  size_t scaleAt;
  size_t minAt;  ///< second 16 scales for Q6_K
};

constexpr BlockLayout blockLayout(WeightFormat format) {
  switch (format) {
    case WeightFormat::Q4_0:
      return {0, 288, 0, 256, 0};
    case WeightFormat::Q4_1:
      return {0, 320, 0, 256, 288};
    case WeightFormat::Q5_0:
      return {0, 352, 256, 320, 0};
    case WeightFormat::Q5_1:
      return {0, 384, 256, 320, 352};
    case WeightFormat::Q8_0:
      return {0, 544, 0, 512, 0};
    case WeightFormat::Q4_K:
      return {64, 288, 0, 256, 272};
    case WeightFormat::Q5_K:
      return {64, 352, 256, 320, 336};
    case WeightFormat::Q6_K:
      return {32, 416, 256, 384, 400};
    case WeightFormat::F32:
    case WeightFormat::F16:
    case WeightFormat::BF16:
      break;
  }
  return {0, 0, 0, 0, 0};
}

constexpr bool isQuantized(WeightFormat format) {
  return blockLayout(format).blockBytes != 0;
}

/// Offset of a block in its group.
constexpr size_t blockOffset(const BlockLayout& layout, size_t block) {
  return layout.superHead == 0 ? block * layout.blockBytes
                               : block * layout.blockBytes + (block / kSuperBlocks + 1) * layout.superHead;
}

/// Bytes of a group of rows. `cols` must be whole blocks.
constexpr size_t groupBytes(WeightFormat format, size_t cols) {
  if (isQuantized(format)) {
    const BlockLayout layout = blockLayout(format);
    const size_t nBlocks = cols / kBlockCols;
    return nBlocks * layout.blockBytes + (layout.superHead == 0 ? 0 : nBlocks / kSuperBlocks * layout.superHead);
  }
  const size_t stored = format == WeightFormat::BF16 ? (cols + 1) / 2 * 2 : cols;
  return stored * kFloatGroup * (format == WeightFormat::F32 ? 4 : 2);
}

/// Activations quantized to int8: a record of 64 bytes for each block of 32 columns.
struct ActivationBlock {
  int8_t values[32];
  float scale;
  float sum;                ///< scale * sum of values: what a minimum is multiplied by
  int32_t minus8, minus16;  ///< sum of values times -8, -16, -128: they undo the offsets of unsigned weights
  int32_t minus128;
  int32_t minus32[2];  ///< the same for Q6_K, by halves of 16 columns
  int32_t unused;
};
static_assert(sizeof(ActivationBlock) == 64);

/// Distance of two tokens' activations: whole cache lines, an odd number of them so that tokens fall in different sets.
constexpr size_t oddLines(size_t bytes) {
  return ((bytes + 63) / 64 | 1) * 64;
}
constexpr size_t quantStride(size_t cols) {
  return oddLines(cols / kBlockCols * sizeof(ActivationBlock));
}
constexpr size_t floatStride(size_t cols) {
  return oddLines(cols * sizeof(float));
}
constexpr size_t bfloatStride(size_t cols) {
  return oddLines((cols + 1) / 2 * 4);
}

}  // namespace kernels::cpu
