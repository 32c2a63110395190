// Paged attention. Keys are taken in tiles of 64 and tiles in chunks; both are cut at fixed positions, and how they are
// added up for a query depends on its position alone. So a token's output is the same to the bit however the prompt is
// chunked, whatever shares the batch and however the work is spread over threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "kernels/cpu/kv_cache.h"
#include "kernels/program.h"

namespace kernels::cpu {

/// Keys of one tile of the online softmax.
inline constexpr uint32_t kAttentionTile = 64;
/// A query's keys are cut into at most this many chunks, which threads may take separately.
inline constexpr uint32_t kMaxAttentionChunks = 32;

/// Keys per chunk for a query at `position`: a power of two, the same for long ranges of positions.
uint32_t attentionChunkKeys(uint32_t position);

/// One attention op with everything resolved.
struct AttentionArgs {
  const float* qkv = nullptr;  ///< [tokens, qkvStride], q first
  uint64_t qkvStride = 0;
  float* out = nullptr;  ///< [tokens, nHeads * headDim]
  KvLayer layer;
  HeadShape heads;
  float scale = 1.0f, softcap = 0.0f;
  uint32_t window = 0;
  const float* slopes = nullptr;  ///< [nHeads] or null
};

/// Neighbouring tokens of one sequence that are worked on together; attentionChunkKeys() is the same for all of them.
struct AttentionTile {
  const int32_t* blockTable = nullptr;  ///< of the sequence
  uint32_t firstToken = 0;              ///< row in the batch
  uint32_t nTokens = 0;
  uint32_t position = 0;  ///< of the first token
};

/// Most tokens of one tile for this shape.
uint32_t attentionTileTokens(const HeadShape& heads);
/// Bytes of scratch that a thread needs.
uint64_t attentionScratchBytes(const HeadShape& heads);
/// Floats of one partial result: max, sum, weighted values.
uint64_t attentionPartialFloats(const HeadShape& heads);

/// Number of chunks that hold keys visible to the tile, and the first of them.
struct ChunkRange {
  uint32_t first = 0, count = 0;
};
ChunkRange attentionChunks(const AttentionArgs& args, const AttentionTile& tile);

/// Whole attention of the query heads of `kvHead` for the tile, written to out.
void attend(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, std::byte* scratch);

/// The same over one chunk; the sums of token t, head g of the group go to partials[t * tokenStride + g * headStride].
void attendChunk(const AttentionArgs& args, const AttentionTile& tile, uint32_t kvHead, uint32_t chunk,
                 std::byte* scratch, float* partials, uint64_t tokenStride, uint64_t headStride);

/// Folds the partials of one row over `count` chunks, in order, into out [headDim]. partials[c * chunkStride] is chunk
/// c's; the first is overwritten.
void combineChunks(const HeadShape& heads, float* partials, uint64_t chunkStride, uint32_t count, float* out);

}  // namespace kernels::cpu
