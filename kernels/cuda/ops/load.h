// Kernels of loading: stored rows to the compute type, and weights out of nothing.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>

#include "kernels/dtype.h"
#include "kernels/made_up.h"

namespace kernels::cuda {

/// Turns `n` stored elements (device memory, aligned to 4 bytes, from the start of a block) into `type`, rounded as
/// kernels/dequantize.h and kernels/half.h say.
cudaError_t convertStored(WeightFormat format, const std::byte* stored, uint64_t n, DType type, void* out,
                          cudaStream_t stream);

/// Fills a matrix of rows of `rowBytes` with the numbers of kernels/made_up.h.
cudaError_t makeUpRows(std::byte* out, uint64_t rows, uint64_t rowBytes, MadeUpPattern pattern, uint64_t seed,
                       cudaStream_t stream);

}  // namespace kernels::cuda
