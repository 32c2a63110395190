#include "kernels/cuda/ops/attention_prefill90.cuh"
#include "kernels/cuda/ops/tensor_map.h"

namespace kernels::cuda {

bool prefill90::cacheMap(CUtensorMap* map, const KvView& cache, const void* base) {
  const EncodeTiled encode = encodeTiled();
  if (encode == nullptr) return false;
  // How many blocks the cache has is not for a launcher to know: block ids are checked before they get here.
  const cuuint64_t sizes[2] = {cache.headDim, 0x7fffffff};
  const cuuint64_t strides[1] = {cache.headDim * sizeof(uint16_t)};
  const cuuint32_t box[2] = {64, kKvBlockTokens}, steps[2] = {1, 1};
  return encode(map, cache.type == DType::F16 ? CU_TENSOR_MAP_DATA_TYPE_FLOAT16 : CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, 2,
                const_cast<void*>(base), sizes, strides, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE,
                CU_TENSOR_MAP_SWIZZLE_128B, CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE) == CUDA_SUCCESS;
}

bool attentionPrefill90Supports(const AttentionArgs& args) {
  return args.scale > 0.0f && encodeTiled() != nullptr;
}

cudaError_t launchAttentionPrefill90(const AttentionArgs& args, cudaStream_t stream) {
  return args.type == DType::F16 ? prefill90::launchType<__half>(args, stream)
                                 : prefill90::launchType<__nv_bfloat16>(args, stream);
}

}  // namespace kernels::cuda
