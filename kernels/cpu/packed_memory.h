// Memory that packed weights live in: zeroed, aligned to cache lines, in huge pages where the system gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/cpu/aligned_memory.h"

namespace kernels::cpu {

/// Hands out pieces of large mappings, one after the other, for weights that live and die together. A matrix of its own
/// is often smaller than a huge page: in pages of 4 KB the look-up of addresses costs a part of the read stream.
class PackedArena {
 public:
  /// Null when the memory cannot be had.
  std::byte* take(uint64_t bytes);

 private:
  std::vector<AlignedMemory> m_mappings;
  std::byte* m_next = nullptr;
  uint64_t m_left = 0;
};

class PackedMemory {
 public:
  /// From the arena, which must live as long; without one from a mapping of its own. False when the memory cannot be
  /// had.
  bool allocate(uint64_t bytes, PackedArena* arena);

  std::byte* data() { return m_data; }
  const std::byte* data() const { return m_data; }

 private:
  AlignedMemory m_own;
  std::byte* m_data = nullptr;
};

}  // namespace kernels::cpu
