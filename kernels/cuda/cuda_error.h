// CUDA's error codes as a Status.
#pragma once

#include <cuda_runtime_api.h>

#include "kernels/status.h"

namespace kernels::cuda {

/// Ok for cudaSuccess. OutOfMemory is an ordinary result; errors that leave the context unusable become DeviceLost.
Status toStatus(cudaError_t error, const char* what);

}  // namespace kernels::cuda

/// Returns a failed CUDA call from the enclosing function as a Status.
#define CUDA_RETURN_IF_ERROR(call, what)                                                                          \
  do {                                                                                                            \
    if (const cudaError_t error_ = (call); error_ != cudaSuccess) return ::kernels::cuda::toStatus(error_, what); \
  } while (false)
/// Returns a failed launch from the enclosing launcher.
#define CUDA_RETURN_CODE(call)                                                   \
  do {                                                                           \
    if (const cudaError_t error_ = (call); error_ != cudaSuccess) return error_; \
  } while (false)
