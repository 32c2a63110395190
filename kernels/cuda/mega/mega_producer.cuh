// The producer of the persistent kernel: one warp that brings this block's weights, in program order, into the ring.
#pragma once

#include "kernels/cuda/mega/mega_linear.cuh"

namespace kernels::cuda {

/// Copies of an instruction, one on its way while another is at work. A whole warp calls.
struct MegaFetch {
  uint4 words;
  __device__ __forceinline__ void begin(const MegaArgs& args, uint32_t i) {
    const uint32_t lane = threadIdx.x % 32;
    if (i < args.nOps && lane < sizeof(MegaOp) / 16) words = __ldg(reinterpret_cast<const uint4*>(args.ops + i) + lane);
  }
  __device__ __forceinline__ void end(unsigned char* to) const {
    const uint32_t lane = threadIdx.x % 32;
    if (lane < sizeof(MegaOp) / 16) reinterpret_cast<uint4*>(to)[lane] = words;
    __syncwarp();
  }
};

/// Weights of row `r` of a group; null past the end.
template <class T>
__device__ __forceinline__ const T* groupRow(const MegaLinear& op, uint32_t group, uint32_t r) {
  uint32_t row = productRow(op.epilogue, op.groupRows, op.outCols, group, r);
  if (row == kNoRow) return nullptr;
  for (uint32_t p = 0; p < op.nParts; ++p) {
    if (row < op.parts[p].nOut) return static_cast<const T*>(op.parts[p].weight) + uint64_t{row} * op.nIn;
    row -= op.parts[p].nOut;
  }
  return nullptr;
}

/// The whole warp calls. No more than MegaArgs::nOnTheirWay chunks are asked for before the first of them has come.
template <class T>
__device__ __forceinline__ void megaProduce(const MegaArgs& args, unsigned char (*ops)[sizeof(MegaOp)],
                                            MegaRing& ring) {
  const uint64_t policy = evictFirst();
  const uint32_t lane = threadIdx.x % 32;
  RingPosition oldest;
  uint32_t onTheirWay = 0;
  MegaFetch fetch;
  fetch.begin(args, 0);
  for (uint32_t i = 0; i < args.nOps; ++i) {
    fetch.end(ops[i % 2]);
    fetch.begin(args, i + 1);
    const MegaOp& instruction = *reinterpret_cast<const MegaOp*>(ops[i % 2]);
    if (instruction.kind != MegaKind::Linear) continue;
    const MegaLinear& op = instruction.linear;
    for (uint32_t group = firstGroup(op); group < op.nGroups; group += gridDim.x) {
      const T* row = groupRow<T>(op, group, lane);
      const auto nRows = static_cast<uint32_t>(__popc(__ballot_sync(0xffffffffu, row != nullptr)));
      for (uint32_t k = 0; k < op.nIn; k += chunkK(op.groupRows)) {
        const uint32_t bytes = chunkRowBytes(op.nIn, op.groupRows, k);
        if (onTheirWay == args.nOnTheirWay) {
          ringWait(ring.full + oldest.stage * 8, oldest.parity);
          oldest.advance(ring.nStages);
          --onTheirWay;
        }
        ringWait(ring.emptyBarrier(), ring.position.parity ^ 1);
        if (lane == 0) ringExpect(ring.fullBarrier(), nRows * bytes);
        __syncwarp();
        if (row != nullptr)
          copyOnce(ring.chunk() + lane * chunkPitch(op.groupRows), row + k, bytes, ring.fullBarrier(), policy);
        ring.advance();
        ++onTheirWay;
      }
    }
  }
}

}  // namespace kernels::cuda
