// Attention of sequences with one token in the step: the work of one item, a range of keys for the heads of one KV
// head.
//
// A warp takes tiles of 16 keys (a block of the cache). Keys are the 16 rows of the tensor core's tile, query heads its
// 8 columns. Nothing goes through shared memory on the way in: lane 4 g + t takes elements 8 t to 8 t + 7 of keys g and
// g + 8 in every window of 32, an order that the query shares; of the values it takes 8 dimensions (8 g on, in a window
// of 64) of the four keys whose weights it will hold, and pairs them up by byte permutation. While a tile is at work,
// the next tile's keys and values are on their way.
//
// A sequence's keys are cut into splits by its length alone, never by the batch; a split is the sum of its warps in
// order, a result the sum of its splits in order. Rescalings are exact (attention_common.cuh), so that it makes no
// difference to the bits whether one block went over all splits or many blocks shared them.
#pragma once

#include "kernels/cuda/ops/attention_common.cuh"
#include "kernels/cuda/ops/mma.cuh"

namespace kernels::cuda {

inline constexpr uint32_t kDecodeWarps = 4, kDecodeThreads = kDecodeWarps * 32;
/// Smallest split, in blocks of the cache.
inline constexpr uint32_t kDecodeMinSplit = 16;
/// Slots of partial results that scratch holds at most; sequences past it are done by one block a KV head.
inline constexpr uint32_t kDecodeMaxSlots = 2048;

/// How a shape is cut, the same for every sequence.
struct DecodeCut {
  uint32_t headsPerItem = 0;  ///< query heads that share a pass over the keys
  uint32_t nChunks = 0;       ///< passes for the query heads of one KV head
  uint32_t maxSplits = 0;     ///< of one sequence
};
__host__ __device__ constexpr DecodeCut decodeCut(const HeadShape& heads, uint32_t nMultiprocessors) {
  const uint32_t group = heads.nHeads / heads.nKvHeads;
  const uint32_t perItem = group <= 8 || heads.headDim > 128 ? 8 : 16;
  const uint32_t chunks = (group + perItem - 1) / perItem;
  const uint32_t wanted = 2 * (nMultiprocessors > 0 ? nMultiprocessors : 128) / (heads.nKvHeads * chunks);
  return {perItem, chunks, wanted < 8 ? 8 : wanted > 128 ? 128 : wanted};
}

/// Blocks of the cache in each split of a sequence of `nTiles` visible blocks: a multiple of the number of warps.
__host__ __device__ constexpr uint32_t decodeSplitTiles(uint32_t nTiles, uint32_t maxSplits) {
  const uint32_t even = ((nTiles + maxSplits - 1) / maxSplits + kDecodeWarps - 1) / kDecodeWarps * kDecodeWarps;
  return even < kDecodeMinSplit ? kDecodeMinSplit : even;
}

/// Scratch: counters (zero between steps), largest and total of every head of a slot, its sums.
struct DecodeScratch {
  uint32_t* counters = nullptr;  ///< [rows][KV head][chunk]
  float* stats = nullptr;        ///< [slot][head][2]
  float* sums = nullptr;         ///< [slot][head][headDim]
  uint32_t nSlots = 0;
};

/// A sequence's token and the keys it sees.
struct DecodeSequence {
  uint32_t row = 0, position = 0;
  uint32_t firstTile = 0, nTiles = 0;
  uint32_t splitTiles = 0, nSplits = 0;
  const int32_t* blocks = nullptr;
};
__device__ __forceinline__ DecodeSequence decodeSequence(const AttentionArgs& args, const SequenceSpan& span,
                                                         uint32_t maxSplits) {
  DecodeSequence s;
  s.row = span.firstToken;
  s.position = span.contextLength;
  s.firstTile = firstVisible(args.window, s.position) / kKvBlockTokens;
  s.nTiles = s.position / kKvBlockTokens + 1 - s.firstTile;
  s.splitTiles = decodeSplitTiles(s.nTiles, maxSplits);
  s.nSplits = (s.nTiles + s.splitTiles - 1) / s.splitTiles;
  s.blocks = args.step.blockTable + span.blockTableOffset;
  return s;
}

/// The query heads of an item.
struct DecodeHeads {
  uint32_t kvHead = 0, first = 0, count = 0;  ///< heads first .. first + count - 1
};

/// Barrier of the block's kDecodeThreads threads that do decode items.
__device__ __forceinline__ void decodeBarrier(uint32_t id) {
#if defined(HEARTH_EMULATED_GPU)
  emulated::barrier(id, kDecodeThreads);
#else
  asm volatile("bar.sync %0, %1;\n" ::"r"(id), "n"(kDecodeThreads) : "memory");
#endif
}

/// Where an item's query comes from: the rows of qkv, once the kernels before are done.
struct QueryInMemory {
  static constexpr bool kShared = false;
  __device__ __forceinline__ void await(const DecodeSequence&, const DecodeHeads&, uint32_t /*split*/) const {
    awaitKernelsBefore();
  }
};

/// Where results go: rows of out.
struct AttendedInRows {
  static __device__ __forceinline__ void store(const AttentionArgs& args, uint32_t row, uint32_t column, uint2 four) {
    const uint32_t columns = args.heads.nHeads * args.heads.headDim;
    *reinterpret_cast<uint2*>(static_cast<uint16_t*>(args.out) + uint64_t{row} * columns + column) = four;
  }
};

template <class T, int kDim, int kColumns, bool kBent, class Results = AttendedInRows>
struct DecodeItem {
  static constexpr int kHeads = kColumns * 8;
  static constexpr int kSteps = kDim / 16;  // of k in the scores, of m in the sums
  static constexpr int kRow = kDim + 4;
  static constexpr int kQuads = (kDim + 127) / 128;  // float4 of a head that a lane holds

  static constexpr uint32_t kInFlight = kQuads > 1 ? 8 : 16;  // splits whose sums are loaded together
  static constexpr bool kQueryShared = kDim > 128;            // no room in registers

  struct Shared {
    uint2 query[kQueryShared ? kSteps : 1][kColumns][32];
    float sums[kDecodeWarps][kHeads][kRow];
    float running[kHeads][kRow];
    float largest[kDecodeWarps][kHeads], total[kDecodeWarps][kHeads];
    float runningLargest[kHeads], runningTotal[kHeads];
    uint32_t arrived;
  };

  /// A query, keys or values as the tensor cores take them.
  struct Query {
    uint32_t b[kSteps][kColumns][2];
  };
  struct Keys {
    uint32_t a[kSteps][4];
  };
  struct Values {
    uint32_t pair[4][kSteps];  // keys 2t, 2t + 1, 2t + 8, 2t + 9; two dimensions each
  };

  static __device__ __forceinline__ void loadRow(const T* row, uint32_t t, uint32_t* first, uint32_t stride,
                                                 uint32_t second) {
#pragma unroll
    for (int w = 0; w < kDim / 32; ++w) {
      uint32_t* at = first + 2 * w * stride;
      loadOnce(at[0], at[second], at[stride], at[stride + second], row + 32 * w + 8 * t);
    }
    if constexpr (kDim % 32 != 0) {
      uint32_t* at = first + (kSteps - 1) * stride;
      loadOnce(at[0], at[second], row + kDim - 16 + 4 * t);
    }
  }

  /// The same from a row in shared memory.
  static __device__ __forceinline__ void loadSharedRow(const T* row, uint32_t t, uint32_t* first, uint32_t stride,
                                                       uint32_t second) {
#pragma unroll
    for (int w = 0; w < kDim / 32; ++w) {
      uint32_t* at = first + 2 * w * stride;
      const uint4 v = *reinterpret_cast<const uint4*>(row + 32 * w + 8 * t);
      at[0] = v.x;
      at[second] = v.y;
      at[stride] = v.z;
      at[stride + second] = v.w;
    }
    if constexpr (kDim % 32 != 0) {
      uint32_t* at = first + (kSteps - 1) * stride;
      const uint2 v = *reinterpret_cast<const uint2*>(row + kDim - 16 + 4 * t);
      at[0] = v.x;
      at[second] = v.y;
    }
  }

  static __device__ __forceinline__ void loadKeys(Keys& keys, const T* block, uint32_t g, uint32_t t) {
    loadRow(block + g * kDim, t, &keys.a[0][0], 4, 2);
    loadRow(block + (g + 8) * kDim, t, &keys.a[0][1], 4, 2);
  }

  /// First of the two dimensions that rows g and g + 8 of step `m` of the sums stand for.
  static __device__ __forceinline__ uint32_t dimension(int m, uint32_t g) {
    if (m < kDim / 64 * 4) return (m / 4) * 64 + 8 * g + (m % 4) * 2;
    if constexpr (kDim % 64 == 32) return kDim - 32 + 4 * g + (m % 4) * 2;
    return kDim - 16 + 2 * g;
  }

  static __device__ __forceinline__ void loadValues(Values& values, const T* block, uint32_t g, uint32_t t) {
    static_assert(kDim % 64 == 0 || kDim % 64 == 32 || kDim % 64 == 16);
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const T* row = block + (2 * t + (k & 1) + (k >> 1) * 8) * kDim;
      uint32_t* at = values.pair[k];
#pragma unroll
      for (int w = 0; w < kDim / 64; ++w)
        loadOnce(at[4 * w], at[4 * w + 1], at[4 * w + 2], at[4 * w + 3], row + 64 * w + 8 * g);
      if constexpr (kDim % 64 == 32) loadOnce(at[kSteps - 2], at[kSteps - 1], row + kDim - 32 + 4 * g);
      if constexpr (kDim % 64 == 16) loadOnce(at[kSteps - 1], row + kDim - 16 + 2 * g);
    }
  }

  template <class Source>
  static __device__ __forceinline__ void loadQuery(Query& query, const Source& source, const AttentionArgs& args,
                                                   uint32_t row, const DecodeHeads& heads, uint32_t g, uint32_t t) {
    if constexpr (Source::kShared) {
#pragma unroll
      for (int n = 0; n < kColumns; ++n) loadSharedRow(source.query(n * 8 + g), t, &query.b[0][n][0], 2 * kColumns, 1);
      return;
    }
    const T* q = static_cast<const T*>(args.qkv) +
                 (uint64_t{row} * (args.heads.nHeads + 2 * args.heads.nKvHeads) + heads.first) * kDim;
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
      if (n * 8 + g < heads.count) {
        loadRow(q + (n * 8 + g) * kDim, t, &query.b[0][n][0], 2 * kColumns, 1);
      } else {
#pragma unroll
        for (int k = 0; k < kSteps; ++k) query.b[k][n][0] = query.b[k][n][1] = 0;
      }
    }
  }

  /// Sums of one split over its warps, in shared.sums, largest and total, not yet added up. Every thread calls.
  template <class Source>
  static __device__ __forceinline__ void sumKeys(const AttentionArgs& args, const DecodeSequence& s,
                                                 const DecodeHeads& heads, uint32_t split, Shared& shared,
                                                 uint32_t thread, uint32_t barrier, Source& source) {
    const uint32_t warp = thread / 32, lane = thread % 32, g = lane / 4, t = lane % 4;
    const uint32_t begin = s.firstTile + split * s.splitTiles;
    const uint32_t end = min(begin + s.splitTiles, s.firstTile + s.nTiles);
    const uint32_t first = begin + warp;
    const uint32_t nTiles = end > first ? (end - first + kDecodeWarps - 1) / kDecodeWarps : 0;
    const uint32_t visible = firstVisible(args.window, s.position);
    const float scale = args.scale * kLog2E;
    float slopes[kColumns][2] = {};
    if (kBent && args.alibiSlopes != nullptr) {
#pragma unroll
      for (int n = 0; n < kColumns; ++n)
#pragma unroll
        for (int c = 0; c < 2; ++c)
          if (n * 8 + 2 * t + c < heads.count) slopes[n][c] = args.alibiSlopes[heads.first + n * 8 + 2 * t + c];
    }

    Query query;
    Keys keys;
    Values values;
    int32_t ids = 0, block = 0;
    const bool early = nTiles > 0 && (first + 1) * kKvBlockTokens <= s.position;  // written by earlier steps
    if (nTiles > 0) {
      if (lane < nTiles) ids = s.blocks[first + lane * kDecodeWarps];
      block = __shfl_sync(0xffffffffu, ids, 0);
    }
    const T* keyBlock = cacheBlock<T>(args.cache.keys, args.cache, block, heads.kvHead);
    const T* valueBlock = cacheBlock<T>(args.cache.values, args.cache, block, heads.kvHead);
    if (early) {
      loadKeys(keys, keyBlock, g, t);
      loadValues(values, valueBlock, g, t);
    }
    if constexpr (Source::kShared) {
      // While the query is waited for: the other tiles' lines on their way to the second cache. With many keys the way
      // there and back takes longer than it saves.
      const uint32_t count = s.nSplits == 1 ? min(nTiles, 32u) : 0;
      for (uint32_t i = 1; i < count; ++i) {
        const int32_t other = __shfl_sync(0xffffffffu, ids, static_cast<int>(i));
        constexpr uint32_t kLine = 128 / sizeof(T);
        for (uint32_t at = lane * kLine; at < kKvBlockTokens * kDim; at += 32 * kLine) {
          askForLine(cacheBlock<T>(args.cache.keys, args.cache, other, heads.kvHead) + at);
          askForLine(cacheBlock<T>(args.cache.values, args.cache, other, heads.kvHead) + at);
        }
      }
    }
    source.await(s, heads, split);
    if constexpr (kQueryShared) {
      if (warp == 0) {
        loadQuery(query, source, args, s.row, heads, g, t);
#pragma unroll
        for (int k = 0; k < kSteps; ++k)
#pragma unroll
          for (int n = 0; n < kColumns; ++n) shared.query[k][n][lane] = make_uint2(query.b[k][n][0], query.b[k][n][1]);
      }
      decodeBarrier(barrier);
    }
    float sums[kSteps][kColumns][4] = {};
    float largest[kColumns][2], total[kColumns][2];
#pragma unroll
    for (int n = 0; n < kColumns; ++n) {
      largest[n][0] = largest[n][1] = -INFINITY;
      total[n][0] = total[n][1] = 0.0f;
    }
    if (nTiles > 0) {
      if constexpr (!kQueryShared) loadQuery(query, source, args, s.row, heads, g, t);
      if (!early) {
        loadKeys(keys, keyBlock, g, t);
        loadValues(values, valueBlock, g, t);
      }
    }
#pragma unroll 1
    for (uint32_t i = 0; i < nTiles; ++i) {
      const uint32_t tile = first + i * kDecodeWarps, next = i + 1;
      float scores[kColumns][4] = {};
#pragma unroll
      for (int k = 0; k < kSteps; ++k)
#pragma unroll
        for (int n = 0; n < kColumns; ++n) {
          const uint2 q = kQueryShared ? shared.query[k][n][lane] : make_uint2(query.b[k][n][0], query.b[k][n][1]);
          mma16816<T>(scores[n], keys.a[k][0], keys.a[k][1], keys.a[k][2], keys.a[k][3], q.x, q.y);
        }
      if (next < nTiles) {
        if (next % 32 == 0 && next + lane < nTiles) ids = s.blocks[first + (next + lane) * kDecodeWarps];
        block = __shfl_sync(0xffffffffu, ids, next % 32);
        loadKeys(keys, cacheBlock<T>(args.cache.keys, args.cache, block, heads.kvHead), g, t);
      }
      const uint32_t key = tile * kKvBlockTokens;
      const bool edge = key + kKvBlockTokens > s.position + 1 || key < visible;
      uint32_t weights[kColumns][2];
      bool grew = false;
      float newLargest[kColumns][2];
#pragma unroll
      for (int n = 0; n < kColumns; ++n) {
#pragma unroll
        for (int c = 0; c < 4; ++c) {
          const uint32_t j = key + g + (c / 2) * 8;
          if constexpr (kBent) {
            scores[n][c] = bentScore(args, scores[n][c], slopes[n][c % 2], static_cast<int32_t>(s.position - j));
          } else {
            scores[n][c] *= scale;
          }
          if (edge && (j > s.position || j < visible)) scores[n][c] = -INFINITY;
        }
#pragma unroll
        for (int c = 0; c < 2; ++c) {
          float m = fmaxf(scores[n][c], scores[n][c + 2]);
#pragma unroll
          for (int offset = 4; offset < 32; offset *= 2) m = fmaxf(m, __shfl_xor_sync(0xffffffffu, m, offset));
          newLargest[n][c] = fmaxf(largest[n][c], ceilf(m));
          grew = grew || newLargest[n][c] > largest[n][c];
        }
      }
      if (__any_sync(0xffffffffu, grew)) {
#pragma unroll
        for (int n = 0; n < kColumns; ++n)
#pragma unroll
          for (int c = 0; c < 2; ++c) {
            const float keep = powerOfTwo(largest[n][c] - newLargest[n][c]);
            largest[n][c] = newLargest[n][c];
            total[n][c] *= keep;
#pragma unroll
            for (int m = 0; m < kSteps; ++m) {
              sums[m][n][c] *= keep;
              sums[m][n][c + 2] *= keep;
            }
          }
      }
#pragma unroll
      for (int n = 0; n < kColumns; ++n) {
#pragma unroll
        for (int c = 0; c < 4; ++c) {
          scores[n][c] = powerOfTwo(scores[n][c] - largest[n][c % 2]);
          total[n][c % 2] += scores[n][c];
        }
        const uint32_t low = packPair<T>(scores[n][0], scores[n][1]), high = packPair<T>(scores[n][2], scores[n][3]);
#if defined(HEARTH_EMULATED_GPU)
        weights[n][0] = emulated::transposed(low);
        weights[n][1] = emulated::transposed(high);
#elif __CUDA_ARCH__ >= 800
        asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;\n" : "=r"(weights[n][0]) : "r"(low));
        asm volatile("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;\n" : "=r"(weights[n][1]) : "r"(high));
#endif
      }
      if (edge) {
        // What lies past the sequence may be anything: a weight of 0 does not silence it.
#pragma unroll
        for (int k = 0; k < 4; ++k) {
          const uint32_t j = key + 2 * t + (k & 1) + (k >> 1) * 8;
          if (j > s.position || j < visible) {
#pragma unroll
            for (int m = 0; m < kSteps; ++m) values.pair[k][m] = 0;
          }
        }
      }
#pragma unroll
      for (int m = 0; m < kSteps; ++m) {
        const uint32_t a0 = __byte_perm(values.pair[0][m], values.pair[1][m], 0x5410);
        const uint32_t a1 = __byte_perm(values.pair[0][m], values.pair[1][m], 0x7632);
        const uint32_t a2 = __byte_perm(values.pair[2][m], values.pair[3][m], 0x5410);
        const uint32_t a3 = __byte_perm(values.pair[2][m], values.pair[3][m], 0x7632);
#pragma unroll
        for (int n = 0; n < kColumns; ++n) mma16816<T>(sums[m][n], a0, a1, a2, a3, weights[n][0], weights[n][1]);
      }
      if (next < nTiles) loadValues(values, cacheBlock<T>(args.cache.values, args.cache, block, heads.kvHead), g, t);
    }
#pragma unroll
    for (int n = 0; n < kColumns; ++n)
#pragma unroll
      for (int c = 0; c < 2; ++c) {
        float sum = total[n][c];
#pragma unroll
        for (int offset = 4; offset < 32; offset *= 2) sum += __shfl_xor_sync(0xffffffffu, sum, offset);
        const uint32_t head = n * 8 + 2 * t + c;
        if (g == 0) {
          shared.largest[warp][head] = largest[n][c];
          shared.total[warp][head] = sum;
        }
#pragma unroll
        for (int m = 0; m < kSteps; ++m)
          *reinterpret_cast<float2*>(&shared.sums[warp][head][dimension(m, g)]) =
              make_float2(sums[m][n][c], sums[m][n][c + 2]);
      }
  }

  static __device__ __forceinline__ float4 scaledSum(float4 acc, float4 x, float w) {
    return make_float4(fmaf(x.x, w, acc.x), fmaf(x.y, w, acc.y), fmaf(x.z, w, acc.z), fmaf(x.w, w, acc.w));
  }

  static __device__ __forceinline__ void writeOut(const AttentionArgs& args, uint32_t row, uint32_t head, uint32_t dim,
                                                  float4 sum, float total) {
    const float inverse = 1.0f / total;
    Results::store(
        args, row, head * kDim + dim,
        make_uint2(packPair<T>(sum.x * inverse, sum.y * inverse), packPair<T>(sum.z * inverse, sum.w * inverse)));
  }

  /// The warps' sums of head h, added up in order. Lanes hold 4 dimensions each, from 4 * lane on.
  static __device__ __forceinline__ void mergeWarps(const Shared& shared, uint32_t h, uint32_t lane,
                                                    float4 (&sum)[kQuads], float& largest, float& total) {
    largest = shared.largest[0][h];
#pragma unroll
    for (uint32_t w = 1; w < kDecodeWarps; ++w) largest = fmaxf(largest, shared.largest[w][h]);
    total = 0.0f;
#pragma unroll
    for (int q = 0; q < kQuads; ++q) sum[q] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
#pragma unroll
    for (uint32_t w = 0; w < kDecodeWarps; ++w) {
      const float weight = powerOfTwo(shared.largest[w][h] - largest);
      total = fmaf(shared.total[w][h], weight, total);
#pragma unroll
      for (int q = 0; q < kQuads; ++q) {
        const uint32_t dim = q * 128 + lane * 4;
        if (dim < kDim) sum[q] = scaledSum(sum[q], *reinterpret_cast<const float4*>(&shared.sums[w][h][dim]), weight);
      }
    }
  }

  /// Adds the sums of head `h` of one split to those of the splits before it, and writes the result after the last.
  static __device__ __forceinline__ void addToRunning(const AttentionArgs& args, const DecodeSequence& s,
                                                      uint32_t split, uint32_t head, uint32_t h, uint32_t lane,
                                                      const float4 (&sum)[kQuads], float largest, float total,
                                                      Shared& shared) {
    const float before = split > 0 ? shared.runningLargest[h] : largest;
    const float now = fmaxf(before, largest);
    const float keep = powerOfTwo(before - now), weight = powerOfTwo(largest - now);
    const float newTotal = fmaf(total, weight, split > 0 ? shared.runningTotal[h] * keep : 0.0f);
#pragma unroll
    for (int q = 0; q < kQuads; ++q) {
      const uint32_t dim = q * 128 + lane * 4;
      if (dim >= kDim) continue;
      float4* running = reinterpret_cast<float4*>(&shared.running[h][dim]);
      const float4 old = split > 0 ? *running : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
      const float4 kept = make_float4(old.x * keep, old.y * keep, old.z * keep, old.w * keep);
      const float4 added = scaledSum(kept, sum[q], weight);
      *running = added;
      if (split + 1 == s.nSplits) writeOut(args, s.row, head, dim, added, newTotal);
    }
    __syncwarp();
    if (lane == 0) {
      shared.runningLargest[h] = now;
      shared.runningTotal[h] = newTotal;
    }
  }

  /// Adds up all splits of head `h` in order, from scratch.
  static __device__ __forceinline__ void addSplits(const AttentionArgs& args, const DecodeScratch& scratch,
                                                   const DecodeSequence& s, uint32_t head, uint32_t firstSlot,
                                                   uint32_t lane) {
    const uint32_t nHeads = args.heads.nHeads;
    const float2* stats = reinterpret_cast<const float2*>(scratch.stats) + uint64_t{firstSlot} * nHeads + head;
    const float* sums = scratch.sums + (uint64_t{firstSlot} * nHeads + head) * kDim + lane * 4;
    float largest = -INFINITY;
    for (uint32_t i = lane; i < s.nSplits; i += 32) largest = fmaxf(largest, __ldcg(stats + i * nHeads).x);
    largest = warpMax(largest);
    float total = 0.0f;
    float4 sum[kQuads];
#pragma unroll
    for (int q = 0; q < kQuads; ++q) sum[q] = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    for (uint32_t first = 0; first < s.nSplits; first += kInFlight) {
      // Past the last split, the last one again with a weight of 0.
      float4 parts[kInFlight][kQuads];
#pragma unroll
      for (uint32_t i = 0; i < kInFlight; ++i)
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
          const uint64_t slot = min(first + i, s.nSplits - 1) * nHeads;
          if (q * 128 + lane * 4 < kDim)
            parts[i][q] = __ldcg(reinterpret_cast<const float4*>(sums + slot * kDim) + q * 32);
        }
      float2 stat = make_float2(-INFINITY, 0.0f);
      if (lane < kInFlight && first + lane < s.nSplits) stat = __ldcg(stats + (first + lane) * nHeads);
      const float weight = powerOfTwo(stat.x - largest);
#pragma unroll
      for (uint32_t i = 0; i < kInFlight; ++i) {
        const float w = __shfl_sync(0xffffffffu, weight, i);
        total = fmaf(__shfl_sync(0xffffffffu, stat.y, i), w, total);
#pragma unroll
        for (int q = 0; q < kQuads; ++q)
          if (q * 128 + lane * 4 < kDim) sum[q] = scaledSum(sum[q], parts[i][q], w);
      }
    }
#pragma unroll
    for (int q = 0; q < kQuads; ++q)
      if (q * 128 + lane * 4 < kDim) writeOut(args, s.row, head, q * 128 + lane * 4, sum[q], total);
  }

  /// Reports `count` splits as done: true where those were the last of a sequence's; what the others left in scratch is
  /// then to be seen.
  static __device__ __forceinline__ bool lastToArrive(const DecodeSequence& s, uint32_t* counter, uint32_t count,
                                                      Shared& shared, uint32_t thread, uint32_t barrier) {
    __threadfence();
    decodeBarrier(barrier);
    if (thread == 0) {
      shared.arrived = atomicAdd(counter, count) + count;
      if (shared.arrived == s.nSplits) *counter = 0;
      __threadfence();
    }
    decodeBarrier(barrier);
    return shared.arrived == s.nSplits;
  }

  /// Splits `split` to `end` - 1 of a sequence. All of them are added up one after the other; of fewer, each leaves its
  /// sums in its slot, and the last to arrive at `counter` adds them up. All of kDecodeThreads threads call, with
  /// `thread` from 0 on.
  template <class Source>
  static __device__ __forceinline__ void run(const AttentionArgs& args, const DecodeScratch& scratch,
                                             const DecodeSequence& s, const DecodeHeads& heads, uint32_t split,
                                             uint32_t end, uint32_t firstSlot, uint32_t* counter, Shared& shared,
                                             uint32_t thread, uint32_t barrier, Source& source) {
    const uint32_t warp = thread / 32, lane = thread % 32;
    const bool whole = split == 0 && end == s.nSplits;
    const uint32_t count = end - split;
#pragma unroll 1
    for (; split < end; ++split) {
      sumKeys(args, s, heads, split, shared, thread, barrier, source);
      decodeBarrier(barrier);
      for (uint32_t h = warp; h < heads.count; h += kDecodeWarps) {
        float4 sum[kQuads];
        float largest, total;
        mergeWarps(shared, h, lane, sum, largest, total);
        if (whole) {
          addToRunning(args, s, split, heads.first + h, h, lane, sum, largest, total, shared);
          continue;
        }
        const uint64_t at = uint64_t{firstSlot + split} * args.heads.nHeads + heads.first + h;
#pragma unroll
        for (int q = 0; q < kQuads; ++q)
          if (q * 128 + lane * 4 < kDim)
            __stcg(reinterpret_cast<float4*>(scratch.sums + at * kDim + lane * 4) + q * 32, sum[q]);
        if (lane == 0) __stcg(reinterpret_cast<float2*>(scratch.stats) + at, make_float2(largest, total));
      }
      if (whole || split + 1 < end) decodeBarrier(barrier);
    }
    if (whole || !lastToArrive(s, counter, count, shared, thread, barrier)) return;
    for (uint32_t h = warp; h < heads.count; h += kDecodeWarps)
      addSplits(args, scratch, s, heads.first + h, firstSlot, lane);
  }
};

}  // namespace kernels::cuda
