// Device memory that grows inside one reserved range of addresses, so that what is allocated in order lies in order.
#pragma once

#include <cuda.h>

#include <cstdint>
#include <mutex>
#include <vector>

#include "kernels/status.h"

namespace kernels::cuda {

/// Addresses are given out at once, physical memory only once ensureTaken() asks for it.
class DeviceArena {
 public:
  DeviceArena() = default;
  DeviceArena(const DeviceArena&) = delete;
  DeviceArena& operator=(const DeviceArena&) = delete;
  ~DeviceArena() { release(); }

  /// Reserves addresses for `bytes` on a device.
  Status reserve(int device, uint64_t bytes);
  /// Offset of the next `bytes`, aligned to 256; OutOfMemory past the reserved range.
  Status take(uint64_t bytes, uint64_t* offset);
  /// Backs everything taken so far with memory, in a few large pieces. From any thread.
  Status ensureTaken();
  void release();

  std::byte* at(uint64_t offset) const { return reinterpret_cast<std::byte*>(m_base + offset); }
  uint64_t used() const { return m_used; }
  uint64_t mapped() const { return m_mapped; }

 private:
  struct Piece {
    CUmemGenericAllocationHandle handle;
    uint64_t offset, bytes;
  };
  Status mapLocked(uint64_t bytes, uint64_t missing);

  int m_device = 0;
  CUdeviceptr m_base = 0;
  uint64_t m_reserved = 0, m_used = 0, m_mapped = 0, m_granularity = 0;
  std::vector<Piece> m_pieces;
  std::mutex m_mutex;
};

/// A plain allocation of device memory.
class DeviceBuffer {
 public:
  DeviceBuffer() = default;
  DeviceBuffer(const DeviceBuffer&) = delete;
  DeviceBuffer& operator=(const DeviceBuffer&) = delete;
  ~DeviceBuffer() { release(); }
  /// Replaces what was there. `what` is for the message.
  Status allocate(uint64_t bytes, const char* what);
  void release();
  template <class T = std::byte>
  T* as(uint64_t byteOffset = 0) const {
    return reinterpret_cast<T*>(static_cast<std::byte*>(m_data) + byteOffset);
  }
  uint64_t size() const { return m_size; }

 private:
  void* m_data = nullptr;
  uint64_t m_size = 0;
};

/// Page-locked host memory. Large buffers are made of large pages where the system has some: locking those takes a
/// sixth of the time.
class PinnedBuffer {
 public:
  PinnedBuffer() = default;
  PinnedBuffer(const PinnedBuffer&) = delete;
  PinnedBuffer& operator=(const PinnedBuffer&) = delete;
  ~PinnedBuffer() { release(); }
  Status allocate(uint64_t bytes, const char* what);
  void release();
  template <class T = std::byte>
  T* as(uint64_t byteOffset = 0) const {
    return reinterpret_cast<T*>(static_cast<std::byte*>(m_data) + byteOffset);
  }
  uint64_t size() const { return m_size; }

 private:
  bool mapLarge(uint64_t bytes);

  void* m_data = nullptr;
  uint64_t m_size = 0;
  uint64_t m_mapped = 0;  ///< bytes of large pages; 0: CUDA's own allocation
};

}  // namespace kernels::cuda
