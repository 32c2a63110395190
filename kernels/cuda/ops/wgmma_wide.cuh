// More widths of the warpgroup product of wgmma.cuh, for linear ops.
#pragma once

#include "kernels/cuda/ops/wgmma.cuh"

namespace kernels::cuda {

template <>
__device__ __forceinline__ void multiplyRows<__nv_bfloat16, 16>(float (&sums)[8], uint64_t a, uint64_t b, bool fresh) {
#ifdef HEARTH_WGMMA
  asm volatile(
      "{\n.reg .pred p;\nsetp.eq.b32 p, %10, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n16k16.f32.bf16.bf16 "
      "{%0,%1,%2,%3,%4,%5,%6,%7}, "
      "%8, %9, p, 1, 1, 0, 0;\n}\n"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]),
        "+f"(sums[7])
      : "l"(a), "l"(b), "r"(static_cast<int32_t>(fresh)));
#endif
}
template <>
__device__ __forceinline__ void multiplyRows<__nv_bfloat16, 32>(float (&sums)[16], uint64_t a, uint64_t b, bool fresh) {
#ifdef HEARTH_WGMMA
  asm volatile(
      "{\n.reg .pred p;\nsetp.eq.b32 p, %18, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n32k16.f32.bf16.bf16 "
      "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15}, "
      "%16, %17, p, 1, 1, 0, 0;\n}\n"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]),
        "+f"(sums[7]), "+f"(sums[8]), "+f"(sums[9]), "+f"(sums[10]), "+f"(sums[11]), "+f"(sums[12]), "+f"(sums[13]),
        "+f"(sums[14]), "+f"(sums[15])
      : "l"(a), "l"(b), "r"(static_cast<int32_t>(fresh)));
#endif
}
template <>
__device__ __forceinline__ void multiplyRows<__half, 16>(float (&sums)[8], uint64_t a, uint64_t b, bool fresh) {
#ifdef HEARTH_WGMMA
  asm volatile(
      "{\n.reg .pred p;\nsetp.eq.b32 p, %10, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n16k16.f32.f16.f16 "
      "{%0,%1,%2,%3,%4,%5,%6,%7}, "
      "%8, %9, p, 1, 1, 0, 0;\n}\n"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]),
        "+f"(sums[7])
      : "l"(a), "l"(b), "r"(static_cast<int32_t>(fresh)));
#endif
}
template <>
__device__ __forceinline__ void multiplyRows<__half, 32>(float (&sums)[16], uint64_t a, uint64_t b, bool fresh) {
#ifdef HEARTH_WGMMA
  asm volatile(
      "{\n.reg .pred p;\nsetp.eq.b32 p, %18, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n32k16.f32.f16.f16 "
      "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15}, "
      "%16, %17, p, 1, 1, 0, 0;\n}\n"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3]), "+f"(sums[4]), "+f"(sums[5]), "+f"(sums[6]),
        "+f"(sums[7]), "+f"(sums[8]), "+f"(sums[9]), "+f"(sums[10]), "+f"(sums[11]), "+f"(sums[12]), "+f"(sums[13]),
        "+f"(sums[14]), "+f"(sums[15])
      : "l"(a), "l"(b), "r"(static_cast<int32_t>(fresh)));
#endif
}

}  // namespace kernels::cuda
