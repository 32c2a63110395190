// The ways of doing attention that launchAttention (ops.h) chooses from.
#pragma once

#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

/// Head sizes and types that the tensor core kernels know.
constexpr bool attentionTiled(const AttentionArgs& args) {
  const uint32_t dim = args.heads.headDim;
  return args.type != DType::F32 && args.type == args.cache.type &&
         (dim == 64 || dim == 80 || dim == 96 || dim == 128 || dim == 256);
}

/// Most sequences that the kernel for those with one token takes in one launch.
inline constexpr uint32_t kAttentionMaxSequences = 2048;

/// The sequences with one token; the others are left alone. Compute capability 8.0 and up. On 9.0 it begins
/// beside the kernel ahead: what is before the wait touches step values and older tokens of the cache alone.
cudaError_t launchAttentionDecode(const AttentionArgs& args, cudaStream_t stream);
uint64_t attentionDecodeScratchBytes(const HeadShape& heads, uint32_t nSequences, uint32_t nMultiprocessors);

/// The sequences with more than one token; the others are left alone but for AttentionArgs::oneOrder. Compute
/// capability 8.0 and up.
cudaError_t launchAttentionPrefill(const AttentionArgs& args, cudaStream_t stream);

/// The same with wgmma and the tensor copy engine, compute capability 9.0.
bool attentionPrefill90Supports(const AttentionArgs& args);
cudaError_t launchAttentionPrefill90(const AttentionArgs& args, cudaStream_t stream);

}  // namespace kernels::cuda
