#include "kernels/cpu/aligned_memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <limits>

#include "kernels/cpu/system_info.h"

namespace kernels::cpu {
namespace {

// Linux promises memory that it does not have, so what is large is checked against what is free.
constexpr uint64_t kCheckedBytes = uint64_t{64} << 20;
constexpr uint64_t kPage = 4096, kHugePage = uint64_t{2} << 20;

// Large memory begins at a huge page; null when it cannot be had.
std::byte* map(uint64_t bytes, int flags) {
  const uint64_t slack = bytes >= kHugePage ? kHugePage : 0;
  if (bytes > std::numeric_limits<uint64_t>::max() - slack) return nullptr;
  void* mapped = mmap(nullptr, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* data = static_cast<std::byte*>(mapped);
  if (slack == 0) return data;
  const uint64_t before = (kHugePage - reinterpret_cast<uintptr_t>(data) % kHugePage) % kHugePage;
  const uint64_t used = before + (bytes + kPage - 1) / kPage * kPage;
  if (before != 0) munmap(data, before);
  if (used < bytes + slack) munmap(data + used, bytes + slack - used);
  // Only a hint: without huge pages everything works as well, a little slower.
  (void)madvise(data + before, bytes, MADV_HUGEPAGE);
  return data + before;
}

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
  m_data = bytes <= free ? map(bytes, 0) : nullptr;
  if (m_data == nullptr) {
    return {StatusCode::OutOfMemory,
            fmt::format("{} needs {} bytes, {} bytes of memory are free", what, bytes, systemMemory().free)};
  }
  m_size = bytes;
  return {};
}

bool AlignedMemory::reserve(uint64_t bytes) {
  release();
  m_data = map(bytes, MAP_NORESERVE);
  if (m_data != nullptr) m_size = bytes;
  return m_data != nullptr;
}

}  // namespace kernels::cpu
