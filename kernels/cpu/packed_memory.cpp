#include "kernels/cpu/packed_memory.h"

#include <cstdlib>
#include <limits>
#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace kernels::cpu {

namespace {

constexpr uint64_t kLine = 64;

std::byte* alignUp(void* pointer, uint64_t alignment) {
  const auto address = reinterpret_cast<uintptr_t>(pointer);
  return reinterpret_cast<std::byte*>((address + alignment - 1) / alignment * alignment);
}

}  // namespace

bool PackedMemory::allocate(uint64_t bytes) {
  if (bytes > std::numeric_limits<size_t>::max() - kLine) return false;
  // calloc leaves large pieces untouched, so that the threads that write the rows are the first to touch them.
  m_owner.reset(std::calloc(bytes + kLine, 1));
  if (m_owner == nullptr) return false;
  m_data = alignUp(m_owner.get(), kLine);
#if defined(__linux__)
  constexpr uint64_t kPage = 4096, kHuge = uint64_t{2} << 20;
  if (bytes >= 2 * kHuge) {
    std::byte* begin = alignUp(m_data, kPage);
    const auto length = static_cast<size_t>(m_data + bytes - begin) / kPage * kPage;
    // Only a hint: without huge pages everything works as well, a little slower.
    (void)madvise(begin, length, MADV_HUGEPAGE);
  }
#endif
  return true;
}

void PackedMemory::Free::operator()(void* pointer) const {
  std::free(pointer);
}

}  // namespace kernels::cpu
