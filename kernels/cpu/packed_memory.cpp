#include "kernels/cpu/packed_memory.h"

#include <utility>

namespace kernels::cpu {

namespace {

constexpr uint64_t kLine = 64;
// Room taken at a time, and pieces from which on a mapping of its own costs nothing. The unused end of the last huge
// page, at most 2 MB in each room, is all that a room takes beyond its pieces.
constexpr uint64_t kRoom = uint64_t{256} << 20, kOwnFrom = uint64_t{64} << 20;

}  // namespace

std::byte* PackedArena::take(uint64_t bytes) {
  AlignedMemory mapping;
  if (bytes >= kOwnFrom) {
    if (!mapping.allocate(bytes, "weights").ok()) return nullptr;
    return m_mappings.emplace_back(std::move(mapping)).data();
  }
  const uint64_t padded = (bytes + kLine - 1) / kLine * kLine;
  if (padded > m_left) {
    if (!mapping.reserve(kRoom)) return nullptr;
    m_next = m_mappings.emplace_back(std::move(mapping)).data();
    m_left = kRoom;
  }
  m_left -= padded;
  return std::exchange(m_next, m_next + padded);
}

bool PackedMemory::allocate(uint64_t bytes, PackedArena* arena) {
  if (arena != nullptr) {
    m_data = arena->take(bytes);
  } else {
    m_data = m_own.allocate(bytes, "weights").ok() ? m_own.data() : nullptr;
  }
  return m_data != nullptr;
}

}  // namespace kernels::cpu
