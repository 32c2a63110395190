// A few pieces of page-locked memory through which rows travel from files to the device, several threads at once: each
// reads into a piece of its own while the pieces of the others are being copied.
#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "kernels/backend.h"
#include "kernels/cuda/device_arena.h"

namespace kernels::cuda {

class UploadRing {
 public:
  /// Of a piece, slack and all: two large pages.
  static constexpr uint64_t kPieceMemory = uint64_t{4} << 20;
  static constexpr uint64_t kPieceBytes = kPieceMemory - kFillSlack;
  /// Twelve readers fill a PCIe 5 link out of the page cache (measured; sixteen do no more); the others are being
  /// copied meanwhile.
  static constexpr size_t kPieces = 16;
  static constexpr uint64_t kMemory = kPieces * kPieceMemory;

  /// Enqueues what turns stored rows in device memory into a weight.
  using Convert = std::function<cudaError_t(const std::byte* stored, cudaStream_t stream)>;

  UploadRing() = default;
  UploadRing(const UploadRing&) = delete;
  UploadRing& operator=(const UploadRing&) = delete;
  ~UploadRing() { static_cast<void>(close()); }

  /// Lets `fill` write `bytes` (at most kPieceBytes) into page-locked memory and sends them to `target`, or, where
  /// there is a `convert`, to device memory of the ring for it to read. From any thread; what was sent may still be
  /// under way on return.
  Status send(uint64_t bytes, const RowFill& fill, std::byte* target, const Convert& convert = {});
  /// Waits for everything sent and gives the memory back. No send() may be under way.
  Status close();

 private:
  struct Piece {
    std::byte* memory = nullptr;
    std::byte* stored = nullptr;  ///< device memory for rows that are converted
    cudaStream_t stream = nullptr;
    cudaEvent_t sent = nullptr;
  };
  Status openLocked();
  Status take(bool converts, Piece** out);
  Status sendPiece(Piece& piece, uint64_t bytes, const RowFill& fill, std::byte* target, const Convert& convert) const;

  std::mutex m_mutex;
  std::condition_variable m_free;
  PinnedBuffer m_memory;
  DeviceBuffer m_stored;  ///< made when rows are to be converted
  std::vector<Piece> m_pieces;
  std::deque<Piece*> m_idle;  ///< not in a thread's hands, in the order in which they were sent
  /// Several, so that the copy of one piece runs beside the conversion of another.
  std::array<cudaStream_t, 4> m_streams{};
};

}  // namespace kernels::cuda
