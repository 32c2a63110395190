// The machinery of the persistent kernel: barriers in shared memory, words across the grid, bulk copies, registers.
#pragma once

#include <cstdint>

namespace kernels::cuda {

#if defined(HEARTH_EMULATED_GPU)
inline uint32_t threadAnew() {
  return threadIdx.x;
}
using emulated::copyOnce;
using emulated::evictFirst;
using emulated::gridClock;
using emulated::loadAcross;
using emulated::loadShared;
using emulated::ringArrive;
using emulated::ringExpect;
using emulated::ringInit;
using emulated::ringInitDone;
using emulated::ringWait;
using emulated::sharedAddress;
using emulated::storeAcross;
struct MegaPatience {
  void turn() { emulated::Launch::current().yield(); }
};
template <uint32_t kRegisters>
inline void takeRegisters() {}
template <uint32_t kRegisters>
inline void giveRegisters() {}
template <uint32_t kId, uint32_t kThreads>
inline void namedBarrier() {
  emulated::barrier(kId, kThreads);
}
#else

/// Nanoseconds after which a waiting loop gives up: an error is something that the host hears of, a hang is not.
inline constexpr uint64_t kMegaPatience = 30'000'000'000;

/// threadIdx.x, such that what depends on it is not worked out before the loop over instructions, to lie in registers,
/// or in memory for want of them, while other instructions are at work.
__device__ __forceinline__ uint32_t threadAnew() {
  uint32_t thread = 0;
  asm volatile("mov.u32 %0, %tid.x;\n" : "=r"(thread));
  return thread;
}

/// Nanoseconds, the same on the whole device.
__device__ __forceinline__ uint64_t gridClock() {
  uint64_t now = 0;
  asm volatile("mov.u64 %0, %globaltimer;\n" : "=l"(now));
  return now;
}

/// A loop that waits, for as long as it may. It ends in a store to where nothing can be: with a trap in a kernel, the
/// compiler leaves it the registers of its launch and takes no notice of setmaxnreg.
struct MegaPatience {
  uint32_t turns = 0;
  uint64_t began = 0;
  __device__ __forceinline__ void turn() {
    if (++turns % 4096 != 0) return;
    const uint64_t now = gridClock();
    if (began == 0) began = now;
    if (now - began > kMegaPatience) asm volatile("st.global.u32 [%0], %1;\n" ::"l"(uint64_t{0}), "r"(0) : "memory");
  }
};

__device__ __forceinline__ uint32_t sharedAddress(const void* p) {
  return static_cast<uint32_t>(__cvta_generic_to_shared(p));
}
__device__ __forceinline__ uint4 loadShared(uint32_t address) {
  uint4 v;
  asm volatile("ld.shared.v4.u32 {%0,%1,%2,%3}, [%4];\n" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "r"(address));
  return v;
}

__device__ __forceinline__ void ringInit(uint32_t barrier, uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;\n" ::"r"(barrier), "r"(arrivals));
}
/// After the last ringInit, before the block's barrier: the copy engine sees them too.
__device__ __forceinline__ void ringInitDone() {
  asm volatile("fence.mbarrier_init.release.cluster;\nfence.proxy.async.shared::cta;\n" ::: "memory");
}
__device__ __forceinline__ void ringArrive(uint32_t barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];\n" ::"r"(barrier) : "memory");
}
/// Arrives, and keeps the barrier from completing until `bytes` have come.
__device__ __forceinline__ void ringExpect(uint32_t barrier, uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;\n" ::"r"(barrier), "r"(bytes) : "memory");
}
__device__ __forceinline__ bool ringReached(uint32_t barrier, uint32_t parity) {
  uint32_t done = 0;
  asm volatile("{\n.reg .pred p;\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\nselp.u32 %0, 1, 0, p;\n}\n"
               : "=r"(done)
               : "r"(barrier), "r"(parity)
               : "memory");
  return done != 0;
}
/// Until the phase of this parity is over.
__device__ __forceinline__ void ringWait(uint32_t barrier, uint32_t parity) {
  for (MegaPatience patience; !ringReached(barrier, parity);) patience.turn();
}

/// Copies `bytes` (a multiple of 16, both sides aligned to 16) that nobody will read again to shared memory.
__device__ __forceinline__ void copyOnce(uint32_t to, const void* from, uint32_t bytes, uint32_t barrier,
                                         uint64_t policy) {
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], %4;\n" ::
          "r"(to),
      "l"(from), "r"(bytes), "r"(barrier), "l"(policy)
      : "memory");
}
__device__ __forceinline__ uint64_t evictFirst() {
  uint64_t policy = 0;
  asm volatile("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;\n" : "=l"(policy));
  return policy;
}

template <uint32_t kId, uint32_t kThreads>
__device__ __forceinline__ void namedBarrier() {
  asm volatile("bar.sync %0, %1;\n" ::"n"(kId), "n"(kThreads) : "memory");
}

/// Words that other blocks write, or read, meanwhile: each load goes to the second cache, no order among them.
__device__ __forceinline__ void loadAcross(uint4& v, const void* from) {
  asm volatile("ld.relaxed.gpu.global.v4.u32 {%0,%1,%2,%3}, [%4];\n"
               : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
               : "l"(from));
}
__device__ __forceinline__ void loadAcross(uint32_t& v, const void* from) {
  asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];\n" : "=r"(v) : "l"(from));
}
__device__ __forceinline__ void storeAcross(void* to, uint16_t v) {
  asm volatile("st.relaxed.gpu.global.u16 [%0], %1;\n" ::"l"(to), "h"(v));
}
__device__ __forceinline__ void storeAcross(void* to, uint32_t v) {
  asm volatile("st.relaxed.gpu.global.u32 [%0], %1;\n" ::"l"(to), "r"(v));
}
__device__ __forceinline__ void storeAcross(void* to, uint2 v) {
  asm volatile("st.relaxed.gpu.global.v2.u32 [%0], {%1,%2};\n" ::"l"(to), "r"(v.x), "r"(v.y));
}
__device__ __forceinline__ void storeAcross(void* to, uint4 v) {
  asm volatile("st.relaxed.gpu.global.v4.u32 [%0], {%1,%2,%3,%4};\n" ::"l"(to), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w));
}

/// A warpgroup takes registers that another has given away; only where the compiler knows the instruction.
template <uint32_t kRegisters>
__device__ __forceinline__ void takeRegisters() {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;\n" ::"n"(kRegisters));
#endif
}
template <uint32_t kRegisters>
__device__ __forceinline__ void giveRegisters() {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;\n" ::"n"(kRegisters));
#endif
}
#endif

}  // namespace kernels::cuda
