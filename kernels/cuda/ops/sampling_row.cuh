// One row of logits on its way to a token: how it is read and adjusted, and the statistics that many warps gather of
// it.
#pragma once

#include "kernels/cuda/ops/sampling_block.cuh"

namespace kernels::cuda {

/// A row, its slot and what is wanted of it.
struct SampleRow {
  const float* logits;
  uint32_t n, nTiles;
  bool aligned;  ///< 16-byte loads
  const SlotState* slot;
  const TokenMark* marks;
  const TokenBias* listed;
  uint64_t* best;
  float *sums, *rawMaxima, *rawSums, *groups, *rawGroups;
  float factor;  ///< 1 / temperature
  bool plain;    ///< the largest raw logit and nothing else
  bool adjusts, sampled, topK, topP, minP, logprobs, needSums, needGroups;
};

__device__ __forceinline__ SampleRow openRow(const SampleArgs& args, uint32_t rowIndex, uint32_t slotIndex) {
  SampleRow row{};
  const SlotState& slot = args.slots[slotIndex];
  row.slot = &slot;
  row.logits = args.logits + uint64_t{rowIndex} * args.cols;
  row.n = args.nVocab;
  row.nTiles = (args.nVocab + kSampleTile - 1) / kSampleTile;
  row.aligned = (reinterpret_cast<uintptr_t>(row.logits) & 15) == 0;
  row.marks = args.marks + slotIndex * args.markStride;
  row.listed = args.listed + uint64_t{slotIndex} * kMaxListed;
  const uint64_t tiles = uint64_t{rowIndex} * args.scratch.tiles;
  row.best = args.scratch.best + tiles;
  row.sums = args.scratch.sums + tiles;
  row.rawMaxima = args.scratch.rawMaxima + tiles;
  row.rawSums = args.scratch.rawSums + tiles;
  row.groups = args.scratch.groups + tiles * kSampleGroups;
  row.adjusts = slot.adjusts != 0;
  row.rawGroups = row.adjusts ? args.scratch.rawGroups + tiles * kSampleGroups : row.groups;
  const float temperature = slot.temperature;
  row.sampled = temperature > 0.0f;
  row.factor = fminf(__fdiv_rn(1.0f, temperature), FLT_MAX);
  row.topK = slot.topK > 0 && static_cast<uint32_t>(slot.topK) < row.n;
  row.topP = slot.topP < 1.0f;
  row.minP = slot.minP > 0.0f;
  row.logprobs = slot.topLogprobs >= 0;
  row.plain = !row.sampled && !row.adjusts && !row.logprobs;
  row.needSums = row.sampled && !row.topK && (row.topP || !row.minP);
  row.needGroups = (row.sampled && (row.topK || row.topP || row.minP)) || (!row.adjusts && slot.topLogprobs > 0);
  return row;
}

/// Token of element i of a lane that starts at `first`.
__device__ __forceinline__ uint32_t tokenAt(uint32_t first, int i) {
  return first + static_cast<uint32_t>(i / 4 * 128 + i % 4);
}

/// Reads quads of logits, 128 tokens apart, as the model computed them. Past the vocabulary: NaN.
template <int kQuads>
__device__ __forceinline__ void loadQuads(const float* logits, uint32_t n, bool aligned, uint32_t first,
                                          float (&v)[4 * kQuads]) {
#pragma unroll
  for (int q = 0; q < kQuads; ++q) {
    const uint32_t token = tokenAt(first, 4 * q);
    if (aligned && token + 4 <= n) {
      const float4 x = __ldg(reinterpret_cast<const float4*>(logits + token));
      v[4 * q] = x.x;
      v[4 * q + 1] = x.y;
      v[4 * q + 2] = x.z;
      v[4 * q + 3] = x.w;
    } else {
#pragma unroll
      for (uint32_t c = 0; c < 4; ++c) v[4 * q + c] = token + c < n ? __ldg(logits + token + c) : NAN;
    }
  }
}

/// Penalties, bias and bans of a token with a mark.
__device__ __noinline__ inline float adjustedLogit(float x, uint32_t mark, uint32_t token, const SampleRow& row) {
  const SlotState& slot = *row.slot;
  if ((mark & kMarkSeen) != 0) {
    x = x > 0.0f ? __fdiv_rn(x, slot.repetition) : __fmul_rn(x, slot.repetition);
    uint32_t count = mark & kMarkCount;
    if (count == kMarkCount) {
      for (uint32_t i = 0; i < slot.nOverflow; ++i) {
        if (slot.overflow[i].token == static_cast<int32_t>(token)) count += slot.overflow[i].more;
      }
    }
    if (count > 0) {
      x = __fsub_rn(x, __fadd_rn(__fmul_rn(slot.frequency, static_cast<float>(count)), slot.presence));
    }
    x = cleanLogit(x);
  }
  if ((mark & kMarkListed) != 0) {
    uint32_t low = 0, high = slot.nListed;
    while (low < high) {
      const uint32_t middle = (low + high) / 2;
      if (row.listed[middle].token < static_cast<int32_t>(token)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    for (; low < slot.nListed && row.listed[low].token == static_cast<int32_t>(token); ++low) {
      x = cleanLogit(__fadd_rn(x, row.listed[low].bias));
    }
  }
  return x;
}

template <int kQuads>
__device__ __forceinline__ void adjustQuads(const SampleRow& row, uint32_t first, float (&v)[4 * kQuads]) {
#pragma unroll
  for (int q = 0; q < kQuads; ++q) {
    const uint2 four = *reinterpret_cast<const uint2*>(row.marks + tokenAt(first, 4 * q));
    if ((four.x | four.y) == 0) continue;
#pragma unroll
    for (int c = 0; c < 4; ++c) {
      const uint32_t mark = ((c < 2 ? four.x : four.y) >> (c % 2 * 16)) & 0xffffu;
      const uint32_t token = tokenAt(first, 4 * q + c);
      if (mark != 0 && token < row.n) v[4 * q + c] = adjustedLogit(v[4 * q + c], mark, token, row);
    }
  }
}

/// One logit, clean, adjusted unless kRaw.
template <bool kRaw>
__device__ __forceinline__ float logitAt(const SampleRow& row, uint32_t token) {
  float x = cleanLogit(__ldg(row.logits + token));
  if (!kRaw && row.adjusts) {
    const uint32_t mark = row.marks[token];
    if (mark != 0) x = adjustedLogit(x, mark, token, row);
  }
  return x;
}

/// Calls body(x, token) for every token of the vocabulary, tiles shared out over the block's warps.
template <bool kRaw, class Body>
__device__ __forceinline__ void forEachLogit(const SampleRow& row, Body body) {
  const uint32_t lane = threadIdx.x % 32;
  for (uint32_t tile = threadIdx.x / 32; tile < row.nTiles; tile += kSampleWarps) {
#pragma unroll 1
    for (uint32_t half = 0; half < 2; ++half) {
      const uint32_t first = tile * kSampleTile + half * (kSampleTile / 2) + 4 * lane;
      float v[16];
      loadQuads<4>(row.logits, row.n, row.aligned, first, v);
#pragma unroll
      for (float& x : v) x = cleanLogit(x);
      if (!kRaw && row.adjusts) adjustQuads<4>(row, first, v);
#pragma unroll
      for (int i = 0; i < 16; ++i) {
        const uint32_t token = tokenAt(first, i);
        if (token < row.n) body(v[i], token);
      }
    }
  }
}

__device__ __forceinline__ float largestOf(const float (&v)[32]) {
  float best = -INFINITY;
#pragma unroll
  for (const float x : v) best = fmaxf(best, x);
  return best;
}

/// Sum over the tile of exp((x - maximum) factor), in a fixed order; the same in every lane.
__device__ __forceinline__ float tileSum(const float (&v)[32], float maximum, float factor) {
  float sum = 0.0f;
#pragma unroll
  for (const float x : v) sum += weightOf(x, maximum, factor);
  return warpTotal(sum);
}

/// The first token of a tile with the value `maximum`, as a candidate. When none has it (NaN only): the first, below
/// all.
__device__ __forceinline__ uint64_t tileBest(const float (&v)[32], float maximum, uint32_t first, uint32_t tile) {
  uint32_t token = 0xffffffffu;
#pragma unroll
  for (int i = 31; i >= 0; --i) {
    if (v[i] == maximum) token = tokenAt(first, i);
  }
  token = warpSmallest(token);
  return token == 0xffffffffu ? 0xffffffffu - tile * kSampleTile : candidateKey(maximum + 0.0f, token);
}

/// Statistics of one tile, by one warp. v holds its raw logits (loadQuads), and is used up.
__device__ __forceinline__ void gatherTile(const SampleRow& row, uint32_t tile, float (&v)[32]) {
  const uint32_t lane = threadIdx.x % 32, first = tile * kSampleTile + 4 * lane;
  if (row.plain) {
    const uint64_t best = tileBest(v, warpLargest(largestOf(v)), first, tile);
    if (lane == 0) row.best[tile] = best;
    return;
  }
#pragma unroll
  for (float& x : v) x = cleanLogit(x);
  float mine = largestOf(v), maximum = warpLargest(mine);
  if (row.logprobs) {
    const float sum = tileSum(v, maximum, 1.0f);
    if (lane == 0) {
      row.rawSums[tile] = sum;
      row.rawMaxima[tile] = maximum;
    }
    if (row.adjusts) row.rawGroups[tile * kSampleGroups + lane] = mine;
  }
  if (row.adjusts) {
    adjustQuads<8>(row, first, v);
    mine = largestOf(v);
    maximum = warpLargest(mine);
  }
  if (row.needGroups) row.groups[tile * kSampleGroups + lane] = mine;
  if (row.needSums) {
    const float sum = tileSum(v, maximum, row.factor);
    if (lane == 0) row.sums[tile] = sum;
  }
  const uint64_t best = tileBest(v, maximum, first, tile);
  if (lane == 0) row.best[tile] = best;
}

}  // namespace kernels::cuda
