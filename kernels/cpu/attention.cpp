#include "kernels/cpu/attention.h"

#include <algorithm>
#include <cmath>

#include "kernels/cpu/simd_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/attention.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/cpu/attention_tile-inl.h"

#ifndef HEARTH_ATTENTION_SCRATCH
#define HEARTH_ATTENTION_SCRATCH
namespace kernels::cpu {

// Query rows of a tile; with more, the tile's keys no longer stay in the first-level cache beside them.
constexpr uint32_t kTileRows = 48;
// Fewer rows than this read the cache directly, more have its keys converted to float once.
constexpr uint32_t kConvertRows = 7;

constexpr uint64_t paddedDim(uint32_t headDim) {
  return (uint64_t{headDim} + 15) / 16 * 16;
}

// A thread's scratch, cut up. Sums of a row: [headDim padded], then maximum and sum.
struct AttentionScratch {
  float *q, *chunk, *total, *s, *keys, *values;
  uint64_t rowFloats;

  AttentionScratch(const HeadShape& heads, std::byte* memory) {
    const uint64_t dim = paddedDim(heads.headDim), rows = maxRows(heads);
    rowFloats = dim + 16;
    q = reinterpret_cast<float*>(memory);
    chunk = q + rows * rowFloats;
    total = chunk + rows * rowFloats;
    s = total + rows * rowFloats;
    keys = s + 8 * kAttentionTile;
    values = keys + kAttentionTile * dim;
  }
  static uint64_t maxRows(const HeadShape& heads) {
    const uint32_t group = heads.nHeads / heads.nKvHeads;
    return uint64_t{attentionTileTokens(heads)} * group;
  }
  static uint64_t bytes(const HeadShape& heads) {
    const uint64_t dim = paddedDim(heads.headDim);
    return sizeof(float) * (3 * maxRows(heads) * (dim + 16) + 8 * kAttentionTile + 2 * kAttentionTile * dim + 64);
  }
};

}  // namespace kernels::cpu
#endif

HWY_BEFORE_NAMESPACE();
namespace kernels::cpu::HWY_NAMESPACE {

// Brings the first `nRows` rows of a group, all of one size, through one tile.
template <class T>
struct TileStep {
  const AttentionArgs& args;
  const AttentionTile& tile;
  uint32_t kvHead, group;
  uint32_t keyBegin;  ///< position of the tile's first key
  TileBlocks<T> blocks;
  AttentionScratch& scratch;

  template <int R>
  void rows(uint32_t first) const {
    const uint32_t headDim = args.heads.headDim;
    float correction[kMaxRows];
    RowRule rules[kMaxRows];
    uint32_t begin = kAttentionTile, end = 0;
    for (uint32_t r = 0; r < R; ++r) {
      const uint32_t position = tile.position + (first + r) / group;
      const uint32_t oldest = args.window != 0 && position >= args.window ? position - args.window + 1 : 0;
      RowRule& rule = rules[r];
      rule.begin = oldest > keyBegin ? std::min(oldest - keyBegin, kAttentionTile) : 0;
      rule.end = position >= keyBegin ? std::min(position - keyBegin + 1, kAttentionTile) : 0;
      rule.softcap = args.softcap;
      rule.slope = args.slopes != nullptr ? args.slopes[kvHead * group + (first + r) % group] : 0.0f;
      rule.distance = static_cast<float>(static_cast<int64_t>(keyBegin) - static_cast<int64_t>(position));
      if (rule.begin >= rule.end) continue;
      begin = std::min(begin, rule.begin);
      end = std::max(end, rule.end);
    }
    if (begin >= end) return;
    const uint32_t blockBegin = begin / 16, blockEnd = (end + 15) / 16;
    scoreTile<T, R>(scratch.q + first * scratch.rowFloats, scratch.rowFloats, blocks, blockBegin, blockEnd, headDim,
                    scratch.s);
    for (uint32_t r = 0; r < R; ++r) {
      float* row = scratch.chunk + (first + r) * scratch.rowFloats;
      float* state = row + scratch.rowFloats - 16;
      correction[r] = softmaxRow(rules[r], blockEnd * 16, scratch.s + r * kAttentionTile, state, state + 1);
    }
    addValues<T, R>(scratch.s, correction, blocks, begin, end, headDim, scratch.chunk + first * scratch.rowFloats,
                    scratch.rowFloats);
  }

  void allRows(uint32_t nRows) const {
    uint32_t first = 0;
    for (; first + 6 <= nRows; first += 6) rows<6>(first);
    switch (nRows - first) {
      case 5:
        return rows<5>(first);
      case 4:
        return rows<4>(first);
      case 3:
        return rows<3>(first);
      case 2:
        return rows<2>(first);
      case 1:
        return rows<1>(first);
      default:
        return;
    }
  }
};

template <class T>
void toFloats(const T* from, size_t n, float* to) {
  const DF d;
  for (size_t i = 0; i < n; i += kLanes) hn::StoreU(loadAsFloat(d, from + i), d, to + i);
}

void loadQueries(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, uint32_t group,
                 AttentionScratch* scratch) {
  const uint32_t headDim = args.heads.headDim;
  for (uint32_t t = 0; t < tile.nTokens; ++t) {
    const float* token = args.qkv + (tile.firstToken + t) * args.qkvStride + uint64_t{kvHead} * group * headDim;
    for (uint32_t g = 0; g < group; ++g) {
      float* row = scratch->q + (uint64_t{t} * group + g) * scratch->rowFloats;
      for (uint32_t i = 0; i < headDim; ++i) row[i] = token[uint64_t{g} * headDim + i] * args.scale;
    }
  }
}

template <class T>
const T* keysAt(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, uint64_t block) {
  return reinterpret_cast<const T*>(args.layer.keys(static_cast<uint64_t>(tile.blockTable[block]), kvHead));
}

// Fills scratch.chunk with the sums over keys [chunk * chunkKeys, + chunkKeys).
template <class T>
void runChunk(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, uint32_t group, uint32_t chunk,
              AttentionScratch* scratch) {
  const uint32_t nRows = tile.nTokens * group, headDim = args.heads.headDim;
  const uint32_t chunkKeys = attentionChunkKeys(tile.position);
  const uint32_t lastPosition = tile.position + tile.nTokens - 1;
  const uint32_t oldest = args.window != 0 && tile.position >= args.window ? tile.position - args.window + 1 : 0;
  for (uint32_t r = 0; r < nRows; ++r) {
    float* row = scratch->chunk + r * scratch->rowFloats;
    std::fill_n(row, scratch->rowFloats, 0.0f);
    row[scratch->rowFloats - 16] = -HUGE_VALF;
  }
  const uint64_t chunkEnd = std::min(uint64_t{lastPosition} + 1, (uint64_t{chunk} + 1) * chunkKeys);
  const uint64_t firstKey = std::max(uint64_t{chunk} * chunkKeys, uint64_t{oldest} / kAttentionTile * kAttentionTile);
  for (uint64_t key = firstKey; key < chunkEnd; key += kAttentionTile) {
    const auto nBlocks = static_cast<uint32_t>(std::min<uint64_t>(4, (chunkEnd - key + 15) / 16));
    TileBlocks<T> blocks{};
    for (uint32_t b = 0; b < nBlocks; ++b) {
      const auto block = static_cast<uint64_t>(tile.blockTable[key / 16 + b]);
      blocks.keys[b] = keysAt<T>(args, tile, kvHead, key / 16 + b);
      blocks.values[b] = reinterpret_cast<const T*>(args.layer.values(block, kvHead));
    }
    const uint64_t nextKey = key + kAttentionTile;
    for (uint32_t b = 0; b < 4 && nextKey + b * 16 < chunkEnd; ++b)
      blocks.ahead[b] = keysAt<T>(args, tile, kvHead, nextKey / 16 + b);
    // The thread goes on with the next KV head's first keys.
    if (nextKey >= chunkEnd && kvHead + 1 < args.heads.nKvHeads)
      for (uint32_t b = 0; b < 4 && firstKey + b * 16 < chunkEnd; ++b)
        blocks.ahead[b] = keysAt<T>(args, tile, kvHead + 1, firstKey / 16 + b);
    if (sizeof(T) == sizeof(float) || nRows < kConvertRows) {
      TileStep<T>{args, tile, kvHead, group, static_cast<uint32_t>(key), blocks, *scratch}.allRows(nRows);
      continue;
    }
    TileBlocks<float> floats{};
    const size_t blockFloats = size_t{16} * headDim;
    for (uint32_t b = 0; b < nBlocks; ++b) {
      toFloats(blocks.keys[b], blockFloats, scratch->keys + b * blockFloats);
      toFloats(blocks.values[b], blockFloats, scratch->values + b * blockFloats);
      floats.keys[b] = scratch->keys + b * blockFloats;
      floats.values[b] = scratch->values + b * blockFloats;
    }
    TileStep<float>{args, tile, kvHead, group, static_cast<uint32_t>(key), floats, *scratch}.allRows(nRows);
  }
}

void runChunkOf(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, uint32_t group, uint32_t chunk,
                AttentionScratch* scratch) {
  switch (args.layer.dtype) {
    case DType::F16:
      return runChunk<hwy::float16_t>(args, tile, kvHead, group, chunk, scratch);
    case DType::BF16:
      return runChunk<uint16_t>(args, tile, kvHead, group, chunk, scratch);
    default:
      return runChunk<float>(args, tile, kvHead, group, chunk, scratch);
  }
}

// total += part, both [rowFloats] with maximum and sum at the end.
void fold(const float* part, uint64_t rowFloats, float* total) {
  const DF d;
  const uint64_t dim = rowFloats - 16;
  const float partMax = part[dim], partSum = part[dim + 1];
  if (partSum == 0.0f) return;
  if (total[dim + 1] == 0.0f) {
    std::copy_n(part, rowFloats, total);
    return;
  }
  const float maximum = std::max(total[dim], partMax);
  const float a = expOne(total[dim] - maximum), b = expOne(partMax - maximum);
  for (uint64_t i = 0; i < dim; i += kLanes) {
    const VF scaled = hn::Mul(hn::LoadU(d, total + i), hn::Set(d, a));
    hn::StoreU(hn::MulAdd(hn::LoadU(d, part + i), hn::Set(d, b), scaled), d, total + i);
  }
  total[dim] = maximum;
  total[dim + 1] = total[dim + 1] * a + partSum * b;
}

void finishRow(const float* total, uint32_t headDim, uint64_t rowFloats, float* out) {
  const float inverse = 1.0f / total[rowFloats - 15];
  for (uint32_t i = 0; i < headDim; ++i) out[i] = total[i] * inverse;
}

void attend(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, std::byte* memory) {
  AttentionScratch scratch(args.heads, memory);
  const uint32_t group = args.heads.nHeads / args.heads.nKvHeads, headDim = args.heads.headDim;
  const uint32_t nRows = tile.nTokens * group;
  loadQueries(args, tile, kvHead, group, &scratch);
  const ChunkRange chunks = attentionChunks(args, tile);
  for (uint32_t c = 0; c < chunks.count; ++c) {
    runChunkOf(args, tile, kvHead, group, chunks.first + c, &scratch);
    if (c == 0) {
      std::swap(scratch.chunk, scratch.total);
      continue;
    }
    for (uint32_t r = 0; r < nRows; ++r)
      fold(scratch.chunk + r * scratch.rowFloats, scratch.rowFloats, scratch.total + r * scratch.rowFloats);
  }
  for (uint32_t r = 0; r < nRows; ++r) {
    const uint64_t token = tile.firstToken + r / group, head = uint64_t{kvHead} * group + r % group;
    finishRow(scratch.total + r * scratch.rowFloats, headDim, scratch.rowFloats,
              args.out + (token * args.heads.nHeads + head) * headDim);
  }
}

void attendChunk(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, uint32_t chunk,
                 std::byte* memory, float* partials, uint64_t tokenStride, uint64_t headStride) {
  AttentionScratch scratch(args.heads, memory);
  const uint32_t group = args.heads.nHeads / args.heads.nKvHeads;
  loadQueries(args, tile, kvHead, group, &scratch);
  runChunkOf(args, tile, kvHead, group, chunk, &scratch);
  for (uint32_t r = 0; r < tile.nTokens * group; ++r)
    std::copy_n(scratch.chunk + r * scratch.rowFloats, scratch.rowFloats,
                partials + r / group * tokenStride + r % group * headStride);
}

void combineChunks(const HeadShape& heads, float* partials, uint64_t chunkStride, uint32_t count, float* out) {
  const uint64_t rowFloats = attentionPartialFloats(heads);
  for (uint32_t c = 1; c < count; ++c) fold(partials + c * chunkStride, rowFloats, partials);
  finishRow(partials, heads.headDim, rowFloats, out);
}

}  // namespace kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kernels::cpu {

HWY_EXPORT(attend);
HWY_EXPORT(attendChunk);
HWY_EXPORT(combineChunks);

uint32_t attentionChunkKeys(uint32_t position) {
  uint32_t keys = 4 * kAttentionTile;
  while (position / keys >= kMaxAttentionChunks) keys *= 2;
  return keys;
}

uint32_t attentionTileTokens(const HeadShape& heads) {
  return std::max<uint32_t>(1, kTileRows / (heads.nHeads / heads.nKvHeads));
}

uint64_t attentionScratchBytes(const HeadShape& heads) {
  return AttentionScratch::bytes(heads);
}

uint64_t attentionPartialFloats(const HeadShape& heads) {
  return paddedDim(heads.headDim) + 16;
}

ChunkRange attentionChunks(const AttentionArgs& args, const AttentionTile& tile) {
  const uint32_t keys = attentionChunkKeys(tile.position);
  const uint32_t oldest = args.window != 0 && tile.position >= args.window ? tile.position - args.window + 1 : 0;
  const uint32_t first = oldest / keys;
  return {first, (tile.position + tile.nTokens - 1) / keys - first + 1};
}

void attend(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, std::byte* scratch) {
  HWY_DYNAMIC_DISPATCH(attend)(args, tile, kvHead, scratch);
}

void attendChunk(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, uint32_t chunk,
                 std::byte* scratch, float* partials, uint64_t tokenStride, uint64_t headStride) {
  HWY_DYNAMIC_DISPATCH(attendChunk)(args, tile, kvHead, chunk, scratch, partials, tokenStride, headStride);
}

void combineChunks(const HeadShape& heads, float* partials, uint64_t chunkStride, uint32_t count, float* out) {
  HWY_DYNAMIC_DISPATCH(combineChunks)(heads, partials, chunkStride, count, out);
}

}  // namespace kernels::cpu
#endif  // HWY_ONCE
