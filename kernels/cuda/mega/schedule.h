// Who does what in the persistent kernel, and when: the same functions on the device, in the lowering and in tests.
#pragma once

#include "kernels/cuda/mega/instruction.h"

namespace kernels::cuda {

inline constexpr uint32_t kMegaWarps = 8, kMegaConsumers = kMegaWarps * 32;
/// Halves of the consumers that do items of attention apart from each other.
inline constexpr uint32_t kMegaTeams = 2;
/// k of a chunk, what the ring holds of a group at a time.
__host__ __device__ constexpr uint32_t chunkK(uint32_t groupRows) {
  return groupRows == kMegaGroup ? 512 : 1024;
}
/// Rows of a chunk lie 64 bytes off a multiple of 128, so that neighbouring rows are in different banks.
__host__ __device__ constexpr uint32_t chunkPitch(uint32_t groupRows) {
  return chunkK(groupRows) * 2 + 64;
}
inline constexpr uint32_t kChunkBytes = kMegaGroup * chunkPitch(kMegaGroup);
static_assert(kMegaGroup / 2 * chunkPitch(kMegaGroup / 2) <= kChunkBytes);

/// Output columns of a group: a gate's rows and the same rows of up share one.
__host__ __device__ constexpr uint32_t groupColumns(Epilogue epilogue, uint32_t groupRows) {
  return epilogue == Epilogue::None ? groupRows : groupRows / 2;
}
__host__ __device__ constexpr uint32_t groupsOf(Epilogue epilogue, uint32_t groupRows, uint32_t outCols) {
  return (outCols + groupColumns(epilogue, groupRows) - 1) / groupColumns(epilogue, groupRows);
}
/// Rows of a product's groups: small groups where large ones would leave half of the blocks without work.
__host__ __device__ constexpr uint32_t groupRowsFor(Epilogue epilogue, uint32_t outCols, uint32_t nBlocks) {
  if (epilogue != Epilogue::None || outCols % (kMegaGroup / 2) != 0) return kMegaGroup;
  return 2 * groupsOf(epilogue, kMegaGroup, outCols) <= nBlocks ? kMegaGroup / 2 : kMegaGroup;
}
__host__ __device__ constexpr uint32_t chunksOf(uint32_t nIn, uint32_t groupRows) {
  return (nIn + chunkK(groupRows) - 1) / chunkK(groupRows);
}
/// Bytes of one row in the chunk that begins at element k.
__host__ __device__ constexpr uint32_t chunkRowBytes(uint32_t nIn, uint32_t groupRows, uint32_t k) {
  return (nIn - k < chunkK(groupRows) ? nIn - k : chunkK(groupRows)) * 2;
}

/// First group of an op that a block does; it goes on in steps of the grid.
__host__ __device__ constexpr uint32_t firstGroup(uint32_t firstBlock, uint32_t block, uint32_t nBlocks) {
  return block >= firstBlock ? block - firstBlock : block + nBlocks - firstBlock;
}

/// Row of the products, all parts one after the other, that row `r` of a group is; kNoRow past the end.
inline constexpr uint32_t kNoRow = 0xffffffffu;
__host__ __device__ constexpr uint32_t productRow(Epilogue epilogue, uint32_t groupRows, uint32_t outCols,
                                                  uint32_t group, uint32_t r) {
  const uint32_t perGroup = groupColumns(epilogue, groupRows);
  const uint32_t col = group * perGroup + r % perGroup;
  if (r >= groupRows || col >= outCols) return kNoRow;
  return r < perGroup ? col : outCols + col;
}

/// The chunk whose activations take the place of those of `chunk`, which were in slot `slot` of `nSlots`: those of the
/// same slot, further on in the group or at the next group's begin. nChunks where there is none to fetch.
__host__ __device__ constexpr uint32_t slotAfter(uint32_t chunk, uint32_t slot, uint32_t nSlots, uint32_t nChunks,
                                                 bool lastGroup) {
  if (chunk + nSlots < nChunks) return chunk + nSlots;
  return lastGroup || chunk == slot ? nChunks : slot;
}

/// First of the items of attention that a team does, unit `unit` of `nUnits`; the next unit's first is its end. Items
/// are those of a sequence's KV head split by split, then the next KV head's, then the next sequence's.
__host__ __device__ constexpr uint32_t firstItem(uint32_t unit, uint32_t nUnits, uint32_t nItems) {
  if (nItems <= nUnits) return unit < nItems ? unit : nItems;
  return static_cast<uint32_t>(uint64_t{unit} * nItems / nUnits);
}

/// A position in the ring, as either side counts it.
struct RingPosition {
  uint32_t stage = 0, parity = 0;
  __host__ __device__ constexpr void advance(uint32_t nStages) {
    if (++stage == nStages) {
      stage = 0;
      parity ^= 1;
    }
  }
};

}  // namespace kernels::cuda
