// Who does what in the persistent kernel, and when: the same functions on the device, in the lowering and in tests.
#pragma once

#include "kernels/cuda/mega/instruction.h"

namespace kernels::cuda {

inline constexpr uint32_t kMegaWarps = 8, kMegaConsumers = kMegaWarps * 32;
/// Halves of the consumers that do items of attention apart from each other.
inline constexpr uint32_t kMegaTeams = 2;
/// k of a chunk, what the ring holds of a group at a time.
inline constexpr uint32_t kChunkK = 512;
/// Rows of a chunk lie 64 bytes off a multiple of 128, so that neighbouring rows are in different banks.
inline constexpr uint32_t kChunkPitch = kChunkK * 2 + 64;
inline constexpr uint32_t kChunkBytes = kMegaGroup * kChunkPitch;
inline constexpr uint32_t kWindowsPerWarp = kChunkK / kMegaWindow / kMegaWarps;

/// Output columns of a group: a gate's rows and the same rows of up share one.
__host__ __device__ constexpr uint32_t groupColumns(Epilogue epilogue) {
  return epilogue == Epilogue::None ? kMegaGroup : kMegaGroup / 2;
}
__host__ __device__ constexpr uint32_t groupsOf(Epilogue epilogue, uint32_t outCols) {
  return (outCols + groupColumns(epilogue) - 1) / groupColumns(epilogue);
}
__host__ __device__ constexpr uint32_t chunksOf(uint32_t nIn) {
  return (nIn + kChunkK - 1) / kChunkK;
}
/// Bytes of one row in the chunk that begins at element k.
__host__ __device__ constexpr uint32_t chunkRowBytes(uint32_t nIn, uint32_t k) {
  return (nIn - k < kChunkK ? nIn - k : kChunkK) * 2;
}

/// First group of an op that a block does; it goes on in steps of the grid.
__host__ __device__ constexpr uint32_t firstGroup(uint32_t firstBlock, uint32_t block, uint32_t nBlocks) {
  return block >= firstBlock ? block - firstBlock : block + nBlocks - firstBlock;
}

/// Row of the products, all parts one after the other, that row `r` of a group is; kNoRow past the end.
inline constexpr uint32_t kNoRow = 0xffffffffu;
__host__ __device__ constexpr uint32_t productRow(Epilogue epilogue, uint32_t outCols, uint32_t group, uint32_t r) {
  const uint32_t perGroup = groupColumns(epilogue);
  const uint32_t col = group * perGroup + r % perGroup;
  if (col >= outCols) return kNoRow;
  return r < perGroup ? col : outCols + col;
}

/// The chunk whose activations a warp asks for when it is done with `chunk` of `nChunks`: two further on, from the
/// front again at a group's end.
__host__ __device__ constexpr uint32_t chunkToFetch(uint32_t chunk, uint32_t nChunks) {
  uint32_t next = chunk + 2;
  while (next >= nChunks) next -= nChunks;
  return next;
}

__host__ __device__ constexpr uint32_t reportsOf(MegaReports reports, uint32_t nTokens) {
  return reports.count * (reports.byWarp ? (nTokens < kMegaWarps ? nTokens : kMegaWarps) : 1);
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
