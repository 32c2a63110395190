// The driver's way to describe a tensor to the copy engine of compute capability 9.0.
#pragma once

#include <cuda.h>

namespace kernels::cuda {

using EncodeTiled = CUresult (*)(CUtensorMap*, CUtensorMapDataType, cuuint32_t, void*, const cuuint64_t*,
                                 const cuuint64_t*, const cuuint32_t*, const cuuint32_t*, CUtensorMapInterleave,
                                 CUtensorMapSwizzle, CUtensorMapL2promotion, CUtensorMapFloatOOBfill);

/// The driver's function, null where it has none.
EncodeTiled encodeTiled();

}  // namespace kernels::cuda
