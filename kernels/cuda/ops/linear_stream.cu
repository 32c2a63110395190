// Products with few rows: every weight is read once, by 16-byte loads straight into the fragments of the tensor cores.
//
// A block owns 16 columns of the output (rows of W; with a gate, 8 of the gate's and the same 8 of up's); its 8 warps
// share out k in windows of 32. The order of the sums (window by window in a warp, then warp by warp) does not depend
// on the number of tokens.
#include "kernels/cuda/ops/linear_rows.cuh"

namespace kernels::cuda {

namespace {

constexpr uint32_t kWarps = 8, kThreads = kWarps * 32;
constexpr uint32_t kUnroll = 4;  // turns whose loads are in flight together

template <class T, class Out, int NB>
__global__ void __launch_bounds__(kThreads) linearStreamKernel(LinearArgs args) {
  __shared__ float sums[kWarps][NB][kTileRows][8];
  const uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;
  const uint32_t nIn = args.nIn;
  const T* w0 = weightRow<T>(args, blockIdx.x, g);
  const T* w1 = weightRow<T>(args, blockIdx.x, g + 8);
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
      a0[u] = k < nIn && w0 != nullptr ? loadWeights(w0 + k) : zero;
      a1[u] = k < nIn && w1 != nullptr ? loadWeights(w1 + k) : zero;
    }
#pragma unroll
    for (uint32_t u = 0; u < kUnroll; ++u) {
      const uint32_t k = base + u * kStride;
#pragma unroll
      for (int n = 0; n < NB; ++n) {
        const uint4 b = k < nIn && x[n] != nullptr ? *reinterpret_cast<const uint4*>(x[n] + k) : zero;
        multiplyWindow<T>(c[n], a0[u], a1[u], b);
      }
    }
  }
#pragma unroll
  for (int n = 0; n < NB; ++n) shareSums(sums[warp][n], c[n], g, t);
  __syncthreads();
  const uint32_t outCols = args.outCols();
  const bool gate = args.epilogue != Epilogue::None;
  const uint32_t tileOut = gate ? 8 : kTileRows;
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
  const uint32_t blocks = weightTiles(args);
  if (args.nRows <= 8) {
    linearStreamKernel<T, Out, 1><<<blocks, kThreads, 0, stream>>>(args);
  } else {
    linearStreamKernel<T, Out, 2><<<blocks, kThreads, 0, stream>>>(args);
  }
  return cudaGetLastError();
}

}  // namespace

bool linearStreamSupports(const LinearArgs& args, int major) {
  return major >= 8 && args.type != DType::F32 && args.nRows <= kStreamRows && args.nIn % 8 == 0;
}

cudaError_t launchLinearStream(const LinearArgs& args, cudaStream_t stream) {
  return withType(args.outType, [&](auto out) {
    using Out = decltype(out);
    return args.type == DType::F16 ? launchFor<__half, Out>(args, stream) : launchFor<__nv_bfloat16, Out>(args, stream);
  });
}

}  // namespace kernels::cuda
