// Memory that packed weights live in: zeroed, aligned to cache lines, in huge pages where the system gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace kernels::cpu {

class PackedMemory {
 public:
  PackedMemory() = default;
  /// False when the memory cannot be had.
  bool allocate(uint64_t bytes);

  std::byte* data() { return m_data; }
  const std::byte* data() const { return m_data; }

 private:
  struct Free {
    void operator()(void* pointer) const;
  };
  std::unique_ptr<void, Free> m_owner;
  std::byte* m_data = nullptr;
};

}  // namespace kernels::cpu
