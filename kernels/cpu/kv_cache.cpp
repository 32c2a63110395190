#include "kernels/cpu/kv_cache.h"

#include <fmt/format.h>

#include <limits>

namespace kernels {

uint64_t kvBlockBytes(const KvCacheDesc& desc) {
  return uint64_t{2} * kKvBlockTokens * desc.nLayers * desc.nKvHeads * desc.headDim * dtypeBytes(desc.dtype);
}

namespace cpu {
namespace {

// A vector load of the last value row may reach beyond the cache.
constexpr uint64_t kSlack = 256;

}  // namespace

Status KvCache::create(const KvCacheDesc& desc) {
  m_desc = {};
  if (desc.dtype != DType::F32 && desc.dtype != DType::F16 && desc.dtype != DType::BF16) {
    return {StatusCode::Unsupported,
            fmt::format("KV cache of {}: float32, float16 or bfloat16 are possible", dtypeName(desc.dtype))};
  }
  if (desc.nLayers == 0 || desc.nKvHeads == 0 || desc.headDim == 0 || desc.nBlocks == 0 || desc.nLayers > 4096 ||
      desc.nKvHeads > 4096 || desc.headDim > 4096) {
    return {
        StatusCode::InvalidArgument,
        fmt::format("KV cache of {} layers, {} heads of {} dimensions, {} blocks: each must be at least 1, the first "
                    "three at most 4096",
                    desc.nLayers, desc.nKvHeads, desc.headDim, desc.nBlocks)};
  }
  const uint64_t blockBytes = kvBlockBytes(desc);
  if (desc.nBlocks > (std::numeric_limits<int64_t>::max() - kSlack) / blockBytes)
    return {StatusCode::OutOfMemory, fmt::format("KV cache of {} blocks of {} bytes", desc.nBlocks, blockBytes)};
  KERNELS_RETURN_IF_ERROR(m_memory.allocate(desc.nBlocks * blockBytes + kSlack, "the KV cache"));
  m_desc = desc;
  return {};
}

KvLayer KvCache::layer(uint32_t index) const {
  KvLayer layer;
  layer.valuesOffset = uint64_t{m_desc.headDim} * kKvBlockTokens * dtypeBytes(m_desc.dtype);
  layer.headBytes = 2 * layer.valuesOffset;
  layer.blockBytes = layer.headBytes * m_desc.nKvHeads;
  layer.base = m_memory.data() + index * layer.blockBytes * m_desc.nBlocks;
  layer.headDim = m_desc.headDim;
  layer.dtype = m_desc.dtype;
  return layer;
}

}  // namespace cpu
}  // namespace kernels
