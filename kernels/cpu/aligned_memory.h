// Zeroed memory for weights, cache and scratch: aligned for every vector width, on huge pages where it is large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "kernels/status.h"

namespace kernels::cpu {

class AlignedMemory {
 public:
  AlignedMemory() = default;
  AlignedMemory(AlignedMemory&& other) noexcept
      : m_data(std::exchange(other.m_data, nullptr)), m_size(std::exchange(other.m_size, 0)) {}
  AlignedMemory& operator=(AlignedMemory&& other) noexcept {
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    return *this;
  }
  ~AlignedMemory();

  /// Replaces what is held by `bytes` of zeroed memory, aligned to a page. OutOfMemory names `what`, the bytes asked
  /// for and those free; the old content is gone then.
  Status allocate(uint64_t bytes, std::string_view what);

  /// The same without asking whether so much is free: memory is taken page by page when it is first written. For room
  /// of which a part may stay unused.
  bool reserve(uint64_t bytes);

  std::byte* data() const { return m_data; }
  uint64_t size() const { return m_size; }

 private:
  void release();
  std::byte* m_data = nullptr;
  uint64_t m_size = 0;
};

}  // namespace kernels::cpu
