// Attention of sequences with several tokens in the step, for compute capability 8.0 and up: a block takes a tile of
// queries over tiles of keys, which cp.async brings into shared memory one ahead of the tensor cores.
//
// Tiles of keys begin at whole multiples of their size, and rescalings are exact (attention_common.cuh): a query's
// result does not depend on the tile of queries it shares.
#include "kernels/cuda/ops/attention.h"
#include "kernels/cuda/ops/attention_tile.cuh"
#include "kernels/cuda/ops/mma.cuh"

namespace kernels::cuda {

namespace {

constexpr uint32_t kWarps = 8, kThreads = kWarps * 32, kRows = kWarps * 16;

template <int kDim>
struct Layout {
  static constexpr uint32_t kKeys = kDim > 128 ? 32 : 64;
  static constexpr uint32_t kChunks = kDim / 8;                         // of 16 bytes in a row
  static constexpr uint32_t kStride = (kChunks | 1) * 8;                // odd in chunks: no two rows on one bank
  static constexpr uint32_t kTile = kKeys * kStride;                    // elements
  static constexpr uint32_t kBytes = 2 * 2 * kTile * sizeof(uint16_t);  // keys and values, two stages
};

__device__ __forceinline__ void copyAsync(uint32_t to, const void* from, bool valid) {
#if __CUDA_ARCH__ >= 800
  const uint32_t bytes = valid ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n" ::"r"(to), "l"(from), "r"(bytes) : "memory");
#endif
}

__device__ __forceinline__ void commitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;\n" ::: "memory");
#endif
}
__device__ __forceinline__ void awaitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group 0;\n" ::: "memory");
#endif
}

__device__ __forceinline__ void loadMatrices(uint32_t (&m)[4], uint32_t at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(m[0]), "=r"(m[1]), "=r"(m[2]), "=r"(m[3])
               : "r"(at)
               : "memory");
}
__device__ __forceinline__ void loadTransposed(uint32_t (&m)[4], uint32_t at) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(m[0]), "=r"(m[1]), "=r"(m[2]), "=r"(m[3])
               : "r"(at)
               : "memory");
}

/// Starts the copies of one tile of keys or values; what lies past the last key becomes zero.
template <class T, int kDim>
__device__ __forceinline__ void fetch(const AttentionArgs& args, const QueryTile& tile, const void* base, uint32_t to,
                                      uint32_t firstKey) {
  using L = Layout<kDim>;
#pragma unroll
  for (uint32_t first = 0; first < L::kKeys * L::kChunks; first += kThreads) {
    const uint32_t index = first + threadIdx.x, row = index / L::kChunks, chunk = index % L::kChunks;
    if (row >= L::kKeys) break;
    const uint32_t key = firstKey + row;
    const bool valid = key <= tile.lastKey;
    const int32_t block = tile.blocks[(valid ? key : tile.lastKey) / kKvBlockTokens];
    const T* from = cacheBlock<T>(base, args.cache, block, tile.kvHead) + (key % kKvBlockTokens) * kDim + chunk * 8;
    copyAsync(to + (row * L::kStride + chunk * 8) * 2, from, valid);
  }
}

template <class T, int kDim, bool kBent>
__global__ void __launch_bounds__(kThreads, 1) attentionPrefillKernel(const __grid_constant__ AttentionArgs args) {
  using L = Layout<kDim>;
  extern __shared__ uint4 memory[];
  auto* starts = reinterpret_cast<uint32_t*>(memory);
  const uint32_t nSequences = countQueryTiles<kRows>(args, starts);
  QueryTile tile;
  if (!queryTileAt<kRows>(args, starts, nSequences, blockIdx.x, tile)) return;
  __syncthreads();
  const uint32_t shared = static_cast<uint32_t>(__cvta_generic_to_shared(memory));
  const uint32_t warp = threadIdx.x / 32, lane = threadIdx.x % 32, g = lane / 4, t = lane % 4;

  const uint32_t firstTile = tile.firstKey / L::kKeys, lastTile = tile.lastKey / L::kKeys;
  const auto stageAt = [&](uint32_t j) { return shared + (j % 2) * (2 * L::kTile * 2); };
  const auto fetchStage = [&](uint32_t j) {
    fetch<T, kDim>(args, tile, args.cache.keys, stageAt(j), j * L::kKeys);
    fetch<T, kDim>(args, tile, args.cache.values, stageAt(j) + L::kTile * 2, j * L::kKeys);
    commitCopies();
  };
  fetchStage(firstTile);

  // This lane's two rows of the tile.
  const uint32_t rows[2] = {warp * 16 + g, warp * 16 + g + 8};
  const bool idle = !tile.holds(warp * 16);
  uint32_t query[kDim / 16][4];
  uint32_t position[2], visible[2];
  float slope[2] = {};
#pragma unroll
  for (int r = 0; r < 2; ++r) {
    const bool held = tile.holds(rows[r]);
    position[r] = held ? tile.position(rows[r]) : tile.firstPosition;
    visible[r] = firstVisible(args.window, position[r]);
    if (kBent && held && args.alibiSlopes != nullptr) slope[r] = args.alibiSlopes[tile.head(rows[r])];
    const T* q = static_cast<const T*>(args.qkv) +
                 (uint64_t{held ? tile.row(rows[r]) : 0} * (args.heads.nHeads + 2 * args.heads.nKvHeads) +
                  (held ? tile.head(rows[r]) : 0)) *
                     kDim;
#pragma unroll
    for (int k = 0; k < kDim / 16; ++k) {
      query[k][r] = held ? *reinterpret_cast<const uint32_t*>(q + k * 16 + 2 * t) : 0;
      query[k][r + 2] = held ? *reinterpret_cast<const uint32_t*>(q + k * 16 + 2 * t + 8) : 0;
    }
  }
  const float scale = args.scale * kLog2E;
  float sums[kDim / 8][4] = {};
  float largest[2] = {-INFINITY, -INFINITY}, total[2] = {};
  // Every position of the tile lies in [lowest, lastKey]: tiles of keys wholly between need no masks.
  const uint32_t lowest = tile.firstPosition, highestVisible = firstVisible(args.window, tile.lastKey);
  const uint32_t keyRow = (lane % 8) + (lane / 16) * 8, keyChunk = (lane / 8) % 2;  // of the ldmatrix of keys
  const uint32_t valueRow = lane % 16, valueChunk = lane / 16;                      // of values

#pragma unroll 1
  for (uint32_t j = firstTile; j <= lastTile; ++j) {
    awaitCopies();
    __syncthreads();
    if (j < lastTile) fetchStage(j + 1);
    if (idle) continue;
    const uint32_t keys = stageAt(j), values = keys + L::kTile * 2, key0 = j * L::kKeys;
    float scores[L::kKeys / 8][4] = {};
#pragma unroll
    for (int k = 0; k < kDim / 16; ++k)
#pragma unroll
      for (uint32_t n = 0; n < L::kKeys / 16; ++n) {
        uint32_t b[4];
        loadMatrices(b, keys + ((n * 16 + keyRow) * L::kStride + (k * 2 + keyChunk) * 8) * 2);
        mma16816<T>(scores[2 * n], query[k][0], query[k][1], query[k][2], query[k][3], b[0], b[1]);
        mma16816<T>(scores[2 * n + 1], query[k][0], query[k][1], query[k][2], query[k][3], b[2], b[3]);
      }
    const bool masked = key0 + L::kKeys > lowest + 1 || key0 < highestVisible;
    float newLargest[2] = {largest[0], largest[1]};
#pragma unroll
    for (uint32_t n = 0; n < L::kKeys / 8; ++n)
#pragma unroll
      for (int c = 0; c < 4; ++c) {
        const int r = c / 2;
        const uint32_t key = key0 + n * 8 + 2 * t + c % 2;
        if constexpr (kBent) {
          scores[n][c] = bentScore(args, scores[n][c], slope[r], static_cast<int32_t>(position[r] - key));
        } else {
          scores[n][c] *= scale;
        }
        if (masked && (key > position[r] || key < visible[r])) scores[n][c] = -INFINITY;
        newLargest[r] = fmaxf(newLargest[r], scores[n][c]);
      }
    bool grew = false;
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      newLargest[r] = fmaxf(newLargest[r], __shfl_xor_sync(0xffffffffu, newLargest[r], 1));
      newLargest[r] = ceilf(fmaxf(newLargest[r], __shfl_xor_sync(0xffffffffu, newLargest[r], 2)));
      grew = grew || newLargest[r] > largest[r];
    }
    if (__any_sync(0xffffffffu, grew)) {
#pragma unroll
      for (int r = 0; r < 2; ++r) {
        const float keep = largest[r] == newLargest[r] ? 1.0f : powerOfTwo(largest[r] - newLargest[r]);
        largest[r] = newLargest[r];
        total[r] *= keep;
#pragma unroll
        for (int n = 0; n < kDim / 8; ++n) {
          sums[n][2 * r] *= keep;
          sums[n][2 * r + 1] *= keep;
        }
      }
    }
    // A row with no visible key yet has its scores all at minus infinity: any finite reference gives weights of 0.
    const float reference[2] = {largest[0] == -INFINITY ? 0.0f : largest[0],
                                largest[1] == -INFINITY ? 0.0f : largest[1]};
#pragma unroll
    for (uint32_t n = 0; n < L::kKeys / 16; ++n) {
      uint32_t a[4];
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float(&s)[4] = scores[2 * n + half];
#pragma unroll
        for (int c = 0; c < 4; ++c) {
          s[c] = powerOfTwo(s[c] - reference[c / 2]);
          total[c / 2] += s[c];
        }
        a[2 * half] = packPair<T>(s[0], s[1]);
        a[2 * half + 1] = packPair<T>(s[2], s[3]);
      }
#pragma unroll
      for (int d = 0; d < kDim / 16; ++d) {
        uint32_t b[4];
        loadTransposed(b, values + ((n * 16 + valueRow) * L::kStride + (d * 2 + valueChunk) * 8) * 2);
        mma16816<T>(sums[2 * d], a[0], a[1], a[2], a[3], b[0], b[1]);
        mma16816<T>(sums[2 * d + 1], a[0], a[1], a[2], a[3], b[2], b[3]);
      }
    }
  }

#pragma unroll
  for (int r = 0; r < 2; ++r) {
    total[r] += __shfl_xor_sync(0xffffffffu, total[r], 1);
    total[r] += __shfl_xor_sync(0xffffffffu, total[r], 2);
    if (!tile.holds(rows[r])) continue;
    const float inverse = 1.0f / total[r];
    T* out = static_cast<T*>(args.out) + (uint64_t{tile.row(rows[r])} * args.heads.nHeads + tile.head(rows[r])) * kDim +
             2 * t;
#pragma unroll
    for (int n = 0; n < kDim / 8; ++n)
      *reinterpret_cast<uint32_t*>(out + n * 8) = packPair<T>(sums[n][2 * r] * inverse, sums[n][2 * r + 1] * inverse);
  }
}

template <class T, int kDim>
cudaError_t launchFor(const AttentionArgs& args, cudaStream_t stream) {
  const auto kernel =
      bendsScores(args) ? attentionPrefillKernel<T, kDim, true> : attentionPrefillKernel<T, kDim, false>;
  const uint32_t counts = (args.sequenceBound() + 1) * static_cast<uint32_t>(sizeof(uint32_t));
  const uint32_t bytes = counts > Layout<kDim>::kBytes ? counts : Layout<kDim>::kBytes;
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes));
      error != cudaSuccess)
    return error;
  const uint32_t blocks = queryTileBound(args, kRows);
  if (blocks > 0) kernel<<<blocks, kThreads, bytes, stream>>>(args);
  return cudaGetLastError();
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

}  // namespace

cudaError_t launchAttentionPrefill(const AttentionArgs& args, cudaStream_t stream) {
  return args.type == DType::F16 ? launchType<__half>(args, stream) : launchType<__nv_bfloat16>(args, stream);
}

}  // namespace kernels::cuda
