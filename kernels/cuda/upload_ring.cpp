#include "kernels/cuda/upload_ring.h"

#include <fmt/format.h>

#include <utility>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

constexpr size_t kLeastPieces = 2;

}  // namespace

Status UploadRing::openLocked() {
  if (!m_pieces.empty()) return {};
  for (cudaStream_t& stream : m_streams) {
    if (stream != nullptr) continue;
    CUDA_RETURN_IF_ERROR(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream for loading");
  }
  // Less page-locked memory than wanted is slower, but enough.
  size_t count = kPieces;
  Status status = m_memory.allocate(count * kPieceMemory, "page-locked memory for loading");
  while (status.code() == StatusCode::OutOfMemory && count > kLeastPieces) {
    count /= 2;
    status = m_memory.allocate(count * kPieceMemory, "page-locked memory for loading");
  }
  if (!status.ok()) return status;
  std::vector<Piece> pieces(count);
  for (size_t i = 0; i < count && status.ok(); ++i) {
    pieces[i].memory = m_memory.as(i * kPieceMemory);
    pieces[i].stream = m_streams[i % m_streams.size()];
    // Waiting threads sleep: the processors are for those that read.
    status = toStatus(cudaEventCreateWithFlags(&pieces[i].sent, cudaEventDisableTiming | cudaEventBlockingSync),
                      "making an event");
  }
  m_pieces = std::move(pieces);
  for (Piece& piece : m_pieces) m_idle.push_back(&piece);
  return status;
}

/// The piece that was sent first. It may still be under way.
Status UploadRing::take(bool converts, Piece** out) {
  std::unique_lock lock(m_mutex);
  KERNELS_RETURN_IF_ERROR(openLocked());
  if (converts && m_stored.size() == 0) {
    KERNELS_RETURN_IF_ERROR(m_stored.allocate(m_pieces.size() * kPieceMemory, "rows to convert"));
    for (size_t i = 0; i < m_pieces.size(); ++i) m_pieces[i].stored = m_stored.as(i * kPieceMemory);
  }
  m_free.wait(lock, [this] { return !m_idle.empty(); });
  *out = m_idle.front();
  m_idle.pop_front();
  return {};
}

Status UploadRing::sendPiece(Piece& piece, uint64_t bytes, const RowFill& fill, std::byte* target,
                             const Convert& convert) const {
  CUDA_RETURN_IF_ERROR(cudaEventSynchronize(piece.sent), "loading");
  uint64_t begin = 0;
  KERNELS_RETURN_IF_ERROR(fill({piece.memory, bytes + kFillSlack}, &begin));
  if (begin > kFillSlack) return {StatusCode::Internal, fmt::format("rows begin at {}, past their room", begin)};
  if (convert) target = piece.stored;
  CUDA_RETURN_IF_ERROR(cudaMemcpyAsync(target, piece.memory + begin, bytes, cudaMemcpyHostToDevice, piece.stream),
                       "loading");
  if (convert) CUDA_RETURN_IF_ERROR(convert(target, piece.stream), "converting weights");
  return toStatus(cudaEventRecord(piece.sent, piece.stream), "loading");
}

Status UploadRing::send(uint64_t bytes, const RowFill& fill, std::byte* target, const Convert& convert) {
  if (bytes > kPieceBytes) {
    return {StatusCode::InvalidArgument, fmt::format("{} bytes in one piece, at most {}", bytes, kPieceBytes)};
  }
  Piece* piece = nullptr;
  KERNELS_RETURN_IF_ERROR(take(static_cast<bool>(convert), &piece));
  Status status = sendPiece(*piece, bytes, fill, target, convert);
  {
    const std::lock_guard lock(m_mutex);
    m_idle.push_back(piece);
  }
  m_free.notify_one();
  return status;
}

Status UploadRing::close() {
  const std::lock_guard lock(m_mutex);
  Status status;
  for (cudaStream_t& stream : m_streams) {
    if (stream == nullptr) continue;
    if (Status passed = toStatus(cudaStreamSynchronize(stream), "loading"); status.ok()) status = std::move(passed);
    static_cast<void>(cudaStreamDestroy(stream));
    stream = nullptr;
  }
  for (const Piece& piece : m_pieces) {
    if (piece.sent != nullptr) static_cast<void>(cudaEventDestroy(piece.sent));
  }
  m_idle.clear();
  m_pieces.clear();
  m_memory.release();
  m_stored.release();
  return status;
}

}  // namespace kernels::cuda
