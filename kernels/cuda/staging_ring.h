// Page-locked memory for small writes to the device that must not wait for the steps before them.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <deque>
#include <vector>

#include "kernels/cuda/device_arena.h"

namespace kernels::cuda {

/// take() a piece, fill it, enqueue what reads it, then mark it with done(). A piece is given out again only when the
/// stream has passed its mark; take() waits for that. One thread.
class StagingRing {
 public:
  StagingRing() = default;
  StagingRing(const StagingRing&) = delete;
  StagingRing& operator=(const StagingRing&) = delete;
  ~StagingRing() { release(); }

  /// Aligned to 16 bytes. Grows when `bytes` is more than the ring has.
  Status take(uint64_t bytes, std::byte** piece);
  /// The stream has everything that reads the last piece.
  Status done(cudaStream_t stream);
  void release();

 private:
  struct Piece {
    uint64_t begin, end;
    cudaEvent_t passed;
  };
  Status waitForOldest();
  bool overlaps(uint64_t begin, uint64_t end) const;

  PinnedBuffer m_memory;
  std::deque<Piece> m_inFlight;  ///< oldest first
  std::vector<cudaEvent_t> m_idleEvents;
  uint64_t m_begin = 0, m_end = 0;  ///< the last piece taken
};

}  // namespace kernels::cuda
