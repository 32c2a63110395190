// A few pieces of page-locked memory through which bytes from files travel to the device, several threads at once.
#pragma once

#include <cuda_runtime_api.h>

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "kernels/cuda/device_arena.h"

namespace kernels::cuda {

class UploadRing {
 public:
  static constexpr uint64_t kPieceBytes = uint64_t{4} << 20;
  static constexpr size_t kPieces = 8;

  UploadRing() = default;
  UploadRing(const UploadRing&) = delete;
  UploadRing& operator=(const UploadRing&) = delete;
  ~UploadRing() { static_cast<void>(close()); }

  /// Lets `fill` write `bytes` (at most kPieceBytes) into pinned memory and sends them to `target`. From any thread.
  Status send(std::byte* target, uint64_t bytes, const std::function<void(std::byte*)>& fill);
  /// Waits for everything sent and gives the memory back.
  Status close();

 private:
  struct Piece {
    PinnedBuffer memory;
    cudaEvent_t sent = nullptr;
    bool busy = false;  ///< being filled
    bool used = false;  ///< `sent` has been recorded
  };
  Status openLocked();
  void destroy();

  std::mutex m_mutex;
  std::condition_variable m_free;
  std::vector<Piece> m_pieces;
  size_t m_next = 0;
  cudaStream_t m_stream = nullptr;
};

}  // namespace kernels::cuda
