#include "kernels/cuda/upload_ring.h"

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

Status UploadRing::openLocked() {
  if (m_stream != nullptr) return {};
  CUDA_RETURN_IF_ERROR(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking), "making a stream for loading");
  m_pieces = std::vector<Piece>(kPieces);
  for (Piece& piece : m_pieces) {
    Status status = piece.memory.allocate(kPieceBytes, "page-locked memory for loading");
    if (status.ok()) {
      status = toStatus(cudaEventCreateWithFlags(&piece.sent, cudaEventDisableTiming), "making an event");
    }
    if (!status.ok()) {
      destroy();
      return status;
    }
  }
  return {};
}

void UploadRing::destroy() {
  for (Piece& piece : m_pieces) {
    if (piece.sent != nullptr) static_cast<void>(cudaEventDestroy(piece.sent));
  }
  m_pieces.clear();
  if (m_stream != nullptr) static_cast<void>(cudaStreamDestroy(m_stream));
  m_stream = nullptr;
}

Status UploadRing::send(std::byte* target, uint64_t bytes, const std::function<void(std::byte*)>& fill) {
  std::unique_lock lock(m_mutex);
  KERNELS_RETURN_IF_ERROR(openLocked());
  m_free.wait(lock, [this] { return !m_pieces[m_next].busy; });
  Piece& piece = m_pieces[m_next];
  m_next = (m_next + 1) % m_pieces.size();
  piece.busy = true;
  lock.unlock();

  Status status;
  if (piece.used) status = toStatus(cudaEventSynchronize(piece.sent), "loading");
  if (status.ok()) {
    fill(piece.memory.as());
    status = toStatus(cudaMemcpyAsync(target, piece.memory.as(), bytes, cudaMemcpyHostToDevice, m_stream), "loading");
  }
  if (status.ok()) status = toStatus(cudaEventRecord(piece.sent, m_stream), "loading");

  lock.lock();
  piece.used = true;
  piece.busy = false;
  m_free.notify_all();
  return status;
}

Status UploadRing::close() {
  const std::lock_guard lock(m_mutex);
  if (m_stream == nullptr) return {};
  Status status = toStatus(cudaStreamSynchronize(m_stream), "loading");
  destroy();
  return status;
}

}  // namespace kernels::cuda
