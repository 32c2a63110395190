// Tensor core instructions of compute capability 8.0 and up.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

namespace kernels::cuda {

/// c += a b for a 16 x 16 by 16 x 8 tile, float32 sums. Lane 4 g + t holds of a: rows g (a0, a2) and g + 8 (a1, a3), k
/// 2t, 2t+1 (a0, a1) and 2t+8, 2t+9 (a2, a3); of b: column g, the same k (b0, b1); of c: rows g (c0, c1) and g + 8
/// (c2, c3), columns 2t, 2t+1.
template <class T>
__device__ __forceinline__ void mma16816(float (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t b0,
                                         uint32_t b1);

// A test may run kernels on the CPU, thread by thread: it defines HEARTH_EMULATED_GPU and what stands in `emulated`.
template <>
__device__ __forceinline__ void mma16816<__nv_bfloat16>(float (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2,
                                                        uint32_t a3, uint32_t b0, uint32_t b1) {
#if defined(HEARTH_EMULATED_GPU)
  emulated::mma16816<__nv_bfloat16>(c, a0, a1, a2, a3, b0, b1);
#elif __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#endif
}

template <>
__device__ __forceinline__ void mma16816<__half>(float (&c)[4], uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3,
                                                 uint32_t b0, uint32_t b1) {
#if defined(HEARTH_EMULATED_GPU)
  emulated::mma16816<__half>(c, a0, a1, a2, a3, b0, b1);
#elif __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};\n"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
#endif
}

}  // namespace kernels::cuda
