// The persistent decode kernel: one block a multiprocessor interprets the whole step. One warp streams the weights of
// all products in program order through a ring in shared memory; it never waits for activations. Eight consumer warps
// go through the instructions and wait, at each, for what they need of earlier ones' results (words.cuh).
#pragma once

#include "kernels/cuda/mega/mega_attention.cuh"
#include "kernels/cuda/mega/mega_producer.cuh"

namespace kernels::cuda {

/// Shared memory of a block: work space, copies of instructions, barriers, then the ring in whatever is left.
template <class T, int NB, int kDim>
struct MegaMemory {
  using Attention = MegaAttentionItem<T, kDim == 0 ? 64 : kDim>;
  struct Fixed {
    union Work {
      MegaSums<NB> sums[2];
      typename Attention::Shared attention[kDim == 0 ? 1 : kMegaTeams];
    };
    alignas(16) unsigned char work[sizeof(Work)];
    alignas(16) unsigned char ops[4][sizeof(MegaOp)];  // two of the consumers, two of the producer
    SequenceSpan spans[kMegaRows];
    uint32_t arrived;
    alignas(8) uint64_t barriers[2][16];
  };
  static constexpr uint32_t kMost = 227 * 1024;
  static constexpr uint32_t kRingAt = (sizeof(Fixed) + 127) / 128 * 128;
  static constexpr uint32_t kStages = (kMost - kRingAt) / kChunkBytes;
  static_assert(kStages >= 2 && kStages <= 16);
  static constexpr uint32_t kBytes = kRingAt + kStages * kChunkBytes;
};

template <class T>
__device__ __forceinline__ void megaEmbed(const MegaEmbed& op, uint32_t nTokens) {
  const EmbedArgs& args = op.args;
  const uint32_t lane = threadIdx.x % 32, perToken = args.cols / kMegaWindow;
  for (uint32_t i = blockIdx.x * kMegaWarps + threadIdx.x / 32; i < nTokens * perToken; i += gridDim.x * kMegaWarps) {
    const uint32_t row = i / perToken, col = i % perToken * kMegaWindow + lane;
    int64_t token = args.step.tokens[row];
    if (token < 0) token = args.step.lastTokens[-1 - token];
    if (token < 0 || static_cast<uint64_t>(token) >= args.vocab) token = 0;
    const T* from = static_cast<const T*>(args.table) + static_cast<uint64_t>(token) * args.cols;
    const float value = args.scale * toFloat(from[col]);
    if (op.stream != nullptr) leaveFloat(floatAt(op.stream, row, col), value);
    if (op.next.nSquares != 0) leaveForNorm<T>(op.next, nextWeight(op.next, col), row, i % perToken, col, true, value);
  }
}

/// Windows `first`, `first` + `step`, ... of some memory, as they were before the launch. The whole warp calls.
template <class Keep>
__device__ __forceinline__ void megaClear(std::byte* windows, uint32_t count, uint32_t first, uint32_t step,
                                          uint32_t nTokens, Keep keep) {
  const uint32_t lane = threadIdx.x % 32;
  const uint4 ones = make_uint4(kNotThere, kNotThere, kNotThere, kNotThere);
  for (uint32_t i = first; i < count; i += step) {
    std::byte* const window = windows + uint64_t{i} * kMegaWindowBytes;
    if (keep(window)) continue;
    for (uint32_t at = lane * 16; at < nTokens * kMegaTokenBytes; at += 32 * 16) storeAcross(window + at, ones);
  }
}

/// What the last instruction reads: to be cleared when all blocks are done.
struct MegaLastInput {
  std::byte *in, *squares;
  uint32_t inWindows, squaresWindows;
  __device__ __forceinline__ explicit MegaLastInput(const MegaLinear& op)
      : in(static_cast<std::byte*>(const_cast<void*>(op.in))),
        squares(static_cast<std::byte*>(const_cast<void*>(op.norm.squares))),
        inWindows(op.nIn / kMegaWindow),
        squaresWindows((op.norm.nSquares + kMegaTokenBytes / 4 - 1) / (kMegaTokenBytes / 4)) {}
  __device__ __forceinline__ bool has(const std::byte* window) const {
    return (window >= in && window < in + uint64_t{inWindows} * kMegaWindowBytes) ||
           (window >= squares && window < squares + uint64_t{squaresWindows} * kMegaWindowBytes);
  }
};

template <class T, int NB, int kDim>
__device__ __forceinline__ void megaConsume(const MegaArgs& args, typename MegaMemory<T, NB, kDim>::Fixed& memory,
                                            MegaRing& ring) {
  using Attention = typename MegaMemory<T, NB, kDim>::Attention;
  const uint32_t warp = threadIdx.x / 32;
  const uint32_t nTokens = min(args.header->nTokens, NB * 8u);
  if (threadIdx.x < nTokens) memory.spans[threadIdx.x] = args.spans[threadIdx.x];
  auto* sums = reinterpret_cast<MegaSums<NB>*>(memory.work);
  uint32_t buffer = 0;
  MegaFetch fetch;
  if (warp == 0) fetch.begin(args, 0);
  for (uint32_t i = 0; i < args.nOps; ++i) {
    const MegaOp& op = *reinterpret_cast<const MegaOp*>(memory.ops[i % 2]);
    if (warp == 0) {
      fetch.end(memory.ops[i % 2]);
      fetch.begin(args, i + 1);
    }
    MegaTrace trace;
    if (args.trace != nullptr) trace.at = args.trace + (uint64_t{i} * gridDim.x + blockIdx.x) * 3;
    trace.mark(0);
    trace.mark(1);
    namedBarrier<kConsumerBarrier, kMegaConsumers>();
    if (op.kind == MegaKind::Linear) {
      if (firstGroup(op.linear) >= op.linear.nGroups) {
        // Nothing for this block.
      } else if (op.linear.groupRows == kMegaGroup) {
        MegaProducts<T, NB, kMegaGroup>(op.linear, nTokens).run(ring, sums, buffer, trace);
      } else {
        MegaProducts<T, NB, kMegaGroup / 2>(op.linear, nTokens).run(ring, sums, buffer, trace);
      }
    } else if (op.kind == MegaKind::Embed) {
      megaEmbed<T>(op.embed, nTokens);
    } else {
      if constexpr (kDim != 0) {
        auto* shared = reinterpret_cast<typename Attention::Shared*>(memory.work);
        Attention::run(op.attention, memory.spans, nTokens, shared, trace);
      }
    }
    trace.mark(2);
  }
  // Whoever has a result of the last instruction knows that all others are done: their windows become what they were.
  const MegaLinear& last = reinterpret_cast<const MegaOp*>(memory.ops[(args.nOps - 1) % 2])->linear;
  const MegaLastInput input(last);
  const uint32_t worker = firstGroup(last), nWorkers = min(last.nGroups, gridDim.x);
  if (worker < nWorkers) {
    megaClear(args.windows, args.nWindows, worker * kMegaWarps + warp, nWorkers * kMegaWarps, nTokens,
              [&](const std::byte* window) { return input.has(window); });
  }
  // The last block to get here does the same for what the last instruction read, and puts the counter back.
  namedBarrier<kConsumerBarrier, kMegaConsumers>();
  if (threadIdx.x == 0) {
    __threadfence();
    memory.arrived = atomicAdd(args.counter, 1);
    __threadfence();
  }
  namedBarrier<kConsumerBarrier, kMegaConsumers>();
  if (memory.arrived + 1 != gridDim.x) return;
  const auto none = [](const std::byte*) { return false; };
  megaClear(input.in, input.inWindows, warp, kMegaWarps, nTokens, none);
  megaClear(input.squares, input.squaresWindows, warp, kMegaWarps, nTokens, none);
  if (threadIdx.x == 0) *args.counter = 0;
}

template <class T, int NB, int kDim>
__global__ void __launch_bounds__(kMegaThreads, 1) megaKernel(const __grid_constant__ MegaArgs args) {
#if defined(HEARTH_EMULATED_GPU) || __CUDA_ARCH__ >= 900
  using Memory = MegaMemory<T, NB, kDim>;
  letNextKernelStart();  // as this one's blocks end: there is no room before
#if defined(HEARTH_EMULATED_GPU)
  unsigned char* const shared = emulated::sharedMemory();
#else
  extern __shared__ __align__(128) unsigned char shared[];
#endif
  auto& memory = *reinterpret_cast<typename Memory::Fixed*>(shared);
  MegaRing ring;
  ring.chunks = sharedAddress(shared + Memory::kRingAt);
  ring.full = sharedAddress(memory.barriers[0]);
  ring.empty = sharedAddress(memory.barriers[1]);
  ring.nStages = Memory::kStages;
  if (threadIdx.x == 0) {
    for (uint32_t i = 0; i < Memory::kStages; ++i) {
      ringInit(ring.full + i * 8, 1);
      ringInit(ring.empty + i * 8, kMegaWarps);
    }
    ringInitDone();
  }
  __syncthreads();
  if (threadIdx.x >= kMegaConsumers) {
    // Of the producer's warpgroup, which exists to give its registers away, one warp works.
    giveRegisters<40>();
    if (threadIdx.x < kMegaConsumers + 32) megaProduce<T>(args, memory.ops + 2, ring);
  } else {
    takeRegisters<232>();
    megaConsume<T, NB, kDim>(args, memory, ring);
  }
#endif
}

}  // namespace kernels::cuda
