// The paged KV cache in memory. A block holds 16 tokens of one layer; in it each KV head has its keys, then its values:
// keys as [headDim][16], so that one vector load gives one dimension of neighbouring keys and scores need no sums
// across lanes, values as [16][headDim].
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/backend.h"
#include "kernels/cpu/aligned_memory.h"
#include "kernels/dtype.h"
#include "kernels/status.h"

namespace kernels::cpu {

/// One layer of the cache.
struct KvLayer {
  std::byte* base = nullptr;
  uint64_t blockBytes = 0, headBytes = 0, valuesOffset = 0;
  uint32_t headDim = 0;
  DType dtype = DType::F16;

  std::byte* keys(uint64_t block, uint32_t head) const { return base + block * blockBytes + head * headBytes; }
  std::byte* values(uint64_t block, uint32_t head) const { return keys(block, head) + valuesOffset; }
};

class KvCache {
 public:
  /// Replaces the cache. InvalidArgument for a shape that makes no sense, OutOfMemory when it does not fit.
  Status create(const KvCacheDesc& desc);
  const KvCacheDesc& desc() const { return m_desc; }
  KvLayer layer(uint32_t index) const;
  uint64_t bytes() const { return m_memory.size(); }

 private:
  KvCacheDesc m_desc;
  AlignedMemory m_memory;
};

}  // namespace kernels::cpu
