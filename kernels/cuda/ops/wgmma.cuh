// Instructions of compute capability 9.0 that attention and linear ops use: warpgroup products, the tensor copy engine,
// its barriers.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

namespace kernels::cuda {

// The instructions exist for the architecture-specific target alone.
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define HEARTH_WGMMA 1
#endif

/// Describes an operand in shared memory, 128-byte swizzle, from a 16-byte aligned address. `stride` is from one group
/// of 8 rows of 128 bytes to the next; `leading` from one 64-element column block to the next, where the operand is
/// contiguous along the product's n.
__device__ __forceinline__ uint64_t operandAt(uint32_t address, uint32_t leading, uint32_t stride) {
  return static_cast<uint64_t>((address & 0x3ffff) >> 4) | static_cast<uint64_t>(leading >> 4) << 16 |
         static_cast<uint64_t>(stride >> 4) << 32 | uint64_t{1} << 62;
}

__device__ __forceinline__ void productsBegin() {
#ifdef HEARTH_WGMMA
  asm volatile("wgmma.fence.sync.aligned;\n" ::: "memory");
#endif
}
__device__ __forceinline__ void productsCommit() {
#ifdef HEARTH_WGMMA
  asm volatile("wgmma.commit_group.sync.aligned;\n" ::: "memory");
#endif
}
/// Until at most `kLeft` groups of products are under way.
template <int kLeft>
__device__ __forceinline__ void productsWait() {
#ifdef HEARTH_WGMMA
  asm volatile("wgmma.wait_group.sync.aligned %0;\n" ::"n"(kLeft) : "memory");
#endif
}
/// Keeps the compiler from moving uses of sums over the asynchronous products that make them.
template <int kCount>
__device__ __forceinline__ void pin(float (&sums)[kCount]) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) asm volatile("" : "+f"(sums[i])::"memory");
}

/// sums (64 x kN of a warpgroup) = a b, plus sums unless `fresh`. a is 64 x 16 in shared memory, rows of k; b kN x 16,
/// rows of k.
template <class T, int kN>
__device__ __forceinline__ void multiplyRows(float (&sums)[kN / 2], uint64_t a, uint64_t b, bool fresh);
/// sums += a b, a from registers (as in mma16816), b 16 x kN, rows of n.
template <class T, int kN>
__device__ __forceinline__ void multiplyColumns(float (&sums)[kN / 2], const uint32_t (&a)[4], uint64_t b);

// The instruction names every sum that it touches: lists of them, in its words and as its operands, eight by eight.
#define HEARTH_WORDS_8 "%0,%1,%2,%3,%4,%5,%6,%7"
#define HEARTH_WORDS_16 HEARTH_WORDS_8 ",%8,%9,%10,%11,%12,%13,%14,%15"
#define HEARTH_WORDS_32 HEARTH_WORDS_16 ",%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,%31"
#define HEARTH_WORDS_40 HEARTH_WORDS_32 ",%32,%33,%34,%35,%36,%37,%38,%39"
#define HEARTH_WORDS_48 HEARTH_WORDS_40 ",%40,%41,%42,%43,%44,%45,%46,%47"
#define HEARTH_WORDS_64 HEARTH_WORDS_48 ",%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59,%60,%61,%62,%63"
#define HEARTH_WORDS_128                                                         \
  HEARTH_WORDS_64                                                                \
  ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79"             \
  ",%80,%81,%82,%83,%84,%85,%86,%87,%88,%89,%90,%91,%92,%93,%94,%95"             \
  ",%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111" \
  ",%112,%113,%114,%115,%116,%117,%118,%119,%120,%121,%122,%123,%124,%125,%126,%127"
#define HEARTH_SUMS_4(i) "+f"(sums[i]), "+f"(sums[i + 1]), "+f"(sums[i + 2]), "+f"(sums[i + 3])
#define HEARTH_SUMS_8(i) HEARTH_SUMS_4(i), HEARTH_SUMS_4(i + 4)
#define HEARTH_SUMS_16(i) HEARTH_SUMS_8(i), HEARTH_SUMS_8(i + 8)
#define HEARTH_SUMS_32(i) HEARTH_SUMS_16(i), HEARTH_SUMS_16(i + 16)
#define HEARTH_SUMS_40(i) HEARTH_SUMS_32(i), HEARTH_SUMS_8(i + 32)
#define HEARTH_SUMS_48(i) HEARTH_SUMS_32(i), HEARTH_SUMS_16(i + 32)
#define HEARTH_SUMS_64(i) HEARTH_SUMS_32(i), HEARTH_SUMS_32(i + 32)
#define HEARTH_SUMS_128(i) HEARTH_SUMS_64(i), HEARTH_SUMS_64(i + 64)

// n columns, half of them as sums; then the numbers of the operands behind the sums.
#ifdef HEARTH_WGMMA
#define HEARTH_ROWS(T, type, n, half, a, b, fresh)                                                                    \
  template <>                                                                                                         \
  __device__ __forceinline__ void multiplyRows<T, n>(float(&sums)[half], uint64_t left, uint64_t right, bool first) { \
    asm volatile("{\n.reg .pred p;\nsetp.eq.b32 p, %" #fresh ", 0;\nwgmma.mma_async.sync.aligned.m64n" #n             \
                 "k16.f32." type "." type " {" HEARTH_WORDS_##half "}, %" #a ", %" #b ", p, 1, 1, 0, 0;\n}\n"         \
                 : HEARTH_SUMS_##half(0)                                                                              \
                 : "l"(left), "l"(right), "r"(static_cast<int32_t>(first)));                                          \
  }
#define HEARTH_COLUMNS(T, type, n, half, a, b, c, d, right_, one)                                                    \
  template <>                                                                                                        \
  __device__ __forceinline__ void multiplyColumns<T, n>(float(&sums)[half], const uint32_t(&left)[4],                \
                                                        uint64_t right) {                                            \
    asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %" #one ", 0;\nwgmma.mma_async.sync.aligned.m64n" #n              \
                 "k16.f32." type "." type " {" HEARTH_WORDS_##half "}, {%" #a ",%" #b ",%" #c ",%" #d "}, %" #right_ \
                                                                   ", p, 1, 1, 1;\n}\n"                              \
                 : HEARTH_SUMS_##half(0)                                                                             \
                 : "r"(left[0]), "r"(left[1]), "r"(left[2]), "r"(left[3]), "l"(right), "r"(1));                      \
  }
#else
#define HEARTH_ROWS(T, type, n, half, a, b, fresh) \
  template <>                                      \
  __device__ __forceinline__ void multiplyRows<T, n>(float(&)[half], uint64_t, uint64_t, bool) {}
#define HEARTH_COLUMNS(T, type, n, half, a, b, c, d, right_, one) \
  template <>                                                     \
  __device__ __forceinline__ void multiplyColumns<T, n>(float(&)[half], const uint32_t(&)[4], uint64_t) {}
#endif
#define HEARTH_PRODUCTS(T, type)                          \
  HEARTH_ROWS(T, type, 16, 8, 8, 9, 10)                   \
  HEARTH_ROWS(T, type, 32, 16, 16, 17, 18)                \
  HEARTH_ROWS(T, type, 64, 32, 32, 33, 34)                \
  HEARTH_ROWS(T, type, 128, 64, 64, 65, 66)               \
  HEARTH_ROWS(T, type, 256, 128, 128, 129, 130)           \
  HEARTH_COLUMNS(T, type, 64, 32, 32, 33, 34, 35, 36, 37) \
  HEARTH_COLUMNS(T, type, 80, 40, 40, 41, 42, 43, 44, 45) \
  HEARTH_COLUMNS(T, type, 96, 48, 48, 49, 50, 51, 52, 53) \
  HEARTH_COLUMNS(T, type, 128, 64, 64, 65, 66, 67, 68, 69)
HEARTH_PRODUCTS(__nv_bfloat16, "bf16")
HEARTH_PRODUCTS(__half, "f16")

/// Barriers in shared memory that count arrivals and bytes.
__device__ __forceinline__ void barrierInit(uint32_t at, uint32_t arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;\n" ::"r"(at), "r"(arrivals) : "memory");
}
__device__ __forceinline__ void barrierArrive(uint32_t at) {
#if __CUDA_ARCH__ >= 900
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];\n" ::"r"(at) : "memory");
#endif
}
/// Arrives, and announces `bytes` of copies.
__device__ __forceinline__ void barrierExpect(uint32_t at, uint32_t bytes) {
#if __CUDA_ARCH__ >= 900
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;\n" ::"r"(at), "r"(bytes) : "memory");
#endif
}
/// Until the phase of this parity is over.
__device__ __forceinline__ void barrierWait(uint32_t at, uint32_t parity) {
#if __CUDA_ARCH__ >= 900
  asm volatile(
      "{\n.reg .pred p;\nWAIT:\n"
      "mbarrier.try_wait.parity.shared::cta.b64 p, [%0], %1;\n"
      "@p bra DONE;\nbra WAIT;\nDONE:\n}\n" ::"r"(at),
      "r"(parity)
      : "memory");
#endif
}
/// Makes ordinary writes to shared memory seen by products and copies.
__device__ __forceinline__ void fenceShared() {
#if __CUDA_ARCH__ >= 900
  asm volatile("fence.proxy.async.shared::cta;\n" ::: "memory");
#endif
}

/// Copies the box of tensor map `map` at (x, y) to shared memory; `barrier` gets its bytes.
__device__ __forceinline__ void copyBox(uint32_t to, const void* map, uint32_t x, uint32_t y, uint32_t barrier) {
#if __CUDA_ARCH__ >= 900
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];\n" ::"r"(
          to),
      "l"(map), "r"(x), "r"(y), "r"(barrier)
      : "memory");
#endif
}

}  // namespace kernels::cuda
