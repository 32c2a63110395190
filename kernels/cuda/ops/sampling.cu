// Sampling as one kernel: blocks gather the statistics of tiles, and the last block of a row finishes it.
#include "kernels/cuda/ops/overlap.cuh"
#include "kernels/cuda/ops/sampling.cuh"

#include <algorithm>

namespace kernels::cuda {

namespace {

__global__ void __launch_bounds__(kSampleThreads, 2) sampleKernel(SampleArgs args) {
  __shared__ SampleMemory m;
  awaitKernelsBefore();
  const uint32_t rowIndex = blockIdx.y, warp = threadIdx.x / 32, lane = threadIdx.x % 32;
  const uint32_t nTiles = (args.nVocab + kSampleTile - 1) / kSampleTile;
  uint32_t tile = blockIdx.x * kSampleWarps + warp;
  // The logits are on their way before anything is known of the row.
  const float* logits = args.logits + uint64_t{rowIndex} * args.cols;
  const bool aligned = (reinterpret_cast<uintptr_t>(logits) & 15) == 0;
  float v[32];
  if (tile < nTiles) loadQuads<8>(logits, args.nVocab, aligned, tile * kSampleTile + 4 * lane, v);

  const int32_t slot = rowIndex < args.step.header->nLogitRows ? args.step.slots[rowIndex] : -1;
  if (slot < 0 || static_cast<uint32_t>(slot) >= args.nSlots) {
    if (blockIdx.x == 0 && threadIdx.x == 0) args.heads[rowIndex] = ResultHead{};
    return;
  }
  const auto slotIndex = static_cast<uint32_t>(slot);
  const SampleRow row = openRow(args, rowIndex, slotIndex);
  while (tile < nTiles) {
    gatherTile(row, tile, v);
    tile += gridDim.x * kSampleWarps;
    if (tile < nTiles) loadQuads<8>(logits, args.nVocab, aligned, tile * kSampleTile + 4 * lane, v);
  }
  __syncthreads();
  if (gridDim.x > 1) {
    if (threadIdx.x == 0) {
      __threadfence();
      const uint32_t arrived = atomicAdd(&args.scratch.arrivals[rowIndex], 1u) + 1;
      m.last = arrived;
      if (arrived == gridDim.x) args.scratch.arrivals[rowIndex] = 0;
      __threadfence();
    }
    __syncthreads();
    if (m.last != gridDim.x) return;
  }
  finishRow(row, args, rowIndex, slotIndex, m);
}

__global__ void copyResultsKernel(const ResultHead* heads, const ResultTop* tops, ResultHead* hostHeads,
                                  ResultTop* hostTops) {
  const uint32_t row = blockIdx.x;
  const ResultHead head = heads[row];
  if (threadIdx.x == 0) hostHeads[row] = head;
  if (threadIdx.x < head.nTop) {
    const uint64_t at = uint64_t{row} * kMaxSampleTop + threadIdx.x;
    hostTops[at] = tops[at];
  }
}

__global__ void writeMarksKernel(TokenMark* marks, const MarkEntry* entries, uint32_t n) {
  const uint32_t i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  const MarkEntry entry = entries[i];
  marks[entry.token] = static_cast<TokenMark>(entry.mark);
}

}  // namespace

cudaError_t launchSample(const SampleArgs& args, cudaStream_t stream) {
  if (args.nRows == 0) return cudaSuccess;
  if (args.nVocab == 0 || args.nVocab > args.cols || args.nRows > 65535) return cudaErrorInvalidValue;
  const uint32_t blocksOfRow = (args.nVocab + kSampleTile * kSampleWarps - 1) / (kSampleTile * kSampleWarps);
  return launchOverlapped(sampleKernel, dim3(blocksOfRow, args.nRows), dim3(kSampleThreads), 0, stream, args);
}

cudaError_t launchCopyResults(const ResultHead* heads, const ResultTop* tops, uint32_t nRows, ResultHead* hostHeads,
                              ResultTop* hostTops, cudaStream_t stream) {
  if (nRows == 0) return cudaSuccess;
  copyResultsKernel<<<nRows, kMaxSampleTop, 0, stream>>>(heads, tops, hostHeads, hostTops);
  return cudaGetLastError();
}

cudaError_t launchWriteMarks(TokenMark* marks, const MarkEntry* entries, uint32_t n, cudaStream_t stream) {
  if (n == 0) return cudaSuccess;
  constexpr uint32_t kThreads = 256;
  writeMarksKernel<<<(n + kThreads - 1) / kThreads, kThreads, 0, stream>>>(marks, entries, n);
  return cudaGetLastError();
}

}  // namespace kernels::cuda
