// From the statistics of a row to its token: what one block does once all tiles have been gathered.
//
// The draw goes over what is left in the order of the tokens, like the CPU backend's: the token is the first whose
// running sum of weights exceeds u times the sum of all. Nothing here depends on how many blocks or rows there are:
// statistics are kept by tile, lists are sorted, sums run in a fixed order or over integers.
#pragma once

#include "kernels/cuda/ops/sampling_select.cuh"

namespace kernels::cuda {

constexpr double kLeastLogprob = -9999.0;

__device__ __forceinline__ float clampedLogprob(double x) {
  return static_cast<float>(isnan(x) ? kLeastLogprob : fmin(fmax(x, kLeastLogprob), 0.0));
}

/// m.tileMass from the sums that were gathered.
__device__ inline void massesOfTiles(const SampleRow& row, float maximum, SampleMemory& m) {
  for (uint32_t t = threadIdx.x; t < row.nTiles; t += kSampleThreads) {
    const float share = weightOf(valueOf(__ldcg(row.best + t)), maximum, row.factor);
    m.tileMass[t] = static_cast<double>(__ldcg(row.sums + t)) * static_cast<double>(share);
  }
  __syncthreads();
}

/// m.tileMass of the candidates at or above `last` that weigh at least minP.
__device__ __noinline__ inline void massesOfCandidates(const SampleRow& row, float maximum, uint64_t last, float minP,
                                                       SampleMemory& m) {
  const uint32_t lane = threadIdx.x % 32;
  for (uint32_t tile = threadIdx.x / 32; tile < row.nTiles; tile += kSampleWarps) {
    const uint32_t first = tile * kSampleTile + 4 * lane;
    float v[32], sum = 0.0f;
    loadQuads<8>(row.logits, row.n, row.aligned, first, v);
#pragma unroll
    for (float& x : v) x = cleanLogit(x);
    if (row.adjusts) adjustQuads<8>(row, first, v);
#pragma unroll
    for (int i = 0; i < 32; ++i) {
      const float weight = weightOf(v[i], maximum, row.factor);
      if (weight >= minP && candidateKey(v[i], tokenAt(first, i)) >= last) sum += weight;
    }
    const double total = warpTotal(static_cast<double>(sum));
    if (lane == 0) m.tileMass[tile] = total;
  }
  __syncthreads();
}

/// Sum of m.tileMass, the same in every thread.
__device__ inline double massOfRow(const SampleRow& row, SampleMemory& m) {
  if (threadIdx.x < 32) {
    double total = 0.0;
    for (uint32_t base = 0; base < row.nTiles; base += 32) {
      const uint32_t tile = base + threadIdx.x;
      total += warpTotal(tile < row.nTiles ? m.tileMass[tile] : 0.0);
    }
    if (threadIdx.x == 0) m.total = total;
  }
  __syncthreads();
  const double out = m.total;
  __syncthreads();
  return out;
}

/// The token where the running sum of candidates passes `left` within a tile; the last one with any weight when
/// rounding leaves something over. By one warp.
__device__ inline uint32_t drawInTile(const SampleRow& row, uint32_t tile, double left, float maximum, uint64_t last,
                                      float minP) {
  const uint32_t lane = threadIdx.x % 32, first = tile * kSampleTile + 4 * lane;
  uint32_t fallback = 0;
#pragma unroll 1
  for (uint32_t q = 0; q < 8; ++q) {
    const uint32_t begin = first + q * 128;
    float v[4];
    loadQuads<1>(row.logits, row.n, row.aligned, begin, v);
#pragma unroll
    for (float& x : v) x = cleanLogit(x);
    if (row.adjusts) adjustQuads<1>(row, begin, v);
    double sum = 0.0;
#pragma unroll
    for (uint32_t c = 0; c < 4; ++c) {
      const float weight = weightOf(v[c], maximum, row.factor);
      v[c] = weight >= minP && candidateKey(v[c], begin + c) >= last ? weight : 0.0f;
      sum += static_cast<double>(v[c]);
    }
    const double inclusive = warpInclusive(sum);
    double reached = __shfl_up_sync(kFullWarp, inclusive, 1);
    if (lane == 0) reached = 0.0;
    uint32_t mine = 0xffffffffu;
#pragma unroll
    for (uint32_t c = 0; c < 4; ++c) {
      reached += static_cast<double>(v[c]);
      if (v[c] > 0.0f) {
        fallback = begin + c;
        if (reached > left) mine = min(mine, begin + c);
      }
    }
    const uint32_t token = warpSmallest(mine);
    if (token != 0xffffffffu) return token;
    left -= __shfl_sync(kFullWarp, inclusive, 31);
  }
  return ~warpSmallest(~fallback);
}

/// Draws among the row's candidates; m.tileMass and their sum are known, and not zero.
__device__ inline uint32_t drawInRow(const SampleRow& row, double u, double total, float maximum, uint64_t last,
                                     float minP, SampleMemory& m) {
  if (threadIdx.x < 32) {
    const uint32_t lane = threadIdx.x;
    const double target = u * total;
    uint32_t tile = 0;
    double before = 0.0, reached = 0.0;
    for (uint32_t base = 0; base < row.nTiles; base += 32) {
      const double mass = base + lane < row.nTiles ? m.tileMass[base + lane] : 0.0;
      const double inclusive = warpInclusive(mass);
      double exclusive = __shfl_up_sync(kFullWarp, inclusive, 1);
      if (lane == 0) exclusive = 0.0;
      const uint32_t weighty = __ballot_sync(kFullWarp, mass > 0.0);
      const uint32_t past = __ballot_sync(kFullWarp, mass > 0.0 && reached + inclusive > target);
      if (weighty != 0) {
        const int at = past != 0 ? __ffs(static_cast<int>(past)) - 1 : 31 - __clz(static_cast<int>(weighty));
        tile = base + static_cast<uint32_t>(at);
        before = reached + __shfl_sync(kFullWarp, exclusive, at);
      }
      if (past != 0) break;
      reached += __shfl_sync(kFullWarp, inclusive, 31);
    }
    const uint32_t token = drawInTile(row, tile, target - before, maximum, last, minP);
    if (lane == 0) m.token = static_cast<int32_t>(token);
  }
  __syncthreads();
  return static_cast<uint32_t>(m.token);
}

/// Draws among the first n of the sorted list that weigh at least minP.
__device__ inline uint32_t drawInList(const SampleRow& row, uint32_t n, double u, float maximum, float minP,
                                      SampleMemory& m) {
  constexpr uint32_t kEach = kSampleList / kSampleThreads;
  if (n == 1) return tokenOf(m.list[0]);
  for (uint32_t i = threadIdx.x; i < n; i += kSampleThreads) {
    const uint64_t key = m.list[i];
    const float weight = weightOf(valueOf(key), maximum, row.factor);
    // Descending order of this is ascending order of tokens.
    m.list[i] = key << 32 | __float_as_uint(weight >= minP ? weight : 0.0f);
  }
  if (threadIdx.x == 0) {
    m.found = n;
    m.last = 0;
  }
  sortList(n, m);
  const auto weightAt = [&](uint32_t i) {
    return i < n ? static_cast<double>(__uint_as_float(static_cast<uint32_t>(m.list[i]))) : 0.0;
  };
  const uint32_t begin = threadIdx.x * kEach;
  double sum = 0.0, total = 0.0;
  for (uint32_t i = begin; i < begin + kEach; ++i) sum += weightAt(i);
  double reached = blockExclusive(sum, &total, m);
  const double target = u * total;
  for (uint32_t i = begin; i < begin + kEach; ++i) {
    const double weight = weightAt(i);
    reached += weight;
    if (weight > 0.0) {
      atomicMax(&m.last, i);
      if (reached > target) {
        atomicMin(&m.found, i);
        break;
      }
    }
  }
  __syncthreads();
  const uint32_t at = m.found < n ? m.found : m.last;
  return 0xffffffffu - static_cast<uint32_t>(m.list[at] >> 32);
}

/// Top-p over the first n of the sorted list, whose k first are candidates when k > 0: how many stay. 0: the list ends
/// before the mass is reached.
__device__ inline uint32_t keepMass(const SampleRow& row, uint32_t n, bool all, double rowMass, float maximum,
                                    SampleMemory& m) {
  constexpr uint32_t kEach = kSampleList / kSampleThreads;
  const uint32_t begin = threadIdx.x * kEach;
  const auto weightAt = [&](uint32_t i) {
    return i < n ? static_cast<double>(weightOf(valueOf(m.list[i]), maximum, row.factor)) : 0.0;
  };
  double sum = 0.0, total = 0.0;
  for (uint32_t i = begin; i < begin + kEach; ++i) sum += weightAt(i);
  if (threadIdx.x == 0) m.found = n;
  double reached = blockExclusive(sum, &total, m);
  const double target = static_cast<double>(row.slot->topP) * (all ? total : rowMass);
  for (uint32_t i = begin; i < min(begin + kEach, n); ++i) {
    reached += weightAt(i);
    if (reached >= target) {
      atomicMin(&m.found, i);
      break;
    }
  }
  __syncthreads();
  const uint32_t found = m.found;
  __syncthreads();
  return found < n ? found + 1 : (all ? n : 0);
}

/// A draw at a temperature above zero. `best` is finite.
__device__ inline uint32_t drawToken(const SampleRow& row, uint64_t best, float lowestTile, SampleMemory& m) {
  const float maximum = valueOf(best), minP = row.minP ? row.slot->minP : 0.0f;
  const double u = uniformDraw(row.slot->seed, row.slot->drawIndex);
  double rowMass = 0.0;
  if (row.needSums) {
    massesOfTiles(row, maximum, m);
    rowMass = massOfRow(row, m);
    if (!row.topP) return drawInRow(row, u, rowMass, maximum, 0, 0.0f, m);
  }
  const auto k = static_cast<uint32_t>(row.slot->topK);
  uint32_t n = 0;
  if (row.topK) {
    n = min(k, listLargest<false>(row, k, maximum, lowestTile, m));
  } else if (row.topP) {
    n = listMass(row, static_cast<double>(row.slot->topP) * rowMass, maximum, lowestTile, m);
  } else {
    n = listAbove(row, minP, maximum, m);
  }
  if (n != 0 && row.topP) n = keepMass(row, n, row.topK, rowMass, maximum, m);
  if (n != 0) return drawInList(row, n, u, maximum, minP, m);

  uint64_t last = 0;
  if (row.topK) last = selectInRow<false, false>(row, maximum, k, 0, m);
  if (row.topP) {
    if (row.topK) {
      massesOfCandidates(row, maximum, last, 0.0f, m);
      rowMass = massOfRow(row, m);
    }
    const double mass = ceil(static_cast<double>(row.slot->topP) * rowMass * 0x1p40);
    const uint64_t target = mass >= 1.0 ? static_cast<uint64_t>(mass) : 1;
    last = selectInRow<false, true>(row, maximum, target, last, m);
  }
  massesOfCandidates(row, maximum, last, minP, m);
  rowMass = massOfRow(row, m);
  return rowMass > 0.0 ? drawInRow(row, u, rowMass, maximum, last, minP, m) : tokenOf(best);
}

/// Log of the sum of exp over the raw logits; writes the most probable tokens.
__device__ inline double takeLogprobs(const SampleRow& row, uint64_t best, ResultHead* head, ResultTop* tops,
                                      SampleMemory& m) {
  uint64_t largest = 0, lowest = ~uint64_t{0};
  for (uint32_t t = threadIdx.x; t < row.nTiles; t += kSampleThreads) {
    const uint32_t key = orderedKey(__ldcg(row.rawMaxima + t));
    largest = max(largest, uint64_t{key});
    if (key > orderedKey(-INFINITY)) lowest = min(lowest, uint64_t{key});
  }
  largest = blockExtreme<true>(largest, m);
  lowest = min(largest, blockExtreme<false>(lowest, m));
  const float maximum = valueOfKey(static_cast<uint32_t>(largest)), top = fmaxf(maximum, -FLT_MAX);
  double sum = 0.0, total = 0.0;
  for (uint32_t t = threadIdx.x; t < row.nTiles; t += kSampleThreads) {
    const float share = weightExp(__fsub_rn(__ldcg(row.rawMaxima + t), top));
    sum += static_cast<double>(__ldcg(row.rawSums + t)) * static_cast<double>(share);
  }
  blockExclusive(sum, &total, m);
  const double logSum = static_cast<double>(top) + log(total);
  const uint32_t wanted = min(min(row.n, static_cast<uint32_t>(row.slot->topLogprobs)), kMaxSampleTop);
  if (threadIdx.x == 0) head->nTop = wanted;
  if (wanted != 0) {
    listLargest<true>(row, wanted, top, valueOfKey(static_cast<uint32_t>(lowest)), m);
    for (uint32_t i = threadIdx.x; i < wanted; i += kSampleThreads) {
      const double logit = static_cast<double>(valueOf(m.list[i]));
      tops[i] = {static_cast<int32_t>(tokenOf(m.list[i])), clampedLogprob(logit - logSum)};
    }
    __syncthreads();
  }
  return logSum;
}

/// The first largest raw logit, whatever the slot bans; NaN below minus infinity.
__device__ __noinline__ inline uint32_t rawLargest(const SampleRow& row, SampleMemory& m) {
  uint64_t best = 0;
  for (uint32_t token = threadIdx.x; token < row.n; token += kSampleThreads) {
    const float x = __ldg(row.logits + token);
    best = max(best, isnan(x) ? uint64_t{0xffffffffu - token} : candidateKey(x + 0.0f, token));
  }
  return tokenOf(blockExtreme<true>(best, m));
}

/// Finishes a row whose tiles have all been gathered (and are visible to this block). All threads of the block call it.
__device__ inline void finishRow(const SampleRow& row, const SampleArgs& args, uint32_t rowIndex, uint32_t slotIndex,
                                 SampleMemory& m) {
  ResultHead* head = args.heads + rowIndex;
  uint64_t best = 0, lowest = ~uint64_t{0};
  for (uint32_t t = threadIdx.x; t < row.nTiles; t += kSampleThreads) {
    const uint64_t candidate = __ldcg(row.best + t);
    best = max(best, candidate);
    if (valueOf(candidate) > -INFINITY) lowest = min(lowest, candidate);
  }
  best = blockExtreme<true>(best, m);
  uint32_t token = tokenOf(best);
  float logprob = 0.0f;
  if (!row.plain) {
    lowest = min(best, blockExtreme<false>(lowest, m));
    double logSum = 0.0;
    if (row.logprobs) logSum = takeLogprobs(row, best, head, args.tops + uint64_t{rowIndex} * kMaxSampleTop, m);
    if (!(valueOf(best) > -INFINITY)) {
      token = rawLargest(row, m);
    } else if (row.sampled) {
      token = drawToken(row, best, valueOf(lowest), m);
    }
    if (row.logprobs) logprob = clampedLogprob(static_cast<double>(logitAt<true>(row, token)) - logSum);
  }
  if (threadIdx.x != 0) return;
  head->token = static_cast<int32_t>(token);
  head->logprob = logprob;
  if (!row.logprobs) head->nTop = 0;
  args.lastTokens[slotIndex] = static_cast<int32_t>(token);
  SlotState& slot = args.slots[slotIndex];
  slot.drawIndex += 1;
  if (slot.counts == 0) return;
  TokenMark& mark = args.marks[slotIndex * args.markStride + token];
  if ((mark & kMarkCount) < kMarkCount) {
    mark = static_cast<TokenMark>((mark | kMarkSeen) + 1);
    return;
  }
  uint32_t at = 0;
  while (at < slot.nOverflow && slot.overflow[at].token != static_cast<int32_t>(token)) ++at;
  if (at == kMaxOverflow) return;
  if (at == slot.nOverflow) {
    slot.overflow[at] = {static_cast<int32_t>(token), 0};
    slot.nOverflow = at + 1;
  }
  ++slot.overflow[at].more;
}

}  // namespace kernels::cuda
