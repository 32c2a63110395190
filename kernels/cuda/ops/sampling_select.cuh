// Which tokens of a row are left: the largest k, or those whose weights reach a mass. Mostly few of them, found through
// the groups' maxima and sorted in shared memory; otherwise by histograms over the whole row.
#pragma once

#include "kernels/cuda/ops/sampling_row.cuh"

namespace kernels::cuda {

/// Equal steps down from the largest logit; the last bin holds everything below. Monotone in x.
struct LinearBins {
  float top, scale;
  __device__ __forceinline__ uint32_t of(float x) const {
    const int bin = __float2int_rz(__fmul_rn(__fsub_rn(top, x), scale));
    return min(static_cast<uint32_t>(max(bin, 0)), kSampleBins - 1);
  }
};

/// Bins that reach somewhat lower than the smallest of the tiles' maxima. A short row is one bin.
__device__ __forceinline__ LinearBins binsDownTo(float top, float lowestTile, float longest, uint32_t n) {
  const float range = fminf(1.5f * (top - lowestTile), longest);
  return {top, n <= kSampleList ? 0.0f : static_cast<float>(kSampleBins) / range};
}

__device__ __forceinline__ void addToBin(SampleMemory& m, uint32_t bin, uint64_t weight) {
  const uint32_t low = static_cast<uint32_t>(weight);
  const uint32_t old = atomicAdd(&m.bins.low[bin], low);
  const uint32_t high = static_cast<uint32_t>(weight >> 32) + (old + low < old ? 1u : 0u);
  if (high != 0) atomicAdd(&m.bins.high[bin], high);
}

/// Calls body(maximum, group) for all groups of a row with a finite maximum, loads in batches.
template <class Body>
__device__ __forceinline__ void forEachGroup(const float* groups, uint32_t n, Body body) {
  constexpr uint32_t kBatch = 8;
  for (uint32_t begin = threadIdx.x; begin < n; begin += kBatch * kSampleThreads) {
    float x[kBatch];
#pragma unroll
    for (uint32_t i = 0; i < kBatch; ++i) {
      const uint32_t g = begin + i * kSampleThreads;
      x[i] = g < n ? __ldcg(groups + g) : -INFINITY;
    }
#pragma unroll
    for (uint32_t i = 0; i < kBatch; ++i) {
      if (x[i] > -INFINITY) body(x[i], begin + i * kSampleThreads);
    }
  }
}

/// Puts the candidates of a lane's turn on the list. All lanes of the warp call it.
__device__ __forceinline__ void appendCandidate(bool take, uint64_t key, SampleMemory& m) {
  const uint32_t lane = threadIdx.x % 32, takers = __ballot_sync(kFullWarp, take);
  if (takers == 0) return;
  uint32_t begin = 0;
  if (lane == 0) begin = atomicAdd(&m.nList, static_cast<uint32_t>(__popc(takers)));
  begin = __shfl_sync(kFullWarp, begin, 0) + static_cast<uint32_t>(__popc(takers & ((1u << lane) - 1u)));
  if (take && begin < kSampleList) m.list[begin] = key;
}

/// Lists every finite logit in bins up to `bin`, looking only into groups that hold one. Returns how many, 0 when they
/// are too many.
template <bool kRaw>
__device__ uint32_t listFromGroups(const SampleRow& row, LinearBins bins, uint32_t bin, SampleMemory& m) {
  const float* groups = kRaw ? row.rawGroups : row.groups;
  const uint32_t lane = threadIdx.x % 32, nGroups = row.nTiles * kSampleGroups;
  if (threadIdx.x == 0) m.nGroups = m.nList = 0;
  __syncthreads();
  forEachGroup(groups, nGroups, [&](float x, uint32_t group) {
    if (bins.of(x) > bin) return;
    const uint32_t at = atomicAdd(&m.nGroups, 1u);
    if (at < kSampleGroupList) m.groups[at] = group;
  });
  __syncthreads();
  const uint32_t found = m.nGroups;
  if (found > kSampleGroupList) return 0;
  constexpr uint32_t kBatch = 4;
  for (uint32_t begin = threadIdx.x / 32; begin < found; begin += kBatch * kSampleWarps) {
    uint32_t tokens[kBatch];
    float x[kBatch];
#pragma unroll
    for (uint32_t i = 0; i < kBatch; ++i) {
      const uint32_t at = begin + i * kSampleWarps, group = at < found ? m.groups[at] : 0;
      tokens[i] = group / kSampleGroups * kSampleTile + lane / 4 * 128 + group % kSampleGroups * 4 + lane % 4;
      x[i] = at < found && tokens[i] < row.n ? logitAt<kRaw>(row, tokens[i]) : -INFINITY;
    }
#pragma unroll
    for (uint32_t i = 0; i < kBatch; ++i) {
      appendCandidate(x[i] > -INFINITY && bins.of(x[i]) <= bin, candidateKey(x[i], tokens[i]), m);
    }
  }
  __syncthreads();
  return m.nList <= kSampleList ? m.nList : 0;
}

/// The last of the largest candidates of the whole row at or above `floor` whose count (kMass: fixed weights) reaches
/// target >= 1; `floor` itself when all of them do not. For mass, weights are relative to `maximum`.
template <bool kRaw, bool kMass>
__device__ __noinline__ uint64_t selectInRow(const SampleRow& row, float maximum, uint64_t target, uint64_t floor,
                                             SampleMemory& m) {
  // For mass the first bins are steps of 1/64 in the exponent, so that flat distributions spread; then, and for counts,
  // steps in the keys, each round within one bin of the last.
  const LinearBins linear{maximum, row.factor * 64.0f};
  uint64_t top = ~uint64_t{0}, bottom = floor, before = 0;
  bool first = kMass;
  while (true) {
    const uint64_t range = top - bottom;
    const uint32_t shift =
        range < kSampleBins ? 0 : 64u - static_cast<uint32_t>(__clzll(static_cast<long long>(range))) - 11u;
    const auto binOf = [&](float x, uint64_t key) {
      return first ? linear.of(x) : static_cast<uint32_t>((top - key) >> shift);
    };
    clearBins(m);
    forEachLogit<kRaw>(row, [&](float x, uint32_t token) {
      const uint64_t key = candidateKey(x, token);
      if (key < bottom || key > top) return;
      if (kMass) {
        const uint64_t weight = fixedWeight(weightOf(x, maximum, row.factor));
        if (weight != 0) addToBin(m, binOf(x, key), weight);
      } else {
        atomicAdd(&m.bins.low[binOf(x, key)], 1u);
      }
    });
    __syncthreads();
    const Crossing crossing =
        findCrossing(target - before, m, [&](uint32_t b) { return uint64_t{m.bins.high[b]} << 32 | m.bins.low[b]; });
    if (crossing.bin == kSampleBins) return floor;
    before += crossing.before;
    if (threadIdx.x == 0) m.nList = 0;
    __syncthreads();
    uint64_t least = ~uint64_t{0}, most = 0;
    forEachLogit<kRaw>(row, [&](float x, uint32_t token) {
      const uint64_t key = candidateKey(x, token);
      if (key < bottom || key > top || binOf(x, key) != crossing.bin) return;
      least = min(least, key);
      most = max(most, key);
      const uint32_t at = atomicAdd(&m.nList, 1u);
      if (at < kSampleList) m.list[at] = key;
    });
    bottom = blockExtreme<false>(least, m);
    top = blockExtreme<true>(most, m);
    first = false;
    if (m.nList <= kSampleList) break;
    __syncthreads();
  }
  const uint32_t n = m.nList;
  sortList(n, m);
  if (!kMass) return m.list[target - before - 1];
  constexpr uint32_t kEach = kSampleList / kSampleThreads;
  uint64_t sum = 0, total = 0;
  const auto weightAt = [&](uint32_t i) {
    return i < n ? fixedWeight(weightOf(valueOf(m.list[i]), maximum, row.factor)) : 0;
  };
  for (uint32_t i = 0; i < kEach; ++i) sum += weightAt(threadIdx.x * kEach + i);
  uint64_t reached = before + blockExclusive(sum, &total, m);
  if (threadIdx.x == 0) m.found = n - 1;
  __syncthreads();
  for (uint32_t i = 0; i < kEach; ++i) {
    const uint64_t weight = weightAt(threadIdx.x * kEach + i);
    if (reached < target && reached + weight >= target) m.found = threadIdx.x * kEach + i;
    reached += weight;
  }
  __syncthreads();
  const uint64_t out = m.list[m.found];
  __syncthreads();
  return out;
}

/// Lists and sorts at least the k largest. Returns how many, 0 when k is more than the list takes.
template <bool kRaw>
__device__ uint32_t listLargest(const SampleRow& row, uint32_t k, float maximum, float lowestTile, SampleMemory& m) {
  if (k <= kSampleGroupList) {
    const LinearBins bins = binsDownTo(maximum, lowestTile, INFINITY, row.n);
    uint32_t bin = 0;
    if (row.n > kSampleList) {
      // k groups hold at least k logits as large as the k-th largest of the groups' maxima.
      const float* groups = kRaw ? row.rawGroups : row.groups;
      clearBins(m);
      forEachGroup(groups, row.nTiles * kSampleGroups,
                   [&](float x, uint32_t) { atomicAdd(&m.bins.low[bins.of(x)], 1u); });
      __syncthreads();
      bin = findCrossing(k, m, [&](uint32_t b) { return uint64_t{m.bins.low[b]}; }).bin;
    }
    if (bin < kSampleBins) {
      const uint32_t n = listFromGroups<kRaw>(row, bins, bin, m);
      if (n >= k) {
        sortList(n, m);
        return n;
      }
      __syncthreads();
    }
  }
  if (k > kSampleList) return 0;
  const uint64_t last = selectInRow<kRaw, false>(row, maximum, k, 0, m);
  if (threadIdx.x == 0) m.nList = 0;
  __syncthreads();
  forEachLogit<kRaw>(row, [&](float x, uint32_t token) {
    const uint64_t key = candidateKey(x, token);
    if (key >= last) m.list[atomicAdd(&m.nList, 1u)] = key;
  });
  __syncthreads();
  sortList(k, m);
  return k;
}

/// Lists and sorts candidates that should hold the weight `mass` (relative to the largest's). Returns how many, 0 when
/// it does not look so.
__device__ inline uint32_t listMass(const SampleRow& row, double mass, float maximum, float lowestTile,
                                    SampleMemory& m) {
  const LinearBins bins = binsDownTo(maximum, lowestTile, __fdiv_rn(32.0f, row.factor), row.n);
  uint32_t bin = 0;
  if (row.n > kSampleList) {
    // The groups' maxima alone weigh less than all logits down to there, mostly a little less.
    constexpr float kUnit = 0x1p16f;
    clearBins(m);
    forEachGroup(row.groups, row.nTiles * kSampleGroups, [&](float x, uint32_t) {
      const uint32_t b = bins.of(x);
      atomicAdd(&m.bins.low[b], 1u);
      const uint32_t weight = __float2uint_rz(weightOf(x, maximum, row.factor) * kUnit);
      if (weight != 0) atomicAdd(&m.bins.high[b], weight);
    });
    __syncthreads();
    const Crossing full = findCrossing(kSampleGroupList + 1, m, [&](uint32_t b) { return uint64_t{m.bins.low[b]}; });
    if (full.bin == 0) return 0;
    const uint64_t wanted = max(1ull, static_cast<unsigned long long>(fmax(mass, 0.0) * (kUnit * 1.00001)) + 1);
    const Crossing reached =
        findCrossing(wanted, m, [&](uint32_t b) { return b < full.bin ? uint64_t{m.bins.high[b]} : 0; });
    // Within the groups that can be searched their maxima may fall a little short.
    if (reached.bin == kSampleBins && reached.before * 2 < wanted) return 0;
    bin = min(reached.bin, full.bin - 1);
  }
  const uint32_t n = listFromGroups<false>(row, bins, bin, m);
  if (n != 0) sortList(n, m);
  return n;
}

/// Lists and sorts everything that may weigh at least minP.
__device__ inline uint32_t listAbove(const SampleRow& row, float minP, float maximum, SampleMemory& m) {
  // A little lower than asked: the exact limit is applied to the weights.
  const float depth = (0.01f - logf(minP)) * row.slot->temperature;
  const LinearBins bins{maximum, static_cast<float>(kSampleBins / 2) / depth};
  const uint32_t n = listFromGroups<false>(row, bins, kSampleBins / 2, m);
  if (n != 0) sortList(n, m);
  return n;
}

}  // namespace kernels::cuda
