#include "kernels/cuda/staging_ring.h"

#include <algorithm>
#include <bit>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

constexpr uint64_t kLeastBytes = uint64_t{1} << 20;

}  // namespace

bool StagingRing::overlaps(uint64_t begin, uint64_t end) const {
  return std::any_of(m_inFlight.begin(), m_inFlight.end(),
                     [&](const Piece& piece) { return piece.begin < end && begin < piece.end; });
}

Status StagingRing::waitForOldest() {
  const Piece piece = m_inFlight.front();
  m_inFlight.pop_front();
  m_idleEvents.push_back(piece.passed);
  return toStatus(cudaEventSynchronize(piece.passed), "waiting for page-locked memory");
}

Status StagingRing::take(uint64_t bytes, std::byte** piece) {
  const uint64_t size = (std::max<uint64_t>(bytes, 1) + 15) / 16 * 16;
  if (size > m_memory.size()) {
    while (!m_inFlight.empty()) KERNELS_RETURN_IF_ERROR(waitForOldest());
    // Twice the size, so that pieces of this size need not wait for each other.
    KERNELS_RETURN_IF_ERROR(
        m_memory.allocate(std::max(kLeastBytes, std::bit_ceil(2 * size)), "page-locked memory for sampling"));
    m_end = 0;
  }
  m_begin = m_end + size <= m_memory.size() ? m_end : 0;
  m_end = m_begin + size;
  while (overlaps(m_begin, m_end)) KERNELS_RETURN_IF_ERROR(waitForOldest());
  *piece = m_memory.as() + m_begin;
  return {};
}

Status StagingRing::done(cudaStream_t stream) {
  cudaEvent_t event = nullptr;
  if (m_idleEvents.empty()) {
    CUDA_RETURN_IF_ERROR(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "making an event");
  } else {
    event = m_idleEvents.back();
    m_idleEvents.pop_back();
  }
  m_inFlight.push_back({m_begin, m_end, event});
  return toStatus(cudaEventRecord(event, stream), "marking page-locked memory");
}

void StagingRing::release() {
  for (const Piece& piece : m_inFlight) {
    static_cast<void>(cudaEventSynchronize(piece.passed));
    static_cast<void>(cudaEventDestroy(piece.passed));
  }
  for (cudaEvent_t event : m_idleEvents) static_cast<void>(cudaEventDestroy(event));
  m_inFlight.clear();
  m_idleEvents.clear();
  m_memory.release();
  m_begin = m_end = 0;
}

}  // namespace kernels::cuda
