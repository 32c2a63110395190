// How fast the device reads its memory.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace kernels::cuda {

/// Bytes a second of a pure read of `bytes`, best of several passes; 0 when there is no memory for it.
double measureReadBandwidth(uint64_t bytes, uint32_t nMultiprocessors, cudaStream_t stream);
/// The same of a copy from one half of `bytes` to the other, what is read and what is written together.
double measureCopyBandwidth(uint64_t bytes, cudaStream_t stream);
/// The same of a copy from page-locked host memory.
double measureUploadBandwidth(uint64_t bytes, cudaStream_t stream);

}  // namespace kernels::cuda
