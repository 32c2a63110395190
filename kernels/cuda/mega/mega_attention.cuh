// Attention in the persistent kernel: rotation, append and attention of a step's tokens as one instruction.
//
// Consumers form two teams of 4 warps. An item is a range of keys for the query heads of one KV head of a sequence
// (attention_decode.cuh); a team takes items that follow each other, so that it rotates a sequence's heads once for all
// of them. The team with the range's last keys puts this step's key and value into the cache before it reads them
// there. Older keys are on their way, and angles known, before the wait for q, k and v, which is for those of the item.
#pragma once

#include "kernels/cuda/mega/mega_linear.cuh"
#include "kernels/cuda/ops/attention_decode.cuh"

namespace kernels::cuda {

static_assert(kMegaTeams * kDecodeWarps == kMegaWarps);
inline constexpr uint32_t kFirstTeamBarrier = 2;

/// Results go to windows.
struct AttendedInWindows {
  static __device__ __forceinline__ void store(const AttentionArgs& args, uint32_t row, uint32_t column, uint2 four) {
    storeAcross(halfAt(args.out, row, column), make_uint2(sealedPair(four.x), sealedPair(four.y)));
  }
};

template <class T, int kDim>
struct MegaAttentionItem {
  static constexpr int kHeads = 8;
  static constexpr int kPitch = kDim + 8;
  using Item = DecodeItem<T, kDim, 1, false, AttendedInWindows>;

  struct Shared {
    typename Item::Shared item;
    alignas(16) T query[kHeads][kPitch];
    float values[kDecodeWarps][kDim];
  };

  /// Makes an item's query when its input is there.
  struct Rotated {
    static constexpr bool kShared = true;
    static constexpr uint32_t kPairs = kDim / 64;  // of a head's, that a lane turns
    static constexpr uint32_t kRounds = (kHeads + 2 + kDecodeWarps - 1) / kDecodeWarps;
    const MegaAttention* op;
    Shared* shared;
    const MegaTrace* trace;
    uint32_t thread, barrier;
    uint32_t row = kNoRow, kvHead = 0;  // whose query is in shared memory
    float sine[kPairs] = {}, cosine[kPairs] = {};

    __device__ __forceinline__ const T* query(uint32_t head) const { return shared->query[head]; }

    __device__ __forceinline__ void await(const DecodeSequence& s, const DecodeHeads& heads, uint32_t split) {
      const bool turn = s.row != row || heads.kvHead != kvHead, append = split + 1 == s.nSplits;
      if (s.row != row) findAngles(s.position);
      row = s.row;
      kvHead = heads.kvHead;
      if (!turn && !append) return;
      rotateAll(s, heads, turn ? 0 : heads.count, append ? heads.count + 2 : heads.count);
      if (turn) {
        for (uint32_t i = thread; i < (kHeads - heads.count) * kDim; i += kDecodeThreads)
          shared->query[heads.count + i / kDim][i % kDim] = fromFloat<T>(0.0f);
      }
      decodeBarrier(barrier);
    }

    /// Whole turns are taken off in double precision, where no position is too far.
    __device__ __forceinline__ void findAngles(uint32_t position) {
      const RopeAppendArgs& args = op->rope;
#pragma unroll
      for (uint32_t p = 0; p < kPairs; ++p) {
        const uint32_t i = thread % 32 + 32 * p;
        if (args.style == RopeStyle::None || i >= args.rotaryDims / 2) continue;
        const double turns =
            static_cast<double>(static_cast<float>(position) * __ldg(args.invFreq + i)) * 0.15915494309189533577;
        sincospif(2.0f * static_cast<float>(turns - rint(turns)), &sine[p], &cosine[p]);
        sine[p] *= args.magnitude;
        cosine[p] *= args.magnitude;
      }
    }

    /// Jobs are the query heads, the key and the value. All of a warp's are asked for before the first is done.
    __device__ __forceinline__ void rotateAll(const DecodeSequence& s, const DecodeHeads& heads, uint32_t first,
                                              uint32_t end) const {
      const RopeAppendArgs& args = op->rope;
      const uint32_t nQ = args.heads.nHeads, nKv = args.heads.nKvHeads;
      uint32_t raw[kRounds][kPairs];
      const std::byte* from[kRounds];
#pragma unroll
      for (uint32_t round = 0; round < kRounds; ++round) {
        const uint32_t job = first + thread / 32 + round * kDecodeWarps;
        if (job >= end) continue;
        const uint32_t head = job < heads.count    ? heads.first + job
                              : job == heads.count ? nQ + heads.kvHead
                                                   : nQ + nKv + heads.kvHead;
        from[round] = halfAt(static_cast<const void*>(args.qkv), s.row, head * kDim + thread % 32 * 2);
#pragma unroll
        for (uint32_t p = 0; p < kPairs; ++p) loadAcross(raw[round][p], from[round] + p * (2 * kMegaWindowBytes));
      }
      for (MegaPatience patience;; patience.turn()) {
        bool again = false;
#pragma unroll
        for (uint32_t round = 0; round < kRounds; ++round) {
          if (first + thread / 32 + round * kDecodeWarps >= end) continue;
#pragma unroll
          for (uint32_t p = 0; p < kPairs; ++p) {
            MissingHalves halves;
            halves.add(raw[round][p]);
            if (!halves.any()) continue;
            loadAcross(raw[round][p], from[round] + p * (2 * kMegaWindowBytes));
            again = true;
          }
        }
        if (!again) break;
      }
      __syncwarp();
      trace->mark(1);
#pragma unroll
      for (uint32_t round = 0; round < kRounds; ++round) {
        const uint32_t job = first + thread / 32 + round * kDecodeWarps;
        if (job < end) rotate(s, heads, job, raw[round]);
      }
    }

    __device__ __forceinline__ void rotate(const DecodeSequence& s, const DecodeHeads& heads, uint32_t job,
                                           const uint32_t (&raw)[kPairs]) const {
      const RopeAppendArgs& args = op->rope;
      const uint32_t lane = thread % 32;
      const bool isQ = job < heads.count, isK = job == heads.count;
      float* values = shared->values[thread / 32];
#pragma unroll
      for (uint32_t p = 0; p < kPairs; ++p) {
        const T* both = reinterpret_cast<const T*>(&raw[p]);
        values[2 * lane + 64 * p] = toFloat(both[0]);
        values[2 * lane + 64 * p + 1] = toFloat(both[1]);
      }
      __syncwarp();
      const float* norm = isQ ? args.qNorm : isK ? args.kNorm : nullptr;
      if (norm != nullptr) {
        float squares = 0.0f;
        for (uint32_t d = lane; d < kDim; d += 32) squares += values[d] * values[d];
        const float factor = 1.0f / sqrtf(warpSum(squares) / static_cast<float>(kDim) + (isQ ? args.qEps : args.kEps));
        const bool addOne = isQ ? args.qAddOne : args.kAddOne;
        for (uint32_t d = lane; d < kDim; d += 32) values[d] *= factor * (addOne ? 1.0f + norm[d] : norm[d]);
        __syncwarp();
      }
      if ((isQ || isK) && args.style != RopeStyle::None) {
        const uint32_t half = args.rotaryDims / 2;
#pragma unroll
        for (uint32_t p = 0; p < kPairs; ++p) {
          const uint32_t i = lane + 32 * p;
          if (i >= half) continue;
          const uint32_t first = args.style == RopeStyle::Half ? i : 2 * i;
          const uint32_t second = args.style == RopeStyle::Half ? i + half : 2 * i + 1;
          const float x = values[first], y = values[second];
          values[first] = x * cosine[p] - y * sine[p];
          values[second] = y * cosine[p] + x * sine[p];
        }
        __syncwarp();
      }
      T* to = shared->query[isQ ? job : 0];
      if (!isQ) {
        const int32_t block = s.blocks[s.position / kKvBlockTokens];
        to = const_cast<T*>(cacheBlock<T>(isK ? args.cache.keys : args.cache.values, args.cache, block, heads.kvHead)) +
             s.position % kKvBlockTokens * kDim;
      }
#pragma unroll
      for (uint32_t p = 0; p < kPairs; ++p) {
        const float2 two = *reinterpret_cast<const float2*>(values + 2 * lane + 64 * p);
        *reinterpret_cast<uint32_t*>(to + 2 * lane + 64 * p) = packPair<T>(two.x, two.y);
      }
      __syncwarp();
    }
  };

  /// All items of this block's two teams.
  static __device__ __forceinline__ void run(const MegaAttention& op, const SequenceSpan* spans, uint32_t nSequences,
                                             Shared* sharedOfTeams, const MegaTrace& trace) {
    const uint32_t all = threadAnew(), team = all / kDecodeThreads, thread = all % kDecodeThreads, lane = thread % 32;
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
    Rotated source{&op, &shared, &trace, thread, barrier};
    const uint32_t unit = team * gridDim.x + blockIdx.x, nUnits = kMegaTeams * gridDim.x;
    uint32_t item = firstItem(unit, nUnits, nItems);
    const uint32_t end = firstItem(unit + 1, nUnits, nItems);
    while (item < end) {
      const uint32_t before = __ballot_sync(0xffffffffu, lane < nSequences && starts * nKv <= item);
      const uint32_t sequence = 31 - static_cast<uint32_t>(__clz(static_cast<int>(before)));
      const uint32_t firstSlot = __shfl_sync(0xffffffffu, starts, static_cast<int>(sequence));
      const DecodeSequence s = decodeSequence(args, spans[sequence], cut.maxSplits);
      const uint32_t split = (item - firstSlot * nKv) % s.nSplits;
      const uint32_t splitEnd = min(s.nSplits, split + end - item);
      DecodeHeads heads;
      heads.kvHead = (item - firstSlot * nKv) / s.nSplits;
      heads.first = heads.kvHead * group;
      heads.count = group;
      Item::run(args, scratch, s, heads, split, splitEnd, firstSlot,
                args.counters + uint64_t{sequence} * nKv + heads.kvHead, shared.item, thread, barrier, source);
      item += splitEnd - split;
      decodeBarrier(barrier);
    }
  }
};

}  // namespace kernels::cuda
