#include "kernels/cuda/step_buffers.h"

#include <algorithm>
#include <cstring>

#include "kernels/cuda/cuda_error.h"
#include "kernels/cuda/ops/upload_step.h"

namespace kernels::cuda {

namespace {

constexpr uint64_t kAlign = 64;
/// Up to here a kernel brings a step.
constexpr uint64_t kMostByKernel = uint64_t{64} << 10;

uint64_t aligned(uint64_t bytes) {
  return (bytes + kAlign - 1) / kAlign * kAlign;
}

template <class T>
void copyTo(std::byte* base, uint64_t offset, std::span<const T> values) {
  if (!values.empty()) std::memcpy(base + offset, values.data(), values.size_bytes());
}

}  // namespace

StepBuffers::Layout StepBuffers::layoutOf(uint32_t maxTokens, uint32_t maxLogitRows, uint64_t maxTable) {
  Layout out;
  uint64_t at = aligned(sizeof(StepHeader));
  const auto take = [&at](uint64_t bytes) {
    const uint64_t begin = at;
    at += aligned(bytes);
    return begin;
  };
  out.tokens = take(uint64_t{maxTokens} * sizeof(int32_t));
  out.positions = take(uint64_t{maxTokens} * sizeof(int32_t));
  out.sequenceOf = take(uint64_t{maxTokens} * sizeof(int32_t));
  out.spans = take(uint64_t{maxTokens} * sizeof(SequenceSpan));
  out.logitRows = take(uint64_t{maxLogitRows} * sizeof(int32_t));
  out.slots = take(uint64_t{maxLogitRows} * sizeof(int32_t));
  out.blockTable = take(maxTable * sizeof(int32_t));
  out.end = at;
  return out;
}

uint64_t StepBuffers::bytesFor(uint32_t maxTokens, uint32_t maxLogitRows, uint64_t maxTable) {
  return layoutOf(maxTokens, maxLogitRows, maxTable).end;
}

Status StepBuffers::reserve(uint32_t maxTokens, uint32_t maxLogitRows, uint64_t maxTable) {
  if (maxTokens <= m_maxTokens && maxLogitRows <= m_maxLogitRows && maxTable <= m_maxTable) return {};
  m_maxTokens = std::max(m_maxTokens, maxTokens);
  m_maxLogitRows = std::max(m_maxLogitRows, maxLogitRows);
  m_maxTable = std::max(m_maxTable, maxTable);
  m_layout = layoutOf(m_maxTokens, m_maxLogitRows, m_maxTable);
  ++m_generation;
  KERNELS_RETURN_IF_ERROR(m_device.allocate(m_layout.end, "step inputs"));
  for (PinnedBuffer& host : m_host) {
    KERNELS_RETURN_IF_ERROR(host.allocate(m_layout.end, "step inputs in page-locked memory"));
  }
  return {};
}

Status StepBuffers::upload(const StepInputs& inputs, uint32_t parity, cudaStream_t stream) {
  std::byte* host = m_host[parity].as();
  StepHeader header;
  header.nTokens = static_cast<uint32_t>(inputs.tokens.size());
  header.nSequences = static_cast<uint32_t>(inputs.sequences.size());
  header.nLogitRows = static_cast<uint32_t>(inputs.logitRows.size());
  auto* positions = reinterpret_cast<int32_t*>(host + m_layout.positions);
  auto* sequenceOf = reinterpret_cast<int32_t*>(host + m_layout.sequenceOf);
  for (uint32_t s = 0; s < header.nSequences; ++s) {
    const SequenceSpan& span = inputs.sequences[s];
    header.maxContext = std::max(header.maxContext, span.contextLength + span.nTokens);
    for (uint32_t i = 0; i < span.nTokens; ++i) {
      positions[span.firstToken + i] = static_cast<int32_t>(span.contextLength + i);
      sequenceOf[span.firstToken + i] = static_cast<int32_t>(s);
    }
  }
  std::memcpy(host, &header, sizeof header);
  copyTo(host, m_layout.tokens, inputs.tokens);
  copyTo(host, m_layout.spans, inputs.sequences);
  copyTo(host, m_layout.logitRows, inputs.logitRows);
  copyTo(host, m_layout.slots, inputs.sampleSlots);
  copyTo(host, m_layout.blockTable, inputs.blockTable);
  UploadPieces pieces;
  pieces.from = host;
  pieces.to = m_device.as();
  uint64_t used = 0;
  const auto piece = [&](uint64_t offset, uint64_t size) {
    if (size == 0) return;
    pieces.first[pieces.n] = static_cast<uint32_t>(offset / 16);
    pieces.count[pieces.n++] = static_cast<uint32_t>((size + 15) / 16);
    used += size;
  };
  const uint64_t tokenBytes = inputs.tokens.size_bytes();
  piece(0, sizeof header);
  for (const uint64_t offset : {m_layout.tokens, m_layout.positions, m_layout.sequenceOf}) piece(offset, tokenBytes);
  piece(m_layout.spans, inputs.sequences.size_bytes());
  piece(m_layout.logitRows, inputs.logitRows.size_bytes());
  piece(m_layout.slots, inputs.sampleSlots.size_bytes());
  piece(m_layout.blockTable, inputs.blockTable.size_bytes());
  if (used <= kMostByKernel) {
    CUDA_RETURN_IF_ERROR(launchUploadStep(pieces, stream), "sending a step to the GPU");
    return {};
  }
  const uint64_t bytes = m_layout.blockTable + inputs.blockTable.size_bytes();
  CUDA_RETURN_IF_ERROR(cudaMemcpyAsync(m_device.as(), host, bytes, cudaMemcpyHostToDevice, stream),
                       "sending a step to the GPU");
  return {};
}

StepView StepBuffers::view(const int32_t* lastTokens) const {
  StepView out;
  out.header = m_device.as<const StepHeader>();
  out.tokens = m_device.as<const int32_t>(m_layout.tokens);
  out.positions = m_device.as<const int32_t>(m_layout.positions);
  out.sequenceOf = m_device.as<const int32_t>(m_layout.sequenceOf);
  out.spans = m_device.as<const SequenceSpan>(m_layout.spans);
  out.blockTable = m_device.as<const int32_t>(m_layout.blockTable);
  out.logitRows = m_device.as<const int32_t>(m_layout.logitRows);
  out.slots = m_device.as<const int32_t>(m_layout.slots);
  out.lastTokens = lastTokens;
  return out;
}

}  // namespace kernels::cuda
