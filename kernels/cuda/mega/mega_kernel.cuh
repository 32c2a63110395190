// The persistent decode kernel: one block a multiprocessor interprets the whole step. One warp streams the weights of
// all products in program order through a ring in shared memory; it never waits for activations. Eight consumer warps
// go through the instructions and wait, at each, for the one before to be done on the whole grid.
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
    alignas(8) uint64_t barriers[2][16];
  };
  static constexpr uint32_t kMost = 227 * 1024;
  static constexpr uint32_t kRingAt = (sizeof(Fixed) + 127) / 128 * 128;
  static constexpr uint32_t kStages = (kMost - kRingAt) / kChunkBytes;
  static_assert(kStages >= 2 && kStages <= 16);
  static constexpr uint32_t kBytes = kRingAt + kStages * kChunkBytes;
};

template <class T>
__device__ __forceinline__ void megaEmbed(const MegaEmbed& op, uint32_t nTokens, uint32_t* counter) {
  const EmbedArgs& args = op.args;
  const uint32_t lane = threadIdx.x % 32, perToken = args.cols / kMegaWindow;
  for (uint32_t i = blockIdx.x * kMegaWarps + threadIdx.x / 32; i < nTokens * perToken; i += gridDim.x * kMegaWarps) {
    const uint32_t row = i / perToken, col = i % perToken * kMegaWindow + lane;
    int64_t token = args.step.tokens[row];
    if (token < 0) token = args.step.lastTokens[-1 - token];
    if (token < 0 || static_cast<uint64_t>(token) >= args.vocab) token = 0;
    const T* from = static_cast<const T*>(args.table) + static_cast<uint64_t>(token) * args.cols;
    const float value = args.scale * toFloat(from[col]);
    args.out[uint64_t{row} * args.cols + col] = value;
    if (op.next.nSquares != 0) leaveForNorm<T>(op.next, nextWeight(op.next, col), row, i % perToken, col, true, value);
  }
  namedBarrier<kConsumerBarrier, kMegaConsumers>();
  if (threadIdx.x == 0) gridArrive(counter);
}

__device__ __forceinline__ void megaTrace(const MegaArgs& args, uint32_t i, uint32_t what) {
  if (args.trace != nullptr && threadIdx.x == 0)
    args.trace[(uint64_t{i} * gridDim.x + blockIdx.x) * 3 + what] = gridClock();
}

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
    uint32_t* const counter = args.counters + i * kMegaCounterStride;
    if (warp == 0) {
      fetch.end(memory.ops[i % 2]);
      fetch.begin(args, i + 1);
      // Attention waits by itself, after it has asked for older keys; blocks without work need not wait.
      const bool waits = i > 0 && op.kind == MegaKind::Linear && firstGroup(op.linear) < op.linear.nGroups;
      megaTrace(args, i, 0);
      if (waits && threadIdx.x == 0) {
        gridWait(counter - kMegaCounterStride, op.before);
      }
    }
    namedBarrier<kConsumerBarrier, kMegaConsumers>();
    megaTrace(args, i, 1);
    if (op.kind == MegaKind::Linear) {
      if (firstGroup(op.linear) >= op.linear.nGroups) {
        // Nothing for this block.
      } else if (op.linear.groupRows == kMegaGroup) {
        MegaProducts<T, NB, kMegaGroup>(op.linear, nTokens).run(ring, sums, buffer, counter);
      } else {
        MegaProducts<T, NB, kMegaGroup / 2>(op.linear, nTokens).run(ring, sums, buffer, counter);
      }
    } else if (op.kind == MegaKind::Embed) {
      megaEmbed<T>(op.embed, nTokens, counter);
    } else {
      if constexpr (kDim != 0) {
        auto* shared = reinterpret_cast<typename Attention::Shared*>(memory.work);
        Attention::run(op.attention, memory.spans, nTokens, shared, counter - kMegaCounterStride, op.before, counter);
      }
    }
    megaTrace(args, i, 2);
  }
  // The last block to get here leaves the counters as it found them.
  namedBarrier<kConsumerBarrier, kMegaConsumers>();
  if (warp != 0) return;
  uint32_t before = 0;
  uint32_t* const last = args.counters + args.nOps * kMegaCounterStride;
  if (threadIdx.x == 0) {
    __threadfence();
    before = atomicAdd(last, 1);
    __threadfence();
  }
  before = __shfl_sync(0xffffffffu, before, 0);
  if (before + 1 != gridDim.x) return;
  for (uint32_t i = threadIdx.x; i <= args.nOps; i += 32) args.counters[i * kMegaCounterStride] = 0;
}

template <class T, int NB, int kDim>
__global__ void __launch_bounds__(kMegaThreads, 1) megaKernel(const __grid_constant__ MegaArgs args) {
#if defined(HEARTH_EMULATED_GPU) || __CUDA_ARCH__ >= 900
  using Memory = MegaMemory<T, NB, kDim>;
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
