#include "kernels/cuda/sampler.h"
namespace kernels::cuda {
namespace {
__global__ void argmaxKernel(const float* logits, uint32_t cols, uint32_t nVocab, StepView step, int32_t* out, int32_t* last) {
  __shared__ float best[256]; __shared__ int32_t at[256];
  float b = -INFINITY; int32_t a = 0;
  for (uint32_t i = threadIdx.x; i < nVocab; i += 256) { const float v = logits[(uint64_t)blockIdx.x * cols + i]; if (v > b) { b = v; a = i; } }
  best[threadIdx.x] = b; at[threadIdx.x] = a; __syncthreads();
  if (threadIdx.x == 0) {
    for (int i = 1; i < 256; ++i) if (best[i] > b || (best[i] == b && at[i] < a)) { b = best[i]; a = at[i]; }
    const bool in = blockIdx.x < step.header->nLogitRows; const int32_t slot = in ? step.slots[blockIdx.x] : -1;
    out[blockIdx.x] = slot >= 0 ? a : -1; if (slot >= 0) last[slot] = a;
  }
}
}
cudaError_t Sampler::launch(const float* logits, uint32_t cols, uint32_t nVocab, uint32_t nRows, const StepView& step, cudaStream_t stream) {
  argmaxKernel<<<nRows, 256, 0, stream>>>(logits, cols, nVocab, step, m_results.as<int32_t>(), m_last.as<int32_t>());
  return cudaGetLastError();
}
}
