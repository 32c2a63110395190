// Tiles of attention over many queries: the rows of a tile are the query heads of one KV head, token by token, so that
// a short chunk fills it too and keys are read once for all of them.
#pragma once

#include "kernels/cuda/ops/attention_common.cuh"

namespace kernels::cuda {

/// Tokens in a tile of `rows` rows.
__host__ __device__ constexpr uint32_t tokensPerTile(const HeadShape& heads, uint32_t rows) {
  return rows / (heads.nHeads / heads.nKvHeads);
}

/// One tile's queries and the keys that any of them sees.
struct QueryTile {
  uint32_t kvHead = 0, group = 1;      ///< query heads of the KV head
  uint32_t firstRow = 0, nTokens = 0;  ///< rows of the flat batch
  uint32_t firstPosition = 0;          ///< of the first token
  uint32_t firstKey = 0, lastKey = 0;  ///< seen by any query of the tile
  const int32_t* blocks = nullptr;

  __device__ __forceinline__ bool holds(uint32_t r) const { return r / group < nTokens; }
  __device__ __forceinline__ uint32_t position(uint32_t r) const { return firstPosition + r / group; }
  __device__ __forceinline__ uint32_t head(uint32_t r) const { return kvHead * group + r % group; }
  __device__ __forceinline__ uint32_t row(uint32_t r) const { return firstRow + r / group; }
};

/// Counts the tiles of all sequences: starts[i] is what comes before sequence i. `starts` has room for a number a
/// sequence and one more. Returns the number of sequences. Every thread of the block calls.
template <uint32_t kRows>
__device__ __forceinline__ uint32_t countQueryTiles(const AttentionArgs& args, uint32_t* starts) {
  const uint32_t perTile = tokensPerTile(args.heads, kRows);
  return countWork(args, starts, [&](const SequenceSpan& span) {
    return span.nTokens > 1 || args.oneOrder ? (span.nTokens + perTile - 1) / perTile : 0;
  });
}

/// Tile `index` of those counted (KV heads fastest, last tiles first: they have the most keys), false when there is
/// none.
template <uint32_t kRows>
__device__ __forceinline__ bool queryTileAt(const AttentionArgs& args, const uint32_t* starts, uint32_t nSequences,
                                            uint32_t index, QueryTile& tile) {
  const uint32_t perTile = tokensPerTile(args.heads, kRows);
  const uint32_t nTiles = starts[nSequences], fromEnd = index / args.heads.nKvHeads;
  if (fromEnd >= nTiles) return false;
  const uint32_t unit = nTiles - 1 - fromEnd;
  const uint32_t sequence = sequenceOfWork(starts, nSequences, unit);
  const SequenceSpan span = args.step.spans[sequence];
  const uint32_t firstToken = (unit - starts[sequence]) * perTile;
  tile.kvHead = index % args.heads.nKvHeads;
  tile.group = args.heads.nHeads / args.heads.nKvHeads;
  tile.firstRow = span.firstToken + firstToken;
  tile.nTokens = min(span.nTokens - firstToken, perTile);
  tile.firstPosition = span.contextLength + firstToken;
  tile.firstKey = firstVisible(args.window, tile.firstPosition);
  tile.lastKey = tile.firstPosition + tile.nTokens - 1;
  tile.blocks = args.step.blockTable + span.blockTableOffset;
  return true;
}

/// Blocks of a grid that has one for every tile there may be.
inline uint32_t queryTileBound(const AttentionArgs& args, uint32_t rows) {
  const uint32_t most = args.oneOrder ? args.nRows : args.nRows / 2;
  const uint32_t several = args.sequenceBound() < most ? args.sequenceBound() : most;
  return (args.nRows / tokensPerTile(args.heads, rows) + several) * args.heads.nKvHeads;
}

}  // namespace kernels::cuda
