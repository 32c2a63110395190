#include "kernels/cpu/aligned_memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include "kernels/cpu/system_info.h"

namespace kernels::cpu {
namespace {

// Linux promises memory that it does not have, so what is large is checked against what is free.
constexpr uint64_t kCheckedBytes = uint64_t{64} << 20;
constexpr uint64_t kHugePage = uint64_t{2} << 20;

}  // namespace

AlignedMemory::~AlignedMemory() {
  release();
}

void AlignedMemory::release() {
  if (m_data != nullptr) munmap(m_data, m_size);
  m_data = nullptr;
  m_size = 0;
}

Status AlignedMemory::allocate(uint64_t bytes, std::string_view what) {
  release();
  if (bytes == 0) return {};
  const uint64_t free = bytes >= kCheckedBytes ? systemMemory().free : bytes;
  void* data = MAP_FAILED;
  if (bytes <= free) data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (data == MAP_FAILED) {
    return {StatusCode::OutOfMemory,
            fmt::format("{} needs {} bytes, {} bytes of memory are free", what, bytes, systemMemory().free)};
  }
  if (bytes >= 2 * kHugePage) madvise(data, bytes, MADV_HUGEPAGE);
  m_data = static_cast<std::byte*>(data);
  m_size = bytes;
  return {};
}

}  // namespace kernels::cpu
