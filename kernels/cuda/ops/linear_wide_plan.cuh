// What the kernel of linear_wide.cuh is given, how its shared memory lies, and which block does what.
#pragma once

#include <cuda.h>

#include "kernels/cuda/ops/linear_wide.h"

namespace kernels::cuda::wide {

inline constexpr uint32_t kRows = 128, kDepth = 64, kThreads = 384, kConsumers = 256;
inline constexpr uint32_t kRowBytes = 128;  // kDepth elements
inline constexpr uint32_t kWeightBytes = kRows * kRowBytes;

/// What becomes of the sums: half types, float32 with a residual if there is one, half types behind a gate.
enum class Kind { Half, Float, Gated };

/// Everything a launch knows.
struct Args {
  CUtensorMap weights[kMaxLinearParts];  ///< of a gated op: one, of both parts
  CUtensorMap in;
  LinearArgs linear;
  WideSpace space;
  uint32_t nRowTiles = 0, nDepths = 0;
  uint32_t nPieces = 1;  ///< of a tile
  uint32_t outCols = 0;
  bool upFirst = false;  ///< a gated op's tile has up's rows before the gate's
};

template <int kN>
struct Layout {
  static constexpr uint32_t kTokenBytes = kN * kRowBytes;
  static constexpr uint32_t kStage = kWeightBytes + kTokenBytes;
  static constexpr uint32_t kStages = (232448 - 1024 - 256) / kStage;
  static constexpr uint32_t kBarriers = kStages * kStage;
  static constexpr uint32_t kBytes = kBarriers + 2 * 8 * kStages + 1024;  // and room to align
};

/// A place in the ring.
template <int kN>
struct Place {
  uint32_t stage = 0, parity = 0;
  __device__ __forceinline__ void next() {
    if (++stage == Layout<kN>::kStages) {
      stage = 0;
      parity ^= 1;
    }
  }
};

template <int kN>
struct Ring {
  using L = Layout<kN>;
  uint32_t base = 0;
  __device__ __forceinline__ uint32_t weights(uint32_t stage) const { return base + stage * L::kStage; }
  __device__ __forceinline__ uint32_t tokens(uint32_t stage) const { return weights(stage) + kWeightBytes; }
  __device__ __forceinline__ uint32_t full(uint32_t stage) const { return base + L::kBarriers + stage * 8; }
  __device__ __forceinline__ uint32_t empty(uint32_t stage) const { return full(stage) + L::kStages * 8; }
};

/// Where a tile of weights is.
struct RowTile {
  uint32_t part = 0, row = 0;  ///< first row of the part; of a gated op the first column of the output
  uint32_t col = 0;            ///< of the output, of the part's first row
};

__device__ __forceinline__ RowTile rowTile(const Args& args, uint32_t tile) {
  RowTile out;
  if (args.linear.epilogue != Epilogue::None) {
    out.row = tile * (kRows / 2);
    return out;
  }
#pragma unroll
  for (uint32_t p = 0; p < kMaxLinearParts; ++p) {
    if (p + 1 >= args.linear.nParts) break;
    const uint32_t nTiles = (args.linear.parts[p].nOut + kRows - 1) / kRows;
    if (tile < nTiles) break;
    tile -= nTiles;
    out.col += args.linear.parts[p].nOut;
    out.part = p + 1;
  }
  out.row = tile * kRows;
  return out;
}

/// A run of k of one tile.
struct Piece {
  uint32_t rowTile = 0;
  uint32_t begin = 0, end = 0;  ///< of k, in depths
};

/// The pieces of a block, one after the other.
struct Schedule {
  uint32_t at, end, nPieces, nDepths;
  __device__ __forceinline__ explicit Schedule(const Args& args) : nPieces(args.nPieces), nDepths(args.nDepths) {
    const uint32_t nUnits = args.nRowTiles * nPieces;
    at = blockIdx.x * nUnits / gridDim.x;
    end = (blockIdx.x + 1) * nUnits / gridDim.x;
  }
  __device__ __forceinline__ bool next(Piece& piece) {
    if (at >= end) return false;
    const uint32_t index = at % nPieces;
    piece.rowTile = at / nPieces;
    piece.begin = index * nDepths / nPieces;
    piece.end = (index + 1) * nDepths / nPieces;
    ++at;
    return true;
  }
};

}  // namespace kernels::cuda::wide
