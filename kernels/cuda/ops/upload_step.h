// The values of a small step on their way to the device without the copy engine.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

namespace kernels::cuda {

/// Pieces that lie at the same places on both sides, in words of 16 bytes.
struct UploadPieces {
  static constexpr uint32_t kMost = 8;
  const void* from = nullptr;  ///< page-locked host memory
  void* to = nullptr;
  uint32_t n = 0;
  uint32_t first[kMost] = {}, count[kMost] = {};

  uint32_t words() const {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n; ++i) sum += count[i];
    return sum;
  }
};
/// A kernel reads host memory: for a few kilobytes that is sooner done than a copy engine is asked and waited for.
cudaError_t launchUploadStep(const UploadPieces& pieces, cudaStream_t stream);

}  // namespace kernels::cuda
