// The kernel of linear_wide.h: a warp has the copy engine fill a ring of shared memory with 128 rows of weights and up
// to 256 tokens, 64 elements of k at a time, and two warpgroups multiply 64 rows of weights each.
//
// A block has either whole tiles or one piece of a tile's k: whichever keeps most multiprocessors busy, which the op's
// shape decides. The sums of pieces are put into memory, and the blocks that made them, all of which run at the same
// time, add them up, each for a share of the tokens, in the order of k.
//
// A gate's rows and up's lie in a tile by eights, so that a thread has the sums of both.
#pragma once

#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/epilogue.cuh"
#include "kernels/cuda/ops/linear_wide_plan.cuh"
#include "kernels/cuda/ops/overlap.cuh"
#include "kernels/cuda/ops/wgmma.cuh"

namespace kernels::cuda::wide {

#ifdef HEARTH_WGMMA

/// Weights are read once: they leave the L2 cache first.
__device__ __forceinline__ uint64_t readOnce() {
  uint64_t policy;
  asm volatile("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;\n" : "=l"(policy));
  return policy;
}

template <bool kGated>
__device__ __forceinline__ void copyWeights(uint32_t to, const Args& args, const RowTile& tile, uint32_t k,
                                            uint32_t barrier, uint64_t policy) {
  if constexpr (kGated) {
    asm volatile(
        "cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1, {%2, "
        "%3, %3, %4}], [%5], %6;\n" ::"r"(to),
        "l"(&args.weights[0]), "r"(k), "r"(0), "r"(tile.row / 8), "r"(barrier), "l"(policy)
        : "memory");
  } else {
    asm volatile(
        "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1, {%2, "
        "%3}], [%4], %5;\n" ::"r"(to),
        "l"(&args.weights[tile.part]), "r"(k), "r"(tile.row), "r"(barrier), "l"(policy)
        : "memory");
  }
}

__device__ __forceinline__ void syncConsumers() {
  asm volatile("bar.sync 1, %0;\n" ::"n"(kConsumers) : "memory");
}

/// The copying thread.
template <int kN, bool kGated>
__device__ __forceinline__ void produce(const Args& args, const Ring<kN>& ring) {
  using L = Layout<kN>;
  const uint64_t policy = readOnce();
  Schedule schedule(args), first(args);
  Piece piece;
  Place<kN> place;
  // Weights are nobody's results: those of the first round are on their way before the kernels ahead have ended.
  uint32_t ahead = 0;
  while (ahead < L::kStages && first.next(piece)) {
    const RowTile tile = rowTile(args, piece.rowTile);
    for (uint32_t k = piece.begin; k < piece.end && ahead < L::kStages; ++k, ++ahead) {
      barrierExpect(ring.full(ahead), L::kStage);
      copyWeights<kGated>(ring.weights(ahead), args, tile, k * kDepth, ring.full(ahead), policy);
    }
  }
  awaitKernelsBefore();
  while (schedule.next(piece)) {
    const RowTile tile = rowTile(args, piece.rowTile);
    for (uint32_t k = piece.begin; k < piece.end; ++k, place.next()) {
      const uint32_t full = ring.full(place.stage);
      if (ahead > 0) {
        --ahead;
      } else {
        barrierWait(ring.empty(place.stage), place.parity ^ 1);
        barrierExpect(full, L::kStage);
        copyWeights<kGated>(ring.weights(place.stage), args, tile, k * kDepth, full, policy);
      }
      copyBox(ring.tokens(place.stage), &args.in, k * kDepth, 0, full);
    }
  }
}

/// Rows and columns of an 8 x 8 matrix of pairs' halves change places.
__device__ __forceinline__ uint32_t transposed(uint32_t pair) {
  uint32_t out;
  asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;\n" : "=r"(out) : "r"(pair));
  return out;
}

template <class T>
__device__ __forceinline__ uint32_t packed(float low, float high) {
  const T a = fromFloat<T>(low), b = fromFloat<T>(high);
  return static_cast<uint32_t>(*reinterpret_cast<const uint16_t*>(&a)) |
         static_cast<uint32_t>(*reinterpret_cast<const uint16_t*>(&b)) << 16;
}

template <class T, int kN, Kind kKind>
struct Consumer {
  const Args& args;
  const Ring<kN>& ring;
  uint32_t group, warp, lane, g, t;

  __device__ __forceinline__ void release(uint32_t stage) const {
    if (lane == 0) barrierArrive(ring.empty(stage));
  }

  __device__ __forceinline__ void multiply(const Piece& piece, Place<kN>& place, float (&sums)[kN / 2]) const {
    pin(sums);
    uint32_t before = 0;
    for (uint32_t k = piece.begin; k < piece.end; ++k) {
      barrierWait(ring.full(place.stage), place.parity);
      productsBegin();
      const uint64_t a = operandAt(ring.weights(place.stage) + group * (64 * kRowBytes), 16, 1024);
      const uint64_t b = operandAt(ring.tokens(place.stage), 16, 1024);
#pragma unroll
      for (uint32_t i = 0; i < kDepth / 16; ++i)
        multiplyRows<T, kN>(sums, a + i * 2, b + i * 2, k == piece.begin && i == 0);
      productsCommit();
      if (k > piece.begin) {
        productsWait<1>();
        release(before);
      }
      before = place.stage;
      place.next();
    }
    productsWait<0>();
    pin(sums);
    release(before);
  }

  /// Row (of the part, or column of a gated output) of this thread's first sums; the second are 8 rows on.
  __device__ __forceinline__ uint32_t rowOf(const RowTile& tile) const {
    const uint32_t row = group * 64 + warp * 16;
    return tile.row + (kKind == Kind::Gated ? row / 2 : row) + g;
  }

  __device__ __forceinline__ float biasOf(uint32_t part, uint32_t row) const {
    const LinearPartArgs& p = args.linear.parts[part];
    return p.bias != nullptr && row < p.nOut ? p.bias[row] : 0.0f;
  }

  /// Sums that are whole become output.
  __device__ __forceinline__ void finish(const Piece& piece, float (&sums)[kN / 2]) const {
    const RowTile tile = rowTile(args, piece.rowTile);
    if constexpr (kKind == Kind::Gated) finishGated(tile, sums);
    if constexpr (kKind == Kind::Half) finishHalf(tile, sums);
    if constexpr (kKind == Kind::Float) finishFloat(tile, sums);
  }

  __device__ __forceinline__ void finishGated(const RowTile& tile, float (&sums)[kN / 2]) const {
    const uint32_t row = rowOf(tile);
    const float bias[2] = {biasOf(args.upFirst ? 1 : 0, row), biasOf(args.upFirst ? 0 : 1, row)};
    const bool gelu = args.linear.epilogue == Epilogue::GeluGlu, upFirst = args.upFirst;
    // Of this thread's token in the first block of 8; none where the columns are past the end.
    T* out = outAt(tile.col + row - g + 2 * t, g);
    const uint32_t left = row - g < args.outCols ? leftOf(g) : 0;
    const uint64_t step = uint64_t{8} * args.outCols;
#pragma unroll
    for (uint32_t n = 0; n < kN / 8; ++n) {
      float y[2];
#pragma unroll
      for (int i = 0; i < 2; ++i) {
        const float first = sums[4 * n + i] + bias[0], second = sums[4 * n + 2 + i] + bias[1];
        y[i] = gatedFast(gelu, upFirst ? second : first, upFirst ? first : second);
      }
      const uint32_t pair = transposed(packed<T>(y[0], y[1]));
      if (n * 8 < left) *reinterpret_cast<uint32_t*>(out + n * step) = pair;
    }
  }

  __device__ __forceinline__ T* outAt(uint32_t col, uint32_t token) const {
    return static_cast<T*>(args.linear.out) + uint64_t{token} * args.outCols + col;
  }
  /// Rows of the output from this token's on.
  __device__ __forceinline__ uint32_t leftOf(uint32_t token) const {
    return token < args.linear.nRows ? args.linear.nRows - token : 0;
  }

  __device__ __forceinline__ void finishHalf(const RowTile& tile, float (&sums)[kN / 2]) const {
    const uint32_t row = rowOf(tile), nOut = args.linear.parts[tile.part].nOut;
    const float bias0 = biasOf(tile.part, row), bias1 = biasOf(tile.part, row + 8);
    T* out = outAt(tile.col + row - g + 2 * t, g);
    const uint32_t left0 = row - g < nOut ? leftOf(g) : 0, left1 = row - g + 8 < nOut ? left0 : 0;
    const uint64_t step = uint64_t{8} * args.outCols;
#pragma unroll
    for (uint32_t n = 0; n < kN / 8; ++n) {
      const uint32_t first = transposed(packed<T>(sums[4 * n] + bias0, sums[4 * n + 1] + bias0));
      const uint32_t second = transposed(packed<T>(sums[4 * n + 2] + bias1, sums[4 * n + 3] + bias1));
      if (n * 8 < left0) *reinterpret_cast<uint32_t*>(out + n * step) = first;
      if (n * 8 < left1) *reinterpret_cast<uint32_t*>(out + n * step + 8) = second;
    }
  }

  __device__ __forceinline__ void finishFloat(const RowTile& tile, float (&sums)[kN / 2]) const {
    const LinearArgs& linear = args.linear;
    const uint32_t row = rowOf(tile), nOut = linear.parts[tile.part].nOut;
    const float bias[2] = {biasOf(tile.part, row), biasOf(tile.part, row + 8)};
    const uint32_t token = 2 * t;
    const uint32_t left[2] = {row < nOut ? leftOf(token) : 0, row + 8 < nOut ? leftOf(token) : 0};
    const uint64_t first = uint64_t{token} * args.outCols + tile.col + row;
    float* out = static_cast<float*>(linear.out) + first;
    const float* residual = linear.residual != nullptr ? linear.residual + first : nullptr;
    const uint32_t cols = args.outCols;
    // The output may be the residual: many loads are under way before the first store.
    constexpr uint32_t kBatch = kN >= 64 ? 8 : 2;
#pragma unroll
    for (uint32_t n0 = 0; n0 < kN / 8; n0 += kBatch) {
      float old[kBatch * 4];
      if (residual != nullptr) {
#pragma unroll
        for (uint32_t i = 0; i < kBatch * 4; ++i) {
          const uint32_t later = (n0 + i / 4) * 8 + i % 2, r = i / 2 % 2;
          if (later < left[r]) old[i] = residual[later * uint64_t{cols} + r * 8];
        }
      }
#pragma unroll
      for (uint32_t i = 0; i < kBatch * 4; ++i) {
        const uint32_t later = (n0 + i / 4) * 8 + i % 2, r = i / 2 % 2;
        float y = sums[n0 * 4 + i] + bias[r];
        if (residual != nullptr) y = old[i] + linear.residualScale * y;
        if (later < left[r]) out[later * uint64_t{cols} + r * 8] = y;
      }
    }
  }

  // What follows is of cut tiles.

  __device__ __forceinline__ float* partial(uint32_t block) const {
    return args.space.partials + uint64_t{block} * (kRows * kN);
  }

  /// Puts a piece's sums, [token][row of the tile], where the others find them.
  __device__ __forceinline__ void publish(const Piece& piece, float (&sums)[kN / 2]) const {
    float* to = partial(blockIdx.x) + 2 * t * kRows + group * 64 + warp * 16 + g;
    const uint32_t left = leftOf(2 * t);
#pragma unroll
    for (uint32_t n = 0; n < kN / 8; ++n)
#pragma unroll
      for (uint32_t i = 0; i < 4; ++i)
        if (n * 8 + i % 2 < left) __stcg(to + (n * 8 + i % 2) * kRows + i / 2 * 8, sums[4 * n + i]);
    __threadfence();
    syncConsumers();
    if (threadIdx.x == kThreads - kConsumers) atomicAdd(args.space.counters + piece.rowTile, 1u);
  }

  /// Adds up this block's share of the tokens of a cut tile, once all its pieces are there. A block has one piece.
  __device__ __forceinline__ void addUp(const Piece& piece) const {
    const LinearArgs& linear = args.linear;
    const uint32_t nPieces = args.nPieces;
    uint32_t* counter = args.space.counters + piece.rowTile;
    if (threadIdx.x == kThreads - kConsumers) {
      uint32_t arrived;
      do {
        asm volatile("ld.acquire.gpu.global.u32 %0, [%1];\n" : "=r"(arrived) : "l"(counter) : "memory");
      } while (arrived < nPieces);
    }
    syncConsumers();
    const uint32_t index = blockIdx.x % nPieces, end = (index + 1) * linear.nRows / nPieces;
    const RowTile tile = rowTile(args, piece.rowTile);
    const float* first = partial(piece.rowTile * nPieces) + 4 * lane;
    constexpr uint32_t kWarps = kConsumers / 32, kBatch = kN >= 128 ? 4 : 2;
    for (uint32_t token0 = index * linear.nRows / nPieces + group * 4 + warp; token0 < end; token0 += kWarps * kBatch) {
      float4 sum[kBatch];
#pragma unroll
      for (uint32_t i = 0; i < kBatch; ++i) sum[i] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
#pragma unroll 4
      for (uint32_t p = 0; p < nPieces; ++p) {
#pragma unroll
        for (uint32_t i = 0; i < kBatch; ++i) {
          const uint32_t token = token0 + i * kWarps;
          if (token >= end) continue;
          const float4 v = __ldcg(reinterpret_cast<const float4*>(first + p * (kRows * kN) + token * kRows));
          sum[i].x += v.x;
          sum[i].y += v.y;
          sum[i].z += v.z;
          sum[i].w += v.w;
        }
      }
#pragma unroll
      for (uint32_t i = 0; i < kBatch; ++i) finishQuad(tile, token0 + i * kWarps, end, sum[i]);
    }
    syncConsumers();
    // The last to leave makes the counter what it was.
    if (threadIdx.x == kThreads - kConsumers && atomicAdd(counter, 1u) + 1 == 2 * nPieces) *counter = 0;
  }

  /// Four rows of a tile of one token, 4 lane and on; all lanes together.
  __device__ __forceinline__ void finishQuad(const RowTile& tile, uint32_t token, uint32_t end, float4 sum) const {
    const LinearArgs& linear = args.linear;
    float y[4] = {sum.x, sum.y, sum.z, sum.w};
    uint32_t row = tile.row + 4 * lane;
    bool inside = token < end;
    if constexpr (kKind == Kind::Gated) {
      row = tile.row + lane / 4 * 8 + lane % 2 * 4;
      inside = inside && lane % 4 < 2;
      const bool gelu = linear.epilogue == Epilogue::GeluGlu, upFirst = args.upFirst;
#pragma unroll
      for (uint32_t i = 0; i < 4; ++i) {
        const float other = __shfl_down_sync(0xffffffffu, y[i], 2);
        const float gate = (upFirst ? other : y[i]) + biasOf(0, row + i);
        const float up = (upFirst ? y[i] : other) + biasOf(1, row + i);
        y[i] = gatedFast(gelu, gate, up);
      }
    } else {
#pragma unroll
      for (uint32_t i = 0; i < 4; ++i) y[i] += biasOf(tile.part, row + i);
    }
    if (!inside || row >= linear.parts[tile.part].nOut) return;
    const uint64_t at = uint64_t{token} * args.outCols + tile.col + row;
    if constexpr (kKind == Kind::Float) {
      if (linear.residual != nullptr) {
        const float4 old = *reinterpret_cast<const float4*>(linear.residual + at);
        y[0] = old.x + linear.residualScale * y[0];
        y[1] = old.y + linear.residualScale * y[1];
        y[2] = old.z + linear.residualScale * y[2];
        y[3] = old.w + linear.residualScale * y[3];
      }
      *reinterpret_cast<float4*>(static_cast<float*>(linear.out) + at) = make_float4(y[0], y[1], y[2], y[3]);
    } else {
      *reinterpret_cast<uint2*>(static_cast<T*>(linear.out) + at) =
          make_uint2(packed<T>(y[0], y[1]), packed<T>(y[2], y[3]));
    }
  }

  __device__ __forceinline__ void run() const {
    awaitKernelsBefore();
    Schedule schedule(args);
    Piece piece;
    Place<kN> place;
    while (schedule.next(piece)) {
      float sums[kN / 2];
      multiply(piece, place, sums);
      if (args.nPieces > 1) {
        publish(piece, sums);
        addUp(piece);
      } else {
        finish(piece, sums);
      }
    }
  }
};

#endif  // HEARTH_WGMMA

/// With few sums a thread needs no more than its share of the registers, and leaves some to the kernel ahead, beside
/// which this one starts.
template <int kN>
inline constexpr bool kFewSums = kN <= 128;

template <class T, int kN, Kind kKind>
__global__ void __launch_bounds__(kFewSums<kN> ? 512 : kThreads, 1)
    linearWideKernel(const __grid_constant__ Args args) {
#ifdef HEARTH_WGMMA
  using L = Layout<kN>;
  extern __shared__ uint4 raw[];
  Ring<kN> ring;
  ring.base = (static_cast<uint32_t>(__cvta_generic_to_shared(raw)) + 1023) / 1024 * 1024;
  if (threadIdx.x == 0) {
    for (uint32_t s = 0; s < L::kStages; ++s) {
      barrierInit(ring.full(s), 1);
      barrierInit(ring.empty(s), kConsumers / 32);
    }
    asm volatile("fence.mbarrier_init.release.cluster;\n" ::: "memory");
    fenceShared();
  }
  __syncthreads();
  letNextKernelStart();
  const uint32_t warpgroup = threadIdx.x / 128;
  if (warpgroup == 0) {
    if constexpr (!kFewSums<kN>) asm volatile("setmaxnreg.dec.sync.aligned.u32 40;\n");
    if (threadIdx.x == 0) produce<kN, kKind == Kind::Gated>(args, ring);
    __syncwarp();
  } else {
    if constexpr (!kFewSums<kN>) asm volatile("setmaxnreg.inc.sync.aligned.u32 232;\n");
    Consumer<T, kN, kKind> consumer{args, ring};
    consumer.group = warpgroup - 1;
    consumer.warp = threadIdx.x / 32 % 4;
    consumer.lane = threadIdx.x % 32;
    consumer.g = consumer.lane / 4;
    consumer.t = consumer.lane % 4;
    consumer.run();
  }
#endif
}

template <class T>
cudaError_t launchType(const Args& args, uint32_t nBlocks, cudaStream_t stream);
extern template cudaError_t launchType<__half>(const Args& args, uint32_t nBlocks, cudaStream_t stream);
extern template cudaError_t launchType<__nv_bfloat16>(const Args& args, uint32_t nBlocks, cudaStream_t stream);

/// Columns of the products of a launch.
constexpr uint32_t columnsFor(uint32_t nRows) {
  return nRows <= 16 ? 16 : nRows <= 32 ? 32 : nRows <= 64 ? 64 : nRows <= 128 ? 128 : 256;
}

}  // namespace kernels::cuda::wide
