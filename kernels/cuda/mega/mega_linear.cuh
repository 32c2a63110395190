// Products in the persistent kernel: the producer's side, which knows weights alone, and the consumers'.
//
// Weights come in chunks of 32 product rows by 512 of k, or 16 by 1024. Consumer warp w takes windows of 32 of k: w,
// w + 8, ...; lane 4 g + t reads 16 bytes at a time, elements 8 t to 8 t + 7 of rows g, g + 8, ..., as in
// linear_stream.cu, and the sums are made in the same order: window by window in a warp, then warp by warp.
#pragma once

#include "kernels/cuda/mega/schedule.h"
#include "kernels/cuda/mega/words.cuh"
#include "kernels/cuda/ops/attention_common.cuh"
#include "kernels/cuda/ops/element.cuh"
#include "kernels/cuda/ops/epilogue.cuh"
#include "kernels/cuda/ops/mma.cuh"

namespace kernels::cuda {

/// The producer has a warpgroup of its own, three quarters of which only give their registers away.
inline constexpr uint32_t kMegaThreads = kMegaConsumers + 128;
inline constexpr uint32_t kConsumerBarrier = 1;

/// The ring of chunks in shared memory, seen from one side.
struct MegaRing {
  uint32_t chunks = 0, full = 0, empty = 0;  ///< addresses
  uint32_t nStages = 0;
  RingPosition position;

  __device__ __forceinline__ uint32_t chunk() const { return chunks + position.stage * kChunkBytes; }
  __device__ __forceinline__ uint32_t fullBarrier() const { return full + position.stage * 8; }
  __device__ __forceinline__ uint32_t emptyBarrier() const { return empty + position.stage * 8; }
  __device__ __forceinline__ void advance() { position.advance(nStages); }
};

__device__ __forceinline__ uint32_t firstGroup(const MegaLinear& op) {
  return firstGroup(op.firstBlock, blockIdx.x, gridDim.x);
}

/// Sums of a group by warp, column block and token, for the warps to add up.
template <int NB>
struct MegaSums {
  static constexpr uint32_t kPitch = kMegaGroup + 4;  // what a warp writes at a time is in 32 banks
  float at[kMegaWarps][NB * 8][kPitch];
};

/// Where the time goes, by instruction.
struct MegaTrace {
  uint64_t* at = nullptr;  ///< of this block and instruction; null: not wanted
  __device__ __forceinline__ void mark(uint32_t what) const {
    if (at != nullptr && threadIdx.x == 0) at[what] = gridClock();
  }
};

/// Leaves for the next norm what it needs of `value`, column `col` of the residual stream, which is one of group
/// `group`. The whole warp calls.
template <class T>
__device__ __forceinline__ void leaveForNorm(const MegaNormOut& next, float weight, uint32_t token, uint32_t group,
                                             uint32_t col, bool inside, float value) {
  if (inside) leaveHalf<T>(halfAt(next.normed, token, col), value * weight);
  const float squares = warpSum(inside ? value * value : 0.0f);
  if (threadIdx.x % 32 == 0) leaveFloat(floatAt(next.squares, token, group), squares);
}
__device__ __forceinline__ float nextWeight(const MegaNormOut& next, uint32_t col) {
  return next.addOne ? 1.0f + __ldg(next.weight + col) : __ldg(next.weight + col);
}

/// What the norm of a product's input still has to multiply a token's sums by. The first sums of squares are asked for
/// before they are waited for.
struct MegaNormFactor {
  static constexpr uint32_t kEarly = 4;
  uint32_t words[kEarly];

  __device__ __forceinline__ void ask(const MegaNormIn& norm, uint32_t token) {
    const uint32_t lane = threadIdx.x % 32;
#pragma unroll
    for (uint32_t i = 0; i < kEarly; ++i)
      if (lane + 32 * i < norm.nSquares) loadAcross(words[i], floatAt(norm.squares, token, lane + 32 * i));
  }
  __device__ __forceinline__ float get(const MegaNormIn& norm, uint32_t nIn, uint32_t token) const {
    const uint32_t lane = threadIdx.x % 32;
    float sum = 0.0f;
#pragma unroll
    for (uint32_t i = 0; i < kEarly; ++i)
      if (lane + 32 * i < norm.nSquares) sum += awaitFloat(words[i], floatAt(norm.squares, token, lane + 32 * i));
    for (uint32_t i = lane + 32 * kEarly; i < norm.nSquares; i += 32)
      sum += awaitFloat(kNotThere, floatAt(norm.squares, token, i));
    __syncwarp();
    return 1.0f / sqrtf(warpSum(sum) / static_cast<float>(nIn) + norm.eps);
  }
};

/// This block's groups of `kRows` product rows of one op. Each warp waits for the activations that it multiplies. All
/// consumers call; `buffer` says which of the two `sums` is next.
template <class T, int NB, uint32_t kRows>
struct MegaProducts {
  static constexpr uint32_t kTokens = NB;  // of a warp in the epilogue: warp, warp + 8
  static constexpr uint32_t kM = kRows / 16;
  static constexpr uint32_t kChunkK = chunkK(kRows), kPitch = chunkPitch(kRows);
  static constexpr uint32_t kWindowsPerWarp = kChunkK / kMegaWindow / kMegaWarps;
  /// Chunks whose activations a warp holds or waits for. It takes that many to be as fast as shared memory is, and not
  /// as the second cache: weights that came while the block had to wait are to be worked off at once.
  static constexpr uint32_t kSlots = (NB == 1 ? 16 : 8) / kWindowsPerWarp;

  const MegaLinear& op;
  const uint32_t nTokens, nIn, warp, lane, g, t;
  const std::byte* x[NB];
  uint4 b[kSlots][kWindowsPerWarp][NB];

  __device__ __forceinline__ MegaProducts(const MegaLinear& o, uint32_t tokens, uint32_t thread = threadAnew())
      : op(o), nTokens(tokens), nIn(o.nIn), warp(thread / 32), lane(thread % 32), g(lane / 4), t(lane % 4) {
#pragma unroll
    for (int n = 0; n < NB; ++n) {
      const uint32_t token = n * 8 + g;
      x[n] = token < nTokens ? halfAt(op.in, token, 8 * t) : nullptr;
    }
  }

  /// Activations of this warp's windows of chunk `chunk`.
  __device__ __forceinline__ void fetch(uint4 (&to)[kWindowsPerWarp][NB], uint32_t chunk) {
#pragma unroll
    for (uint32_t u = 0; u < kWindowsPerWarp; ++u) {
      const uint32_t window = chunk * (kChunkK / kMegaWindow) + u * kMegaWarps + warp;
#pragma unroll
      for (int n = 0; n < NB; ++n)
        if (x[n] != nullptr && window * kMegaWindow < nIn)
          loadAcross(to[u][n], x[n] + uint64_t{window} * kMegaWindowBytes);
    }
  }
  static __device__ __forceinline__ bool missing(const uint4 (&of)[kWindowsPerWarp][NB]) {
    MissingHalves halves;
#pragma unroll
    for (uint32_t u = 0; u < kWindowsPerWarp; ++u)
#pragma unroll
      for (int n = 0; n < NB; ++n) halves.add(of[u][n]);
    return halves.any();
  }
  /// Until the activations of chunk `chunk`, asked for before, are there.
  __device__ __forceinline__ void await(uint4 (&of)[kWindowsPerWarp][NB], uint32_t chunk) {
    for (MegaPatience patience; missing(of); patience.turn()) fetch(of, chunk);
    __syncwarp();
  }
  /// Until the first activations are likely to be there: each lane looks at one word. It takes a load more, and keeps
  /// the second cache free from asking for many tokens again and again.
  __device__ __forceinline__ void watch() const {
    const uint32_t window = lane / 2 * kMegaWarps + warp;
    if (lane / 2 >= kSlots * kWindowsPerWarp || window * kMegaWindow >= nIn) return;
    const std::byte* const at = halfAt(op.in, nTokens - 1, window * kMegaWindow + lane % 2 * (kMegaWindow / 2));
    uint32_t word = kNotThere;
    for (MegaPatience patience;; patience.turn()) {
      loadAcross(word, at);
      MissingHalves halves;
      halves.add(word);
      if (!halves.any()) return;
    }
  }
  /// The first activations, all that there are slots for.
  __device__ __forceinline__ void begin(uint32_t nChunks) {
#pragma unroll
    for (uint32_t i = 0; i < kSlots; ++i)
#pragma unroll
      for (uint32_t u = 0; u < kWindowsPerWarp; ++u)
#pragma unroll
        for (int n = 0; n < NB; ++n) b[i][u][n] = make_uint4(0, 0, 0, 0);
    if (nTokens > 4) {
      watch();
      __syncwarp();
    }
#pragma unroll
    for (uint32_t i = 0; i < kSlots; ++i)
      if (i < nChunks) fetch(b[i], i);
  }
  /// Until they are there, asking for all that are missing at a time.
  __device__ __forceinline__ void awaitFirst() {
    for (MegaPatience patience;; patience.turn()) {
      bool again = false;
#pragma unroll
      for (uint32_t i = 0; i < kSlots; ++i)
        if (missing(b[i])) {
          fetch(b[i], i);
          again = true;
        }
      if (!again) break;
    }
    __syncwarp();
  }

  __device__ __forceinline__ void multiply(float (&c)[kM][NB][4], const uint4 (&with)[kWindowsPerWarp][NB],
                                           MegaRing& ring, uint32_t chunk) {
    uint4 a[kWindowsPerWarp][2 * kM];
    ringWait(ring.fullBarrier(), ring.position.parity);
    const uint32_t at = ring.chunk() + g * kPitch + warp * (kMegaWindow * 2) + t * 16;
#pragma unroll
    for (uint32_t u = 0; u < kWindowsPerWarp; ++u)
#pragma unroll
      for (uint32_t r = 0; r < 2 * kM; ++r)
        a[u][r] = loadShared(at + u * (kMegaWarps * kMegaWindow * 2) + r * 8 * kPitch);
    __syncwarp();
    if (lane == 0) ringArrive(ring.emptyBarrier());
    ring.advance();
#pragma unroll
    for (uint32_t u = 0; u < kWindowsPerWarp; ++u) {
      if ((chunk * (kChunkK / kMegaWindow) + u * kMegaWarps + warp) * kMegaWindow >= nIn) break;
#pragma unroll
      for (int n = 0; n < NB; ++n)
#pragma unroll
        for (uint32_t m = 0; m < kM; ++m) {
          const uint4 low = a[u][2 * m], high = a[u][2 * m + 1], x4 = with[u][n];
          mma16816<T>(c[m][n], low.x, high.x, low.y, high.y, x4.x, x4.y);
          mma16816<T>(c[m][n], low.z, high.z, low.w, high.w, x4.z, x4.w);
        }
    }
  }

  __device__ __forceinline__ void run(MegaRing& ring, MegaSums<NB>* sums, uint32_t& buffer, const MegaTrace& trace) {
    const uint32_t nChunks = chunksOf(nIn, kRows);
    const bool gate = op.epilogue != Epilogue::None;
    const uint32_t perGroup = groupColumns(op.epilogue, kRows);
    begin(nChunks);
    float factor[kTokens];
    {
      MegaNormFactor norm[kTokens];
#pragma unroll
      for (uint32_t i = 0; i < kTokens; ++i)
        if (op.norm.nSquares != 0 && warp + 8 * i < nTokens) norm[i].ask(op.norm, warp + 8 * i);
      awaitFirst();
#pragma unroll
      for (uint32_t i = 0; i < kTokens; ++i) {
        factor[i] = 1.0f;
        if (op.norm.nSquares != 0 && warp + 8 * i < nTokens) factor[i] = norm[i].get(op.norm, nIn, warp + 8 * i);
      }
    }
    trace.mark(1);
    for (uint32_t group = firstGroup(op); group < op.nGroups; group += gridDim.x) {
      const uint32_t col = group * perGroup + lane;
      const bool inside = lane < perGroup && col < op.outCols;
      float bias = 0.0f, upBias = 0.0f, weight = 0.0f;
      uint32_t residual[kTokens] = {};
      if (inside && warp < nTokens) {
        bias = biasOf(col);
        if (gate) upBias = biasOf(op.outCols + col);
        if (op.next.nSquares != 0) weight = nextWeight(op.next, col);
        if (op.residual != nullptr) {
#pragma unroll
          for (uint32_t i = 0; i < kTokens; ++i)
            if (warp + 8 * i < nTokens) loadAcross(residual[i], floatAt(op.residual, warp + 8 * i, col));
        }
      }
      float c[kM][NB][4] = {};
      const bool last = group + gridDim.x >= op.nGroups;
#pragma unroll 1
      for (uint32_t base = 0; base < nChunks; base += kSlots) {
        const bool unseen = base > 0 && group == firstGroup(op);
#pragma unroll
        for (uint32_t i = 0; i < kSlots; ++i) {
          if (base + i >= nChunks) break;
          if (unseen) await(b[i], base + i);
          multiply(c, b[i], ring, base + i);
          const uint32_t next = slotAfter(base + i, i, kSlots, nChunks, last);
          if (next < nChunks) fetch(b[i], next);
        }
      }
      auto& part = sums[buffer].at[warp];
#pragma unroll
      for (int n = 0; n < NB; ++n)
#pragma unroll
        for (uint32_t m = 0; m < kM; ++m)
#pragma unroll
          for (uint32_t i = 0; i < 4; ++i) part[n * 8 + 2 * t + i % 2][m * 16 + g + i / 2 * 8] = c[m][n][i];
      namedBarrier<kConsumerBarrier, kMegaConsumers>();
#pragma unroll
      for (uint32_t i = 0; i < kTokens; ++i) {
        const uint32_t token = warp + 8 * i;
        if (token >= nTokens) break;
        float y = 0.0f, up = 0.0f;
        if (inside) {
#pragma unroll
          for (uint32_t w = 0; w < kMegaWarps; ++w) y += sums[buffer].at[w][token][lane];
          y = y * factor[i] + bias;
          if (gate) {
#pragma unroll
            for (uint32_t w = 0; w < kMegaWarps; ++w) up += sums[buffer].at[w][token][lane + kRows / 2];
            y = gated(op.epilogue, y, up * factor[i] + upBias);
          }
          if (op.residual != nullptr) {
            y = awaitFloat(residual[i], floatAt(op.residual, token, col)) + op.residualScale * y;
          }
          if (op.out != nullptr) leaveHalf<T>(halfAt(op.out, token, col), y);
          if (op.stream != nullptr) leaveFloat(floatAt(op.stream, token, col), y);
          if (op.outFloat != nullptr) op.outFloat[uint64_t{token} * op.outCols + col] = y;
        }
        __syncwarp();
        if (op.next.nSquares != 0) leaveForNorm<T>(op.next, weight, token, group, col, inside, y);
      }
      buffer ^= 1;
    }
  }

  __device__ __forceinline__ float biasOf(uint32_t col) const {
    for (uint32_t p = 0; p < op.nParts; ++p) {
      if (col < op.parts[p].nOut) return op.parts[p].bias != nullptr ? __ldg(op.parts[p].bias + col) : 0.0f;
      col -= op.parts[p].nOut;
    }
    return 0.0f;
  }
};

}  // namespace kernels::cuda
