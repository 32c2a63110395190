// Include before any Highway header: the SIMD targets that the CPU kernels are compiled for. AVX-512, AVX2 and the
// portable fallback; what lies between them costs compile time and serves no machine that could run a model well.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
