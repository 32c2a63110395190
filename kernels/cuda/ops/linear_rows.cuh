// What the kernels share that load weights and activations straight into the fragments of the tensor cores: tiles of 16
// rows of the weights, and windows of 32 elements of k.
//
// Within a window lane 4 g + t takes elements 8 t to 8 t + 7 of row g, which is not the order that the instruction
// names, but the same one for weights and activations, and a sum does not mind.
#pragma once

#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/epilogue.cuh"
#include "kernels/cuda/ops/mma.cuh"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

inline constexpr uint32_t kWindow = 32;    // elements of k
inline constexpr uint32_t kTileRows = 16;  // rows of the weights in one product of the tensor cores: its m

__device__ __forceinline__ uint4 loadWeights(const void* at) {
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(at));
  return v;
}

/// First element of row `r` (0..15) of tile `tile` of the weights; null past the end. With a gate, a tile has 8 rows of
/// the gate's weights and the same 8 of up's.
template <class T>
__device__ __forceinline__ const T* weightRow(const LinearArgs& args, uint32_t tile, uint32_t r) {
  uint32_t row = tile * kTileRows + r;
  if (args.epilogue != Epilogue::None) {
    const uint32_t col = tile * 8 + r % 8;
    if (col >= args.parts[0].nOut) return nullptr;
    row = r < 8 ? col : args.parts[0].nOut + col;
  }
#pragma unroll
  for (uint32_t p = 0; p < kMaxLinearParts; ++p) {
    if (p >= args.nParts) break;
    if (row < args.parts[p].nOut) return static_cast<const T*>(args.parts[p].weight) + uint64_t{row} * args.nIn;
    row -= args.parts[p].nOut;
  }
  return nullptr;
}

/// Rows g and g + 8 of the weights by 8 rows of the activations.
template <class T>
__device__ __forceinline__ void multiplyWindow(float (&c)[4], const uint4& a0, const uint4& a1, const uint4& b) {
  mma16816<T>(c, a0.x, a1.x, a0.y, a1.y, b.x, b.y);
  mma16816<T>(c, a0.z, a1.z, a0.w, a1.w, b.z, b.w);
}

/// Puts a lane's sums where every thread finds them, by row of the weights and activation.
__device__ __forceinline__ void shareSums(float (&sums)[kTileRows][8], const float (&c)[4], uint32_t g, uint32_t t) {
  sums[g][2 * t] = c[0];
  sums[g][2 * t + 1] = c[1];
  sums[g + 8][2 * t] = c[2];
  sums[g + 8][2 * t + 1] = c[3];
}

/// Tiles of the weights.
inline uint32_t weightTiles(const LinearArgs& args) {
  const uint32_t colsOfTile = args.epilogue != Epilogue::None ? 8 : kTileRows;
  return (args.outCols() + colsOfTile - 1) / colsOfTile;
}

}  // namespace kernels::cuda
