#include "kernels/cuda/ops/upload_step.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kThreads = 256;

__global__ void __launch_bounds__(kThreads) uploadStepKernel(UploadPieces pieces) {
  uint32_t word = blockIdx.x * kThreads + threadIdx.x;
#pragma unroll
  for (uint32_t i = 0; i < UploadPieces::kMost; ++i) {
    if (i >= pieces.n) return;
    if (word < pieces.count[i]) {
      const uint32_t at = pieces.first[i] + word;
      static_cast<uint4*>(pieces.to)[at] = __ldcv(static_cast<const uint4*>(pieces.from) + at);
      return;
    }
    word -= pieces.count[i];
  }
}

}  // namespace

cudaError_t launchUploadStep(const UploadPieces& pieces, cudaStream_t stream) {
  const uint32_t words = pieces.words();
  if (words == 0) return cudaSuccess;
  uploadStepKernel<<<(words + kThreads - 1) / kThreads, kThreads, 0, stream>>>(pieces);
  return cudaGetLastError();
}

}  // namespace kernels::cuda
