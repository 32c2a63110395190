#include "kernels/cuda/ops/attention_prefill90.cuh"

namespace kernels::cuda::prefill90 {
template cudaError_t launchType<__half>(const AttentionArgs& args, cudaStream_t stream);
}  // namespace kernels::cuda::prefill90
