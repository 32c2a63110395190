// Products whose sums have one order for any number of rows, so that a row's bits do not depend on its batch.
//
// k is cut into 8 ranges, each of whole windows of 32. The sum of a column is the sum of its ranges, from the first on;
// a range is summed window by window, each as two products of 16 x 8 x 16 on the tensor cores. For few rows each of a
// block's 8 warps takes a range and streams its weights from memory; for many, warps go over all ranges of a tile in
// shared memory, and put a range away when it is complete: the same instructions on the same numbers in the same order.
#include "kernels/cuda/ops/linear_rows.cuh"

namespace kernels::cuda {

namespace {

constexpr uint32_t kWarps = 8, kThreads = kWarps * 32, kRanges = kWarps;

__device__ __forceinline__ uint32_t windowsOf(const LinearArgs& args) {
  return (args.nIn + kWindow - 1) / kWindow;
}
__device__ __forceinline__ uint32_t windowsOfRange(const LinearArgs& args) {
  return (windowsOf(args) + kRanges - 1) / kRanges;
}

/// Writes the output that rows g and g + 8 of a tile, with the sums `first` and `second`, give for one token.
template <class Out>
__device__ __forceinline__ void writeOutputs(const LinearArgs& args, uint32_t tile, uint32_t g, uint32_t token,
                                             float first, float second) {
  if (token >= args.nRows) return;
  const uint32_t outCols = args.outCols();
  const auto write = [&](uint32_t col, float y) {
    const uint64_t at = uint64_t{token} * outCols + col;
    if (args.residual != nullptr) y = fmaf(args.residualScale, y, args.residual[at]);
    static_cast<Out*>(args.out)[at] = fromFloat<Out>(y);
  };
  if (args.epilogue != Epilogue::None) {
    const uint32_t col = tile * 8 + g;
    if (col < outCols)
      write(col, gated(args.epilogue, first + biasAt(args, col), second + biasAt(args, outCols + col)));
    return;
  }
  const uint32_t col = tile * kTileRows + g;
  if (col < outCols) write(col, first + biasAt(args, col));
  if (col + 8 < outCols) write(col + 8, second + biasAt(args, col + 8));
}

/// Up to 8 kBlocks rows; a block has one tile of the weights, each warp a range of k.
template <class T, class Out, int kBlocks>
__global__ void __launch_bounds__(kThreads) orderedStreamKernel(const __grid_constant__ LinearArgs args) {
  constexpr uint32_t kUnroll = 4;  // windows whose loads are in flight together
  __shared__ float sums[kRanges][kBlocks][kTileRows][8];
  const uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const uint32_t nIn = args.nIn, perRange = windowsOfRange(args);
  const uint32_t end = min(windowsOf(args), (warp + 1) * perRange);
  const T* w0 = weightRow<T>(args, blockIdx.x, g);
  const T* w1 = weightRow<T>(args, blockIdx.x, g + 8);
  const T* x[kBlocks];
#pragma unroll
  for (int n = 0; n < kBlocks; ++n) {
    const uint32_t row = n * 8 + g;
    x[n] = row < args.nRows ? static_cast<const T*>(args.in) + uint64_t{row} * nIn : nullptr;
  }
  float c[kBlocks][4] = {};
  const uint4 zero = make_uint4(0, 0, 0, 0);
  for (uint32_t window = warp * perRange; window < end; window += kUnroll) {
    uint4 a0[kUnroll], a1[kUnroll];
#pragma unroll
    for (uint32_t u = 0; u < kUnroll; ++u) {
      const uint32_t k = (window + u) * kWindow + t * 8;
      const bool inside = window + u < end && k < nIn;
      a0[u] = inside && w0 != nullptr ? loadWeights(w0 + k) : zero;
      a1[u] = inside && w1 != nullptr ? loadWeights(w1 + k) : zero;
    }
#pragma unroll
    for (uint32_t u = 0; u < kUnroll; ++u) {
      if (window + u >= end) break;
      const uint32_t k = (window + u) * kWindow + t * 8;
#pragma unroll
      for (int n = 0; n < kBlocks; ++n) {
        const uint4 b = k < nIn && x[n] != nullptr ? *reinterpret_cast<const uint4*>(x[n] + k) : zero;
        multiplyWindow<T>(c[n], a0[u], a1[u], b);
      }
    }
  }
#pragma unroll
  for (int n = 0; n < kBlocks; ++n) shareSums(sums[warp][n], c[n], g, t);
  __syncthreads();
  for (uint32_t i = threadIdx.x; i < kBlocks * 64; i += kThreads) {
    const uint32_t r = i % 8, token = i / 8;
    float first = 0.0f, second = 0.0f;
#pragma unroll
    for (uint32_t w = 0; w < kRanges; ++w) {
      first += sums[w][token / 8][r][token % 8];
      second += sums[w][token / 8][r + 8][token % 8];
    }
    writeOutputs<Out>(args, blockIdx.x, r, token, first, second);
  }
}

__device__ __forceinline__ void copyAsync16(void* to, const void* from, bool inside) {
  const auto address = static_cast<uint32_t>(__cvta_generic_to_shared(to));
  const uint32_t bytes = inside ? 16 : 0;
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(address), "l"(from), "r"(bytes) : "memory");
#endif
}
__device__ __forceinline__ void commitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;\n" ::: "memory");
#endif
}
template <int kLeft>
__device__ __forceinline__ void awaitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;\n" ::"n"(kLeft) : "memory");
#endif
}

/// How a block of many rows is laid out: kColWarps x kRowWarps warps, of kTiles tiles of the weights and kBlocks times
/// 8 rows each.
template <int kColWarpsOf, int kTilesOf, int kBlocksOf, int kStagesOf>
struct TileLayout {
  static constexpr int kColWarps = kColWarpsOf, kRowWarps = kWarps / kColWarpsOf;
  static constexpr int kTiles = kTilesOf, kBlocks = kBlocksOf, kStages = kStagesOf;
  static constexpr uint32_t kBlockTiles = kColWarps * kTiles;  // of the weights
  static constexpr uint32_t kCols = kBlockTiles * kTileRows;   // rows of the weights
  static constexpr uint32_t kRows = kRowWarps * kBlocks * 8;   // rows of the activations
  static constexpr uint32_t kStageWindows = 2;
  static constexpr uint32_t kPieces = kStageWindows * 4;  // of 16 bytes, of a row in a stage
  static constexpr uint32_t kStageElements = (kCols + kRows) * kWindow * kStageWindows;
  static constexpr uint32_t kBytes = kStageElements * 2 * kStages;
  static_assert(kCols * kPieces % kThreads == 0 && kRows * kPieces % kThreads == 0);
};
using WideTiles = TileLayout<2, 4, 4, 4>;    // 128 x 128
using NarrowTiles = TileLayout<2, 1, 2, 6>;  // 32 x 64

template <class T, class Out, class Layout>
__global__ void __launch_bounds__(kThreads, 1) orderedTileKernel(const __grid_constant__ LinearArgs args) {
  extern __shared__ uint4 memory[];
  T* const stages = reinterpret_cast<T*>(memory);
  constexpr uint32_t kColsPerPass = kThreads / Layout::kPieces;
  constexpr uint32_t kWeightPasses = Layout::kCols / kColsPerPass, kRowPasses = Layout::kRows / kColsPerPass;
  constexpr uint32_t kWeightElements = Layout::kCols * kWindow * Layout::kStageWindows;
  const uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const uint32_t firstTile = blockIdx.y * Layout::kBlockTiles, firstRow = blockIdx.x * Layout::kRows;
  const uint32_t nIn = args.nIn, nWindows = windowsOf(args), perRange = windowsOfRange(args);

  // What this thread copies: one piece of a row in each pass.
  // Two rows in one window for 8 neighbours, whose 16 bytes then go to all banks.
  const uint32_t piece = threadIdx.x % 16 / 8 * 4 + threadIdx.x % 4;
  const uint32_t copyRow = threadIdx.x / 16 * 2 + threadIdx.x % 8 / 4;
  const T* from[kWeightPasses + kRowPasses];
#pragma unroll
  for (uint32_t i = 0; i < kWeightPasses; ++i) {
    const uint32_t row = copyRow + i * kColsPerPass;
    from[i] = weightRow<T>(args, firstTile + row / kTileRows, row % kTileRows);
  }
#pragma unroll
  for (uint32_t i = 0; i < kRowPasses; ++i) {
    const uint32_t row = firstRow + copyRow + i * kColsPerPass;
    from[kWeightPasses + i] = row < args.nRows ? static_cast<const T*>(args.in) + uint64_t{row} * nIn : nullptr;
  }
  // A window of a row has 64 bytes, and rows follow one another: 8 lanes that load 16 bytes each find all banks.
  const uint32_t copyTo = (piece / 4 * Layout::kCols + copyRow) * kWindow + piece % 4 * 8;
  const uint32_t copyRowTo = kWeightElements + (piece / 4 * Layout::kRows + copyRow) * kWindow + piece % 4 * 8;
  const auto copyStage = [&](uint32_t stage) {
    T* const to = stages + stage % Layout::kStages * Layout::kStageElements;
    const uint32_t k = stage * Layout::kStageWindows * kWindow + piece * 8;
#pragma unroll
    for (uint32_t i = 0; i < kWeightPasses + kRowPasses; ++i) {
      const uint32_t at = i < kWeightPasses ? copyTo + i * kColsPerPass * kWindow
                                            : copyRowTo + (i - kWeightPasses) * kColsPerPass * kWindow;
      const bool inside = k < nIn && from[i] != nullptr;
      copyAsync16(to + at, inside ? from[i] + k : static_cast<const T*>(args.in), inside);
    }
  };

  const uint32_t nStages = (nWindows + Layout::kStageWindows - 1) / Layout::kStageWindows;
#pragma unroll
  for (uint32_t s = 0; s + 1 < Layout::kStages; ++s) {
    if (s < nStages) copyStage(s);
    commitCopies();
  }
  const uint32_t warpCol = warp % Layout::kColWarps, warpRow = warp / Layout::kColWarps;
  float c[Layout::kTiles][Layout::kBlocks][4] = {}, total[Layout::kTiles][Layout::kBlocks][4] = {};
  uint32_t leftInRange = perRange;
  for (uint32_t stage = 0; stage < nStages; ++stage) {
    awaitCopies<Layout::kStages - 2>();
    __syncthreads();
    if (stage + Layout::kStages - 1 < nStages) copyStage(stage + Layout::kStages - 1);
    commitCopies();
    const T* const weights = stages + stage % Layout::kStages * Layout::kStageElements;
    const T* const rows = weights + kWeightElements;
#pragma unroll
    for (uint32_t w = 0; w < Layout::kStageWindows; ++w) {
      if (stage * Layout::kStageWindows + w >= nWindows) break;
      uint4 b[Layout::kBlocks];
#pragma unroll
      for (int n = 0; n < Layout::kBlocks; ++n) {
        const uint32_t row = (warpRow * Layout::kBlocks + n) * 8 + g;
        b[n] = *reinterpret_cast<const uint4*>(rows + (w * Layout::kRows + row) * kWindow + t * 8);
      }
#pragma unroll
      for (int m = 0; m < Layout::kTiles; ++m) {
        const uint32_t row = (warpCol * Layout::kTiles + m) * kTileRows + g;
        const T* at = weights + (w * Layout::kCols + row) * kWindow + t * 8;
        const uint4 a0 = *reinterpret_cast<const uint4*>(at);
        const uint4 a1 = *reinterpret_cast<const uint4*>(at + 8 * kWindow);
#pragma unroll
        for (int n = 0; n < Layout::kBlocks; ++n) multiplyWindow<T>(c[m][n], a0, a1, b[n]);
      }
      if (--leftInRange > 0) continue;
      leftInRange = perRange;
#pragma unroll
      for (int m = 0; m < Layout::kTiles; ++m)
#pragma unroll
        for (int n = 0; n < Layout::kBlocks; ++n)
#pragma unroll
          for (int i = 0; i < 4; ++i) {
            total[m][n][i] += c[m][n][i];
            c[m][n][i] = 0.0f;
          }
    }
  }
#pragma unroll
  for (int m = 0; m < Layout::kTiles; ++m)
#pragma unroll
    for (int n = 0; n < Layout::kBlocks; ++n) {
      const uint32_t tile = firstTile + warpCol * Layout::kTiles + m;
      const uint32_t token = firstRow + (warpRow * Layout::kBlocks + n) * 8 + 2 * t;
#pragma unroll
      for (int i = 0; i < 2; ++i)
        writeOutputs<Out>(args, tile, g, token + i, total[m][n][i] + c[m][n][i], total[m][n][i + 2] + c[m][n][i + 2]);
    }
}

template <class T, class Out, class Layout>
cudaError_t launchTiles(const LinearArgs& args, cudaStream_t stream) {
  const auto kernel = orderedTileKernel<T, Out, Layout>;
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, Layout::kBytes);
      error != cudaSuccess)
    return error;
  // Blocks of the same weights are neighbours, so that the weights are fetched from memory once.
  const dim3 grid((args.nRows + Layout::kRows - 1) / Layout::kRows,
                  (weightTiles(args) + Layout::kBlockTiles - 1) / Layout::kBlockTiles);
  kernel<<<grid, kThreads, Layout::kBytes, stream>>>(args);
  return cudaGetLastError();
}

template <class T, class Out>
cudaError_t launchFor(const LinearArgs& args, cudaStream_t stream) {
  constexpr uint32_t kNarrowRows = 256;
  if (args.nRows > kNarrowRows) return launchTiles<T, Out, WideTiles>(args, stream);
  if (args.nRows > 32) return launchTiles<T, Out, NarrowTiles>(args, stream);
  const uint32_t blocks = weightTiles(args);
  if (args.nRows <= 8) {
    orderedStreamKernel<T, Out, 1><<<blocks, kThreads, 0, stream>>>(args);
  } else if (args.nRows <= 16) {
    orderedStreamKernel<T, Out, 2><<<blocks, kThreads, 0, stream>>>(args);
  } else {
    orderedStreamKernel<T, Out, 4><<<blocks, kThreads, 0, stream>>>(args);
  }
  return cudaGetLastError();
}

}  // namespace

bool linearOrderedSupports(const LinearArgs& args, int major) {
  return major >= 8 && args.type != DType::F32 && args.nIn % 8 == 0;
}

cudaError_t launchLinearOrdered(const LinearArgs& args, cudaStream_t stream) {
  return withType(args.outType, [&](auto out) {
    using Out = decltype(out);
    return args.type == DType::F16 ? launchFor<__half, Out>(args, stream) : launchFor<__nv_bfloat16, Out>(args, stream);
  });
}

}  // namespace kernels::cuda
