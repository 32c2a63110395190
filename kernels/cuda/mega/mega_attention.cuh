// Attention in the persistent kernel: rotation, append and attention of a step's tokens as one instruction.
//
// Consumers form two teams of 4 warps. An item is a range of keys for the query heads of one KV head of a sequence
// (attention_decode.cuh). Its team rotates those heads itself; the team with the range's last keys puts this step's key
// and value into the cache before it reads them there. Older keys are on their way before the wait for q, k and v.
#pragma once

#include "kernels/cuda/mega/mega_linear.cuh"
#include "kernels/cuda/ops/attention_decode.cuh"

namespace kernels::cuda {

static_assert(kMegaTeams * kDecodeWarps == kMegaWarps);
inline constexpr uint32_t kFirstTeamBarrier = 2;

template <class T, int kDim>
struct MegaAttentionItem {
  static constexpr int kHeads = 8;
  static constexpr int kPitch = kDim + 8;
  using Item = DecodeItem<T, kDim, 1, false>;

  struct Shared {
    typename Item::Shared item;
    alignas(16) T query[kHeads][kPitch];
    float values[kDecodeWarps][kDim];
  };

  /// Makes an item's query when the input is whole.
  struct Rotated {
    static constexpr bool kShared = true;
    const MegaAttention* op;
    Shared* shared;
    const uint32_t* counter;
    uint32_t target, thread, barrier;

    __device__ __forceinline__ const T* row(uint32_t head) const { return shared->query[head]; }

    __device__ __forceinline__ void await(const DecodeSequence& s, const DecodeHeads& heads, uint32_t split) const {
      if (thread == 0 && counter != nullptr) gridWait(counter, target);
      decodeBarrier(barrier);
      const uint32_t warp = thread / 32;
      const uint32_t nJobs = split + 1 == s.nSplits ? kHeads + 2 : kHeads;
      for (uint32_t job = warp; job < nJobs; job += kDecodeWarps) rotate(s, heads, job);
      decodeBarrier(barrier);
    }

    /// Job 0 to 7: a query head; 8: the key, 9: the value.
    __device__ __forceinline__ void rotate(const DecodeSequence& s, const DecodeHeads& heads, uint32_t job) const {
      const RopeAppendArgs& args = op->rope;
      const uint32_t lane = thread % 32;
      const uint32_t nQ = args.heads.nHeads, nKv = args.heads.nKvHeads;
      const bool isQ = job < kHeads, isK = job == kHeads;
      if (isQ && job >= heads.count) {
        for (uint32_t d = lane; d < kDim; d += 32) shared->query[job][d] = fromFloat<T>(0.0f);
        return;
      }
      const uint32_t head = isQ ? heads.first + job : isK ? nQ + heads.kvHead : nQ + nKv + heads.kvHead;
      const T* stored = static_cast<const T*>(args.qkv) + (uint64_t{s.row} * (nQ + 2 * nKv) + head) * kDim;
      float* values = shared->values[thread / 32];
      float squares = 0.0f;
      for (uint32_t d = 2 * lane; d < kDim; d += 64) {
        const uint32_t pair = __ldcg(reinterpret_cast<const uint32_t*>(stored + d));
        const T* both = reinterpret_cast<const T*>(&pair);
        values[d] = toFloat(both[0]);
        values[d + 1] = toFloat(both[1]);
      }
      __syncwarp();
      const float* norm = isQ ? args.qNorm : isK ? args.kNorm : nullptr;
      if (norm != nullptr) {
        for (uint32_t d = lane; d < kDim; d += 32) squares += values[d] * values[d];
        const float factor = 1.0f / sqrtf(warpSum(squares) / static_cast<float>(kDim) + (isQ ? args.qEps : args.kEps));
        const bool addOne = isQ ? args.qAddOne : args.kAddOne;
        for (uint32_t d = lane; d < kDim; d += 32) values[d] *= factor * (addOne ? 1.0f + norm[d] : norm[d]);
        __syncwarp();
      }
      if ((isQ || isK) && args.style != RopeStyle::None) {
        const uint32_t half = args.rotaryDims / 2;
        for (uint32_t i = lane; i < half; i += 32) {
          float sine, cosine;
          sincosf(static_cast<float>(s.position) * args.invFreq[i], &sine, &cosine);
          sine *= args.magnitude;
          cosine *= args.magnitude;
          const uint32_t first = args.style == RopeStyle::Half ? i : 2 * i;
          const uint32_t second = args.style == RopeStyle::Half ? i + half : 2 * i + 1;
          const float x = values[first], y = values[second];
          values[first] = x * cosine - y * sine;
          values[second] = y * cosine + x * sine;
        }
        __syncwarp();
      }
      T* to = shared->query[job % kHeads];
      if (!isQ) {
        const int32_t block = s.blocks[s.position / kKvBlockTokens];
        to = const_cast<T*>(cacheBlock<T>(isK ? args.cache.keys : args.cache.values, args.cache, block, heads.kvHead)) +
             s.position % kKvBlockTokens * kDim;
      }
      for (uint32_t d = lane; d < kDim; d += 32) to[d] = fromFloat<T>(values[d]);
      __syncwarp();
    }
  };

  /// All items of this block's two teams. `counter` is that of the instruction before, which reaches `target`.
  static __device__ __forceinline__ void run(const MegaAttention& op, const SequenceSpan* spans, uint32_t nSequences,
                                             Shared* sharedOfTeams, const uint32_t* counter, uint32_t target,
                                             uint32_t* done) {
    const uint32_t team = threadIdx.x / kDecodeThreads, thread = threadIdx.x % kDecodeThreads, lane = thread % 32;
    const uint32_t barrier = kFirstTeamBarrier + team;
    const AttentionArgs& args = op.attention;
    const DecodeCut cut = decodeCut(args.heads, args.nMultiprocessors);
    const uint32_t nKv = args.heads.nKvHeads, group = args.heads.nHeads / nKv;
    // Lane i holds what comes before sequence i.
    uint32_t nSplits = 0;
    if (lane < nSequences) nSplits = decodeSequence(args, spans[lane], cut.maxSplits).nSplits;
    uint32_t ends = nSplits;
#pragma unroll
    for (uint32_t offset = 1; offset < kMegaRows; offset *= 2) {
      const uint32_t other = __shfl_up_sync(0xffffffffu, ends, offset);
      if (lane >= offset) ends += other;
    }
    const uint32_t starts = ends - nSplits;
    const uint32_t nItems = __shfl_sync(0xffffffffu, ends, kMegaRows - 1) * nKv;
    DecodeScratch scratch;
    scratch.stats = op.stats;
    scratch.sums = op.sums;
    scratch.nSlots = op.nSlots;
    Shared& shared = sharedOfTeams[team];
    Rotated source{&op, &shared, counter, target, thread, barrier};
    for (uint32_t item = team * gridDim.x + blockIdx.x; item < nItems; item += kMegaTeams * gridDim.x) {
      const uint32_t splitOfAll = item / nKv;
      DecodeHeads heads;
      heads.kvHead = item % nKv;
      heads.first = heads.kvHead * group;
      heads.count = group;
      const uint32_t before = __ballot_sync(0xffffffffu, lane < nSequences && starts <= splitOfAll);
      const uint32_t sequence = 31 - static_cast<uint32_t>(__clz(static_cast<int>(before)));
      const uint32_t firstSlot = __shfl_sync(0xffffffffu, starts, static_cast<int>(sequence));
      const DecodeSequence s = decodeSequence(args, spans[sequence], cut.maxSplits);
      Item::run(args, scratch, s, heads, splitOfAll - firstSlot, s.nSplits == 1, firstSlot,
                args.counters + uint64_t{sequence} * nKv + heads.kvHead, shared.item, thread, barrier, source);
      source.counter = nullptr;
      decodeBarrier(barrier);
    }
    decodeBarrier(barrier);
    if (thread == 0) gridArrive(done);
  }
};

}  // namespace kernels::cuda
