#include "kernels/cuda/ops/linear_wide_launch.cuh"

namespace kernels::cuda {
template cudaError_t wide::launchType<__nv_bfloat16>(const Args& args, uint32_t nBlocks, cudaStream_t stream);
}
