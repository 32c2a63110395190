// Products with few rows: every weight is read once, by 16-byte loads straight into the fragments of the tensor cores.
//
// A block owns 16 columns of the output (rows of W; with a gate, 8 of the gate's and the same 8 of up's); its 8 warps
// share out k in windows of 32. Within a window lane 4 g + t takes elements 8 t to 8 t + 7 of row g, which is not the
// order that the instruction names, but the same one for weights and activations, and a sum does not mind. The order of
// the sums (window by window in a warp, then warp by warp) does not depend on the number of tokens.
#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/epilogue.cuh"
#include "kernels/cuda/ops/mma.cuh"
#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kWarps = 8, kThreads = kWarps * 32;
constexpr uint32_t kTileCols = 16;     // of the output, the mma's m
constexpr uint32_t kWindow = 32;       // k of a warp's turn
constexpr uint32_t kUnroll = 4;        // turns whose loads are in flight together
constexpr uint32_t kStreamRows90 = 8;  // with warpgroup products there are better ways for more

__device__ __forceinline__ uint4 loadStreaming(const void* at) {
  uint4 v;
  asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(at));
  return v;
}

/// Row of the products (0-based over all parts) that row `r` (0..15) of tile `tile` is, or a row past the end.
__device__ __forceinline__ uint32_t productRow(const LinearArgs& args, uint32_t tile, uint32_t r) {
  if (args.epilogue == Epilogue::None) return tile * kTileCols + r;
  const uint32_t col = tile * 8 + r % 8;
  if (col >= args.parts[0].nOut) return 0xffffffffu;
  return r < 8 ? col : args.parts[0].nOut + col;
}

/// First element of a product row's weights; null past the end.
template <class T>
__device__ __forceinline__ const T* weightRow(const LinearArgs& args, uint32_t row) {
#pragma unroll
  for (uint32_t p = 0; p < kMaxLinearParts; ++p) {
    if (p >= args.nParts) break;
    if (row < args.parts[p].nOut) return static_cast<const T*>(args.parts[p].weight) + uint64_t{row} * args.nIn;
    row -= args.parts[p].nOut;
  }
  return nullptr;
}

template <class T, class Out, int NB>
__global__ void __launch_bounds__(kThreads) linearStreamKernel(LinearArgs args) {
  __shared__ float sums[kWarps][NB][kTileCols][8];
  const uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const uint32_t nIn = args.nIn;
  const T* w0 = weightRow<T>(args, productRow(args, blockIdx.x, g));
  const T* w1 = weightRow<T>(args, productRow(args, blockIdx.x, g + 8));
  const T* x[NB];
#pragma unroll
  for (int n = 0; n < NB; ++n) {
    const uint32_t row = n * 8 + g;
    x[n] = row < args.nRows ? static_cast<const T*>(args.in) + uint64_t{row} * nIn : nullptr;
  }
  float c[NB][4] = {};
  const uint4 zero = make_uint4(0, 0, 0, 0);
  constexpr uint32_t kStride = kWarps * kWindow;
  for (uint32_t base = warp * kWindow + t * 8; base - t * 8 < nIn; base += kStride * kUnroll) {
    uint4 a0[kUnroll], a1[kUnroll];
#pragma unroll
    for (uint32_t u = 0; u < kUnroll; ++u) {
      const uint32_t k = base + u * kStride;
      a0[u] = k < nIn && w0 != nullptr ? loadStreaming(w0 + k) : zero;
      a1[u] = k < nIn && w1 != nullptr ? loadStreaming(w1 + k) : zero;
    }
#pragma unroll
    for (uint32_t u = 0; u < kUnroll; ++u) {
      const uint32_t k = base + u * kStride;
#pragma unroll
      for (int n = 0; n < NB; ++n) {
        const uint4 b = k < nIn && x[n] != nullptr ? *reinterpret_cast<const uint4*>(x[n] + k) : zero;
        mma16816<T>(c[n], a0[u].x, a1[u].x, a0[u].y, a1[u].y, b.x, b.y);
        mma16816<T>(c[n], a0[u].z, a1[u].z, a0[u].w, a1[u].w, b.z, b.w);
      }
    }
  }
#pragma unroll
  for (int n = 0; n < NB; ++n) {
    sums[warp][n][g][2 * t] = c[n][0];
    sums[warp][n][g][2 * t + 1] = c[n][1];
    sums[warp][n][g + 8][2 * t] = c[n][2];
    sums[warp][n][g + 8][2 * t + 1] = c[n][3];
  }
  __syncthreads();
  const uint32_t outCols = args.outCols();
  const bool gate = args.epilogue != Epilogue::None;
  const uint32_t tileOut = gate ? 8 : kTileCols;
  for (uint32_t i = threadIdx.x; i < tileOut * NB * 8; i += kThreads) {
    const uint32_t r = i % tileOut, token = i / tileOut;
    const uint32_t col = blockIdx.x * tileOut + r;
    if (token >= args.nRows || col >= outCols) continue;
    float y = 0.0f, up = 0.0f;
#pragma unroll
    for (uint32_t w = 0; w < kWarps; ++w) y += sums[w][token / 8][r][token % 8];
    y += biasAt(args, col);
    if (gate) {
#pragma unroll
      for (uint32_t w = 0; w < kWarps; ++w) up += sums[w][token / 8][r + 8][token % 8];
      y = gated(args.epilogue, y, up + biasAt(args, outCols + col));
    }
    const uint64_t at = uint64_t{token} * outCols + col;
    if (args.residual != nullptr) y = args.residual[at] + args.residualScale * y;
    static_cast<Out*>(args.out)[at] = fromFloat<Out>(y);
  }
}

template <class T, class Out>
cudaError_t launchFor(const LinearArgs& args, cudaStream_t stream) {
  const uint32_t tileOut = args.epilogue != Epilogue::None ? 8 : kTileCols;
  const uint32_t blocks = (args.outCols() + tileOut - 1) / tileOut;
  if (args.nRows <= 8) {
    linearStreamKernel<T, Out, 1><<<blocks, kThreads, 0, stream>>>(args);
  } else {
    linearStreamKernel<T, Out, 2><<<blocks, kThreads, 0, stream>>>(args);
  }
  return cudaGetLastError();
}

}  // namespace

bool linearStreamSupports(const LinearArgs& args, int major) {
  return major >= 8 && args.type != DType::F32 && args.nRows <= (major >= 9 ? kStreamRows90 : kStreamRows) &&
         args.nIn % 8 == 0;
}

cudaError_t launchLinearStream(const LinearArgs& args, cudaStream_t stream) {
  return withType(args.outType, [&](auto out) {
    using Out = decltype(out);
    return args.type == DType::F16 ? launchFor<__half, Out>(args, stream) : launchFor<__nv_bfloat16, Out>(args, stream);
  });
}

}  // namespace kernels::cuda
