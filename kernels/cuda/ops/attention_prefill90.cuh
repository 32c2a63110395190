// Attention of sequences with several tokens in the step, for compute capability 9.0: one warp has the copy engine
// bring tiles of keys and values, three others bring the queries, and two warpgroups multiply 64 queries each. While a
// tile's weights are worked out, the products of the tile before run on; a block goes from one tile of queries to the
// next, whose queries and first keys come while the last products of the one before are under way.
//
// Keys and values lie in shared memory as column blocks of 64 elements, [block][key][128 bytes], swizzled; a head size
// that is no multiple of 64 has its last block filled up with zeros by the copy engine.
#pragma once

#include <cuda.h>

#include "kernels/cuda/ops/attention.h"
#include "kernels/cuda/ops/attention_tile.cuh"
#include "kernels/cuda/ops/wgmma.cuh"

namespace kernels::cuda {

namespace prefill90 {

inline constexpr uint32_t kRows = 128, kThreads = 384, kConsumers = 256, kStages = 2;
inline constexpr uint32_t kQueryThreads = 96;
inline constexpr uint32_t kRowBytes = 128;  // of a column block

template <int kDim>
struct Layout {
  static constexpr uint32_t kKeys = kDim > 128 ? 64 : 128;
  static constexpr uint32_t kBlocks = (kDim + 63) / 64;
  static constexpr uint32_t kKeyBlock = kKeys * kRowBytes;  // bytes of a column block of keys or values
  static constexpr uint32_t kTile = kBlocks * kKeyBlock;
  static constexpr uint32_t kQuery = kBlocks * kRows * kRowBytes;
  static constexpr uint32_t kBarriers = kQuery + 2 * kStages * kTile;
  static constexpr uint32_t kStarts = kBarriers + 8 * (4 * kStages + 2);
  static constexpr uint32_t kBytes = kStarts + 1024;             // and room to align; the counts of tiles follow
  static constexpr int kSumParts = kDim > 128 ? kDim / 128 : 1;  // products a step of the sums
  static constexpr int kSumColumns = kDim / kSumParts;
};

/// Shared memory of the block, by addresses.
template <int kDim>
struct Memory {
  using L = Layout<kDim>;
  uint32_t base = 0;
  __device__ uint32_t query() const { return base; }
  __device__ uint32_t keys(uint32_t stage) const { return base + L::kQuery + stage * L::kTile; }
  __device__ uint32_t values(uint32_t stage) const { return keys(stage + kStages); }
  __device__ uint32_t barrier(uint32_t kind, uint32_t stage) const {
    return base + L::kBarriers + (kind * kStages + stage) * 8;
  }
  __device__ uint32_t keysFull(uint32_t stage) const { return barrier(0, stage); }
  __device__ uint32_t valuesFull(uint32_t stage) const { return barrier(1, stage); }
  __device__ uint32_t keysEmpty(uint32_t stage) const { return barrier(2, stage); }
  __device__ uint32_t valuesEmpty(uint32_t stage) const { return barrier(3, stage); }
  __device__ uint32_t queryFull() const { return barrier(4, 0); }
  __device__ uint32_t queryEmpty() const { return queryFull() + 8; }
};

/// The tiles of queries of a block: those with the most keys first, every other round the other way about.
struct Tiles {
  const AttentionArgs& args;
  const uint32_t* starts;
  uint32_t nSequences, turn = 0;
  __device__ __forceinline__ bool next(QueryTile& tile) {
    const uint32_t index = turn * gridDim.x + (turn % 2 == 0 ? blockIdx.x : gridDim.x - 1 - blockIdx.x);
    ++turn;
    return queryTileAt<kRows>(args, starts, nSequences, index, tile);
  }
};

/// The copying warp: a lane a block of the cache.
template <int kDim>
__device__ __forceinline__ void produce(const AttentionArgs& args, Tiles tiles, const Memory<kDim>& memory,
                                        const CUtensorMap* keysMap, const CUtensorMap* valuesMap) {
  using L = Layout<kDim>;
  constexpr uint32_t kCacheBlocks = L::kKeys / kKvBlockTokens;
  const uint32_t lane = threadIdx.x % 32, offset = lane * kKvBlockTokens * kRowBytes;
  uint32_t n = 0;  // tiles of keys so far
  QueryTile tile;
  while (tiles.next(tile)) {
    const uint32_t firstTile = tile.firstKey / L::kKeys, lastTile = tile.lastKey / L::kKeys;
    const uint32_t lastBlock = tile.lastKey / kKvBlockTokens;
    int32_t next = 0;
    if (lane < kCacheBlocks && firstTile * kCacheBlocks + lane <= lastBlock)
      next = tile.blocks[firstTile * kCacheBlocks + lane];
    for (uint32_t j = firstTile; j <= lastTile; ++j, ++n) {
      const uint32_t stage = n % kStages, parity = (n / kStages + 1) % 2;
      const uint32_t row = (static_cast<uint32_t>(next) * args.heads.nKvHeads + tile.kvHead) * kKvBlockTokens;
      const uint32_t nBlocks = min(kCacheBlocks, lastBlock + 1 - j * kCacheBlocks);
      const uint32_t ahead = (j + 1) * kCacheBlocks + lane;
      if (lane < kCacheBlocks && ahead <= lastBlock) next = tile.blocks[ahead];
      const uint32_t bytes = nBlocks * L::kBlocks * kKvBlockTokens * kRowBytes;
      barrierWait(memory.keysEmpty(stage), parity);
      if (lane == 0) barrierExpect(memory.keysFull(stage), bytes);
      __syncwarp();
      if (lane < nBlocks) {
#pragma unroll
        for (uint32_t b = 0; b < L::kBlocks; ++b)
          copyBox(memory.keys(stage) + b * L::kKeyBlock + offset, keysMap, b * 64, row, memory.keysFull(stage));
      }
      barrierWait(memory.valuesEmpty(stage), parity);
      if (lane == 0) barrierExpect(memory.valuesFull(stage), bytes);
      __syncwarp();
      if (lane < nBlocks) {
#pragma unroll
        for (uint32_t b = 0; b < L::kBlocks; ++b)
          copyBox(memory.values(stage) + b * L::kKeyBlock + offset, valuesMap, b * 64, row, memory.valuesFull(stage));
      }
    }
  }
}

/// The warps that bring queries to shared memory, kQueryThreads together: a thread a chunk of 8 elements of a row.
template <class T, int kDim>
__device__ __forceinline__ void loadQueries(const AttentionArgs& args, Tiles tiles, const Memory<kDim>& memory) {
  constexpr uint32_t kChunks = kDim / 8, kRowsAtOnce = kQueryThreads / kChunks;
  const uint32_t thread = threadIdx.x - 32, row0 = thread / kChunks, chunk = thread % kChunks;
  const uint32_t group = args.heads.nHeads / args.heads.nKvHeads;
  const uint32_t tokens = kRowsAtOnce / group, heads = kRowsAtOnce % group;  // from a row to the thread's next
  const uint32_t tokenStride = (args.heads.nHeads + 2 * args.heads.nKvHeads) * kDim;
  const uint32_t to = memory.query() + chunk / 8 * (kRows * kRowBytes);
  QueryTile tile;
  while (tiles.next(tile)) {
    const T* const from = static_cast<const T*>(args.qkv) + uint64_t{tile.firstRow} * tokenStride +
                          tile.kvHead * group * kDim + chunk * 8;
    barrierWait(memory.queryEmpty(), tiles.turn % 2);
    uint32_t token = row0 / group, head = row0 % group;
#pragma unroll 2
    for (uint32_t r = row0; row0 < kRowsAtOnce && r < kRows; r += kRowsAtOnce) {
      const bool held = token < tile.nTokens;
      const T* at = held ? from + token * tokenStride + head * kDim : from;
      const uint32_t place = to + r * kRowBytes + ((chunk % 8) ^ (r % 8)) * 16;
      asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(place), "l"(at), "r"(held ? 16 : 0)
                   : "memory");
      token += tokens;
      head += heads;
      if (head >= group) {
        head -= group;
        ++token;
      }
    }
    asm volatile("cp.async.wait_all;\n" ::: "memory");
    fenceShared();
    __syncwarp();
    if (threadIdx.x % 32 == 0) barrierArrive(memory.queryFull());
  }
}

template <class T, int kDim, bool kBent>
struct Consumer {
  using L = Layout<kDim>;
  const AttentionArgs& args;
  const Memory<kDim>& memory;
  QueryTile tile;
  uint32_t turn, nKeyTiles;  ///< tiles of queries and of keys before this one
  uint32_t group, warp, lane, g, t;
  uint32_t position[2], visible[2];
  float slope[2];
  float scale;
  float scores[L::kKeys / 2];
  float sums[L::kSumParts][L::kSumColumns / 2];
  uint32_t weights[L::kKeys / 16][4];
  float largest[2], total[2];

  __device__ __forceinline__ void beginScores(uint32_t stage) {
    pin(scores);
    productsBegin();
    const uint64_t a = operandAt(memory.query() + group * 64 * kRowBytes, 16, 1024);
    const uint64_t b = operandAt(memory.keys(stage), 16, 1024);
#pragma unroll
    for (int k = 0; k < kDim / 16; ++k)
      multiplyRows<T, L::kKeys>(scores, a + (k / 4 * kRows * kRowBytes + k % 4 * 32) / 16,
                                b + (k / 4 * L::kKeyBlock + k % 4 * 32) / 16, k == 0);
    productsCommit();
  }

  __device__ __forceinline__ void beginSums(uint32_t stage) {
#pragma unroll
    for (int p = 0; p < L::kSumParts; ++p) pin(sums[p]);
    productsBegin();
#pragma unroll
    for (uint32_t k = 0; k < L::kKeys / 16; ++k)
#pragma unroll
      for (int p = 0; p < L::kSumParts; ++p)
        multiplyColumns<T, L::kSumColumns>(
            sums[p], weights[k],
            operandAt(memory.values(stage) + p * 2 * L::kKeyBlock + k * 16 * kRowBytes, L::kKeyBlock, 1024));
    productsCommit();
  }

  __device__ __forceinline__ void pinSums() {
#pragma unroll
    for (int p = 0; p < L::kSumParts; ++p) pin(sums[p]);
  }

  /// Scores of tile `j` become weights below 2^0; returns what the sums so far are to be multiplied by, if not 1.
  __device__ __forceinline__ bool weigh(uint32_t j, float (&keep)[2]) {
    const uint32_t key0 = j * L::kKeys;
    if constexpr (kBent) {
#pragma unroll
      for (uint32_t n = 0; n < L::kKeys / 8; ++n)
#pragma unroll
        for (int c = 0; c < 4; ++c)
          scores[4 * n + c] = bentScore(args, scores[4 * n + c], slope[c / 2],
                                        static_cast<int32_t>(position[c / 2] - (key0 + n * 8 + 2 * t + c % 2)));
    }
    if (key0 + L::kKeys > tile.firstPosition + 1 || (kBent && key0 < firstVisible(args.window, tile.lastKey))) {
#pragma unroll
      for (uint32_t n = 0; n < L::kKeys / 8; ++n)
#pragma unroll
        for (int c = 0; c < 4; ++c) {
          const uint32_t key = key0 + n * 8 + 2 * t + c % 2;
          if (key > position[c / 2] || (kBent && key < visible[c / 2])) scores[4 * n + c] = -INFINITY;
        }
    }
    bool grew = false;
    float offset[2];
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float m = scores[2 * r];
#pragma unroll
      for (uint32_t n = 0; n < L::kKeys / 8; ++n) m = fmaxf(m, fmaxf(scores[4 * n + 2 * r], scores[4 * n + 2 * r + 1]));
      m = fmaxf(m, __shfl_xor_sync(0xffffffffu, m, 1));
      m = fmaxf(m, __shfl_xor_sync(0xffffffffu, m, 2));
      const float now = fmaxf(largest[r], ceilf(kBent ? m : m * scale));
      keep[r] = now == largest[r] ? 1.0f : powerOfTwo(largest[r] - now);
      grew = grew || now > largest[r];
      largest[r] = now;
      // A row with no visible key yet: any finite reference gives weights of 0.
      offset[r] = now == -INFINITY ? 0.0f : -now;
      total[r] *= keep[r];
    }
#pragma unroll
    for (uint32_t n = 0; n < L::kKeys / 8; ++n)
#pragma unroll
      for (int c = 0; c < 4; ++c) {
        const float x = scores[4 * n + c];
        scores[4 * n + c] = powerOfTwo(kBent ? x + offset[c / 2] : fmaf(x, scale, offset[c / 2]));
        total[c / 2] += scores[4 * n + c];
      }
    return __any_sync(0xffffffffu, grew);
  }

  __device__ __forceinline__ void rescale(const float (&keep)[2]) {
#pragma unroll
    for (int p = 0; p < L::kSumParts; ++p)
#pragma unroll
      for (int i = 0; i < L::kSumColumns / 2; ++i) sums[p][i] *= keep[i % 4 / 2];
  }

  __device__ __forceinline__ void pack() {
#pragma unroll
    for (uint32_t k = 0; k < L::kKeys / 16; ++k)
#pragma unroll
      for (int i = 0; i < 4; ++i) weights[k][i] = packPair<T>(scores[8 * k + 2 * i], scores[8 * k + 2 * i + 1]);
  }

  __device__ __forceinline__ void release(uint32_t barrier) {
    if (lane == 0) barrierArrive(barrier);
  }

  /// Zeros for the values past the last key: what is there may be anything, and a weight of 0 does not silence it.
  __device__ __forceinline__ void clearTail(uint32_t stage, uint32_t lastTile) {
    const uint32_t used = tile.lastKey + 1 - lastTile * L::kKeys;
    if (used == L::kKeys) return;
    const uint32_t thread = threadIdx.x - 128;
    for (uint32_t i = thread; i < (L::kKeys - used) * 8 * L::kBlocks; i += kConsumers) {
      const uint32_t block = i / ((L::kKeys - used) * 8), chunk = i % ((L::kKeys - used) * 8);
      const uint32_t at = memory.values(stage) + block * L::kKeyBlock + used * kRowBytes + chunk * 16;
      asm volatile("st.shared.v4.u32 [%0], {%1,%1,%1,%1};\n" ::"r"(at), "r"(0) : "memory");
    }
    fenceShared();
    asm volatile("bar.sync 3, %0;\n" ::"n"(kConsumers) : "memory");
  }

  // The two warpgroups take turns at starting products, so that one's weights are worked out under the other's.
  __device__ __forceinline__ void awaitTurn() {
    asm volatile("bar.sync %0, %1;\n" ::"r"(4 + group), "n"(kConsumers) : "memory");
  }
  __device__ __forceinline__ void passTurn() {
    asm volatile("bar.arrive %0, %1;\n" ::"r"(4 + (group ^ 1)), "n"(kConsumers) : "memory");
  }

  __device__ __forceinline__ void run() {
    const uint32_t firstTile = tile.firstKey / L::kKeys, lastTile = tile.lastKey / L::kKeys;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      const uint32_t row = group * 64 + warp * 16 + g + r * 8;
      const bool held = tile.holds(row);
      position[r] = held ? tile.position(row) : tile.firstPosition;
      visible[r] = kBent ? firstVisible(args.window, position[r]) : 0;
      slope[r] = kBent && held && args.alibiSlopes != nullptr ? args.alibiSlopes[tile.head(row)] : 0.0f;
      largest[r] = -INFINITY;
      total[r] = 0.0f;
    }
    scale = args.scale * kLog2E;
#pragma unroll
    for (int p = 0; p < L::kSumParts; ++p)
#pragma unroll
      for (int i = 0; i < L::kSumColumns / 2; ++i) sums[p][i] = 0.0f;
    float keep[2];
    uint32_t n = nKeyTiles;
    barrierWait(memory.queryFull(), turn % 2);
    barrierWait(memory.keysFull(n % kStages), n / kStages % 2);
    beginScores(n % kStages);
    productsWait<0>();
    pin(scores);
    release(memory.keysEmpty(n % kStages));
    if (firstTile == lastTile) release(memory.queryEmpty());
    weigh(firstTile, keep);
    pack();
    if (group == 1 && lastTile > firstTile) passTurn();
#pragma unroll 1
    for (uint32_t j = firstTile + 1; j <= lastTile; ++j) {
      const uint32_t before = n % kStages, parityBefore = n / kStages % 2;
      ++n;
      const uint32_t stage = n % kStages;
      barrierWait(memory.keysFull(stage), n / kStages % 2);
      awaitTurn();
      beginScores(stage);
      barrierWait(memory.valuesFull(before), parityBefore);
      beginSums(before);
      if (group == 0 || j < lastTile) passTurn();
      productsWait<1>();
      pin(scores);
      release(memory.keysEmpty(stage));
      if (j == lastTile) release(memory.queryEmpty());
      const bool grew = weigh(j, keep);
      pin(scores);  // worked out while the sums run, not after
      productsWait<0>();
      pinSums();
      release(memory.valuesEmpty(before));
      if (grew) rescale(keep);
      pack();
    }
    barrierWait(memory.valuesFull(n % kStages), n / kStages % 2);
    clearTail(n % kStages, lastTile);
    beginSums(n % kStages);
    productsWait<0>();
    pinSums();
    release(memory.valuesEmpty(n % kStages));
    write();
    nKeyTiles = n + 1;
    ++turn;
  }

  __device__ __forceinline__ void write() {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      total[r] += __shfl_xor_sync(0xffffffffu, total[r], 1);
      total[r] += __shfl_xor_sync(0xffffffffu, total[r], 2);
      const uint32_t row = group * 64 + warp * 16 + g + r * 8;
      if (!tile.holds(row)) continue;
      const float inverse = 1.0f / total[r];
      T* out =
          static_cast<T*>(args.out) + (uint64_t{tile.row(row)} * args.heads.nHeads + tile.head(row)) * kDim + 2 * t;
#pragma unroll
      for (int p = 0; p < L::kSumParts; ++p)
#pragma unroll
        for (int n = 0; n < L::kSumColumns / 8; ++n)
          *reinterpret_cast<uint32_t*>(out + p * L::kSumColumns + n * 8) =
              packPair<T>(sums[p][4 * n + 2 * r] * inverse, sums[p][4 * n + 2 * r + 1] * inverse);
    }
  }
};

template <class T, int kDim, bool kBent>
__global__ void __launch_bounds__(kThreads, 1)
    attentionPrefill90Kernel(const __grid_constant__ AttentionArgs args, const __grid_constant__ CUtensorMap keysMap,
                             const __grid_constant__ CUtensorMap valuesMap) {
#ifdef HEARTH_WGMMA
  using L = Layout<kDim>;
  extern __shared__ uint4 raw[];
  Memory<kDim> memory;
  memory.base = (static_cast<uint32_t>(__cvta_generic_to_shared(raw)) + 1023) / 1024 * 1024;
  auto* starts = reinterpret_cast<uint32_t*>(reinterpret_cast<char*>(raw) +
                                             (memory.base - __cvta_generic_to_shared(raw)) + L::kStarts);
  if (threadIdx.x == 0) {
    for (uint32_t s = 0; s < kStages; ++s) {
      barrierInit(memory.keysFull(s), 1);
      barrierInit(memory.valuesFull(s), 1);
      barrierInit(memory.keysEmpty(s), kConsumers / 32);
      barrierInit(memory.valuesEmpty(s), kConsumers / 32);
    }
    barrierInit(memory.queryFull(), kQueryThreads / 32);
    barrierInit(memory.queryEmpty(), kConsumers / 32);
    asm volatile("fence.mbarrier_init.release.cluster;\n" ::: "memory");
    fenceShared();
  }
  Tiles tiles{args, starts, countQueryTiles<kRows>(args, starts)};
  letNextKernelStart();
  awaitKernelsBefore();
  const uint32_t warpgroup = threadIdx.x / 128;
  if (warpgroup == 0) {
    asm volatile("setmaxnreg.dec.sync.aligned.u32 40;\n");
    if (threadIdx.x < 32) {
      produce<kDim>(args, tiles, memory, &keysMap, &valuesMap);
    } else {
      loadQueries<T, kDim>(args, tiles, memory);
    }
  } else {
    asm volatile("setmaxnreg.inc.sync.aligned.u32 232;\n");
    Consumer<T, kDim, kBent> consumer{args, memory};
    consumer.turn = consumer.nKeyTiles = 0;
    consumer.group = warpgroup - 1;
    consumer.warp = threadIdx.x / 32 % 4;
    consumer.lane = threadIdx.x % 32;
    consumer.g = consumer.lane / 4;
    consumer.t = consumer.lane % 4;
    while (tiles.next(consumer.tile)) consumer.run();
  }
#endif
}

/// Tensor map of the cache's rows, boxes of a block of the cache by 64 elements.
bool cacheMap(CUtensorMap* map, const KvView& cache, const void* base);

template <class T, int kDim>
cudaError_t launchFor(const AttentionArgs& args, cudaStream_t stream) {
  const auto kernel =
      bendsScores(args) ? attentionPrefill90Kernel<T, kDim, true> : attentionPrefill90Kernel<T, kDim, false>;
  const uint32_t bytes = Layout<kDim>::kBytes + (args.sequenceBound() + 1) * static_cast<uint32_t>(sizeof(uint32_t));
  CUtensorMap keysMap, valuesMap;
  if (!cacheMap(&keysMap, args.cache, args.cache.keys) || !cacheMap(&valuesMap, args.cache, args.cache.values))
    return cudaErrorInvalidValue;
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
      error != cudaSuccess)
    return error;
  const uint32_t most = queryTileBound(args, kRows);
  const uint32_t blocks = most < args.nMultiprocessors ? most : args.nMultiprocessors;
  if (blocks == 0) return cudaSuccess;
  return launchOverlapped(kernel, blocks, kThreads, bytes, stream, args, keysMap, valuesMap);
}

template <class T>
cudaError_t launchType(const AttentionArgs& args, cudaStream_t stream) {
  switch (args.heads.headDim) {
    case 64:
      return launchFor<T, 64>(args, stream);
    case 80:
      return launchFor<T, 80>(args, stream);
    case 96:
      return launchFor<T, 96>(args, stream);
    case 128:
      return launchFor<T, 128>(args, stream);
    default:
      return launchFor<T, 256>(args, stream);
  }
}

extern template cudaError_t launchType<__half>(const AttentionArgs& args, cudaStream_t stream);
extern template cudaError_t launchType<__nv_bfloat16>(const AttentionArgs& args, cudaStream_t stream);

}  // namespace prefill90
}  // namespace kernels::cuda
