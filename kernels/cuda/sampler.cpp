#include "kernels/cuda/sampler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

#include "kernels/cuda/cuda_error.h"

namespace kernels::cuda {

namespace {

constexpr uint32_t kMaxSlots = 65536;
constexpr float kBan = -100.0f;
// In m_hostMarks; the count is below.
constexpr uint32_t kHostSeen = 1u << 31, kHostListed = 1u << 30, kHostCount = kHostListed - 1;

uint64_t aligned(uint64_t bytes) {
  return (bytes + 255) / 256 * 256;
}

uint32_t tilesOf(uint32_t nVocab) {
  return (nVocab + kSampleTile - 1) / kSampleTile;
}

/// Where the arrays of SampleScratch lie.
struct ScratchLayout {
  uint64_t best = 0, sums = 0, rawMaxima = 0, rawSums = 0, groups = 0, rawGroups = 0, arrivals = 0, bytes = 0;
};

ScratchLayout layoutOf(uint32_t nVocab, uint32_t maxRows) {
  const uint64_t tiles = uint64_t{maxRows} * tilesOf(nVocab);
  ScratchLayout out;
  const auto take = [&out](uint64_t bytes) {
    const uint64_t at = out.bytes;
    out.bytes += aligned(bytes);
    return at;
  };
  out.best = take(tiles * sizeof(uint64_t));
  out.sums = take(tiles * sizeof(float));
  out.rawMaxima = take(tiles * sizeof(float));
  out.rawSums = take(tiles * sizeof(float));
  out.groups = take(tiles * kSampleGroups * sizeof(float));
  out.rawGroups = take(tiles * kSampleGroups * sizeof(float));
  out.arrivals = take(uint64_t{maxRows} * sizeof(uint32_t));
  return out;
}

uint64_t markBytes(uint32_t nVocab, uint32_t nSlots) {
  return uint64_t{tilesOf(nVocab)} * kSampleTile * sizeof(TokenMark) * nSlots;
}
uint64_t listedBytes(uint32_t nSlots) {
  return uint64_t{nSlots} * kMaxListed * sizeof(TokenBias);
}
uint64_t headBytes(uint32_t maxRows) {
  return aligned(uint64_t{maxRows} * sizeof(ResultHead));
}
uint64_t resultBytes(uint32_t maxRows) {
  return headBytes(maxRows) + aligned(uint64_t{maxRows} * kMaxSampleTop * sizeof(ResultTop));
}

bool hasPenalties(const SlotSampling& state) {
  return state.repetitionPenalty != 1.0f || state.presencePenalty != 0.0f || state.frequencyPenalty != 0.0f;
}

}  // namespace

Status Sampler::createSlots(uint32_t n) {
  if (n > kMaxSlots) return {StatusCode::InvalidArgument, fmt::format("{} slots, at most {}", n, kMaxSlots)};
  m_nSlots = 0;
  ++m_generation;
  KERNELS_RETURN_IF_ERROR(m_slots.allocate(uint64_t{n} * sizeof(SlotState), "sampling slots"));
  KERNELS_RETURN_IF_ERROR(m_lastTokens.allocate(uint64_t{n} * sizeof(int32_t), "sampling slots"));
  KERNELS_RETURN_IF_ERROR(m_listed.allocate(listedBytes(n), "biases of sampling slots"));
  if (n == 0) return {};
  const std::vector<SlotState> slots(n);
  CUDA_RETURN_IF_ERROR(cudaMemcpy(m_slots.as(), slots.data(), m_slots.size(), cudaMemcpyHostToDevice),
                       "writing sampling slots");
  CUDA_RETURN_IF_ERROR(cudaMemset(m_lastTokens.as(), 0, m_lastTokens.size()), "clearing sampling slots");
  CUDA_RETURN_IF_ERROR(cudaDeviceSynchronize(), "clearing sampling slots");
  m_nSlots = n;
  m_marks->release();
  return m_nVocab == 0 ? Status{} : makeMarks(m_nVocab);
}

// The marks of all slots for a vocabulary of this size; those that there are move along.
Status Sampler::makeMarks(uint32_t nVocab) {
  const uint64_t stride = uint64_t{tilesOf(nVocab)} * kSampleTile;
  ++m_generation;
  if (m_nSlots != 0) {
    auto marks = std::make_unique<DeviceBuffer>();
    KERNELS_RETURN_IF_ERROR(marks->allocate(markBytes(nVocab, m_nSlots), "histories of sampling slots"));
    CUDA_RETURN_IF_ERROR(cudaMemset(marks->as(), 0, marks->size()), "clearing histories");
    if (m_marks->size() != 0) {
      CUDA_RETURN_IF_ERROR(
          cudaMemcpy2D(marks->as(), stride * sizeof(TokenMark), m_marks->as(), m_markStride * sizeof(TokenMark),
                       std::min(stride, m_markStride) * sizeof(TokenMark), m_nSlots, cudaMemcpyDeviceToDevice),
          "moving histories");
    }
    CUDA_RETURN_IF_ERROR(cudaDeviceSynchronize(), "clearing histories");
    m_marks = std::move(marks);
  }
  m_markStride = stride;
  m_nVocab = nVocab;
  return {};
}

Status Sampler::makeScratch(uint32_t nVocab, uint32_t maxRows) {
  const ScratchLayout layout = layoutOf(nVocab, maxRows);
  m_maxRows = 0;
  ++m_generation;
  KERNELS_RETURN_IF_ERROR(m_scratchMemory.allocate(layout.bytes, "sampling scratch"));
  KERNELS_RETURN_IF_ERROR(m_results.allocate(resultBytes(maxRows), "sampling results"));
  KERNELS_RETURN_IF_ERROR(m_hostResults.allocate(2 * resultBytes(maxRows), "page-locked memory for sampling results"));
  m_scratch.best = m_scratchMemory.as<uint64_t>(layout.best);
  m_scratch.sums = m_scratchMemory.as<float>(layout.sums);
  m_scratch.rawMaxima = m_scratchMemory.as<float>(layout.rawMaxima);
  m_scratch.rawSums = m_scratchMemory.as<float>(layout.rawSums);
  m_scratch.groups = m_scratchMemory.as<float>(layout.groups);
  m_scratch.rawGroups = m_scratchMemory.as<float>(layout.rawGroups);
  m_scratch.arrivals = m_scratchMemory.as<uint32_t>(layout.arrivals);
  m_scratch.tiles = tilesOf(nVocab);
  CUDA_RETURN_IF_ERROR(cudaMemset(m_scratch.arrivals, 0, uint64_t{maxRows} * sizeof(uint32_t)), "clearing scratch");
  CUDA_RETURN_IF_ERROR(cudaDeviceSynchronize(), "clearing scratch");
  m_maxRows = maxRows;
  return {};
}

Status Sampler::prepare(uint32_t nVocab, uint32_t maxRows) {
  if (nVocab == 0 || nVocab > kMaxSampleVocab) {
    return {StatusCode::Unsupported,
            fmt::format("sampling from {} tokens on a GPU, at most {}", nVocab, kMaxSampleVocab)};
  }
  if (maxRows > kMaxSlots) {
    return {StatusCode::Unsupported, fmt::format("sampling {} rows at once on a GPU, at most {}", maxRows, kMaxSlots)};
  }
  const uint32_t vocab = std::max(nVocab, m_nVocab), rows = std::max(maxRows, m_maxRows);
  try {
    m_hostMarks.resize(vocab);
    m_touched.reserve(vocab);
    m_biases.reserve(kMaxListed);
  } catch (const std::bad_alloc&) {
    return {StatusCode::OutOfMemory, fmt::format("{} bytes of host memory for sampling", uint64_t{8} * vocab)};
  }
  if (tilesOf(vocab) > m_scratch.tiles || rows > m_maxRows) KERNELS_RETURN_IF_ERROR(makeScratch(vocab, rows));
  return vocab > m_nVocab ? makeMarks(vocab) : Status{};
}

uint64_t Sampler::bytes() const {
  return m_slots.size() + m_lastTokens.size() + m_listed.size() + m_marks->size() + m_scratchMemory.size() +
         m_results.size();
}

uint64_t Sampler::bytesFor(uint32_t nVocab, uint32_t maxRows) {
  return uint64_t{maxRows} * (sizeof(SlotState) + sizeof(int32_t)) + listedBytes(maxRows) + markBytes(nVocab, maxRows) +
         layoutOf(nVocab, maxRows).bytes + resultBytes(maxRows);
}

// Marks of the history in m_hostMarks, tokens in m_touched.
uint32_t Sampler::countHistory(const SlotSampling& state) {
  const auto touch = [this](int32_t token, uint32_t bit) -> uint32_t* {
    if (token < 0 || static_cast<uint32_t>(token) >= m_nVocab) return nullptr;
    uint32_t& mark = m_hostMarks[static_cast<uint32_t>(token)];
    if (mark == 0) m_touched.push_back(static_cast<uint32_t>(token));
    mark |= bit;
    return &mark;
  };
  for (const TokenBias& entry : m_biases) touch(entry.token, kHostListed);
  if (!hasPenalties(state)) return 0;
  for (const int32_t token : state.promptHistory) touch(token, kHostSeen);
  for (const int32_t token : state.answerHistory) {
    uint32_t* mark = touch(token, kHostSeen);
    if (mark != nullptr && (*mark & kHostCount) < kHostCount) ++*mark;
  }
  return 1;
}

// Biases and bans in the order of tokens; those of one token in the order given, bans last.
uint32_t Sampler::listBiases(const SlotSampling& state, SlotState* out) {
  const auto add = [this](int32_t token, float bias) {
    if (token >= 0 && static_cast<uint32_t>(token) < m_nVocab) m_biases.push_back({token, bias});
  };
  for (const auto& [token, bias] : state.logitBias) add(token, bias <= kBan ? -HUGE_VALF : bias);
  for (const int32_t token : state.bannedTokens) add(token, -HUGE_VALF);
  std::stable_sort(m_biases.begin(), m_biases.end(),
                   [](const TokenBias& a, const TokenBias& b) { return a.token < b.token; });
  out->nListed = static_cast<uint32_t>(m_biases.size());
  return out->nListed;
}

Status Sampler::writeSlot(uint32_t slot, const SlotSampling& state, cudaStream_t stream) {
  if (slot >= m_nSlots) return {StatusCode::InvalidArgument, fmt::format("slot {}, there are {}", slot, m_nSlots)};
  const size_t nBiases = state.logitBias.size() + state.bannedTokens.size();
  if (nBiases > kMaxListed) {
    return {StatusCode::Unsupported,
            fmt::format("{} biased and banned tokens for one answer, at most {} on a GPU", nBiases, kMaxListed)};
  }
  if (m_nVocab == 0 && (nBiases != 0 || hasPenalties(state))) {
    return {StatusCode::InvalidArgument, "a slot with penalties or biases is written before the vocabulary is known"};
  }
  SlotState out;
  out.temperature = state.temperature;
  out.topP = state.topP;
  out.minP = state.minP;
  out.topK = state.topK;
  out.presence = state.presencePenalty;
  out.frequency = state.frequencyPenalty;
  out.repetition = state.repetitionPenalty;
  out.topLogprobs = state.topLogprobs;
  out.seed = state.seed;
  out.drawIndex = state.drawIndex;
  m_biases.clear();
  m_touched.clear();
  const uint32_t nListed = listBiases(state, &out);
  out.counts = countHistory(state);
  out.adjusts = nListed != 0 || out.counts != 0 ? 1 : 0;
  for (const uint32_t token : m_touched) {
    const uint32_t count = m_hostMarks[token] & kHostCount;
    if (count > kMarkCount && out.nOverflow < kMaxOverflow) {
      out.overflow[out.nOverflow++] = {static_cast<int32_t>(token), count - kMarkCount};
    }
  }
  Status status = sendSlot(slot, out, stream);
  for (const uint32_t token : m_touched) m_hostMarks[token] = 0;
  return status;
}

Status Sampler::sendSlot(uint32_t slot, const SlotState& state, cudaStream_t stream) {
  const uint64_t listBytes = m_biases.size() * sizeof(TokenBias), nMarks = m_touched.size();
  std::byte* piece = nullptr;
  KERNELS_RETURN_IF_ERROR(m_staging.take(sizeof(SlotState) + listBytes + nMarks * sizeof(MarkEntry), &piece));
  std::byte* list = piece + sizeof(SlotState);
  auto* entries = reinterpret_cast<MarkEntry*>(list + listBytes);
  std::memcpy(piece, &state, sizeof(SlotState));
  if (listBytes != 0) std::memcpy(list, m_biases.data(), listBytes);
  for (size_t i = 0; i < nMarks; ++i) {
    const uint32_t mark = m_hostMarks[m_touched[i]];
    entries[i] = {m_touched[i], ((mark & kHostSeen) != 0 ? kMarkSeen : 0u) |
                                    ((mark & kHostListed) != 0 ? kMarkListed : 0u) |
                                    std::min<uint32_t>(mark & kHostCount, kMarkCount)};
  }
  CUDA_RETURN_IF_ERROR(
      cudaMemcpyAsync(m_slots.as<SlotState>() + slot, piece, sizeof(SlotState), cudaMemcpyHostToDevice, stream),
      "writing a sampling slot");
  if (state.adjusts != 0) {
    TokenMark* marks = m_marks->as<TokenMark>() + slot * m_markStride;
    CUDA_RETURN_IF_ERROR(cudaMemsetAsync(marks, 0, m_markStride * sizeof(TokenMark), stream), "clearing a history");
    CUDA_RETURN_IF_ERROR(launchWriteMarks(marks, entries, static_cast<uint32_t>(nMarks), stream), "writing a history");
  }
  if (listBytes != 0) {
    CUDA_RETURN_IF_ERROR(cudaMemcpyAsync(m_listed.as<TokenBias>() + uint64_t{slot} * kMaxListed, list, listBytes,
                                         cudaMemcpyHostToDevice, stream),
                         "writing biases");
  }
  return m_staging.done(stream);
}

cudaError_t Sampler::launch(const float* logits, uint32_t cols, uint32_t nVocab, uint32_t nRows, const StepView& step,
                            cudaStream_t stream) {
  if (nVocab > m_nVocab || nRows > m_maxRows || m_nSlots == 0) return cudaErrorInvalidValue;
  SampleArgs args;
  args.logits = logits;
  args.cols = cols;
  args.nVocab = nVocab;
  args.nRows = nRows;
  args.step = step;
  args.slots = m_slots.as<SlotState>();
  args.nSlots = m_nSlots;
  args.lastTokens = m_lastTokens.as<int32_t>();
  args.marks = m_marks->as<TokenMark>();
  args.markStride = m_markStride;
  args.listed = m_listed.as<TokenBias>();
  args.scratch = m_scratch;
  args.heads = m_results.as<ResultHead>();
  args.tops = m_results.as<ResultTop>(headBytes(m_maxRows));
  return launchSample(args, stream);
}

cudaError_t Sampler::copyResults(uint32_t nRows, uint32_t parity, cudaStream_t stream) {
  if (nRows > m_maxRows) return cudaErrorInvalidValue;
  const uint64_t to = parity % 2 * resultBytes(m_maxRows), tops = headBytes(m_maxRows);
  return launchCopyResults(m_results.as<ResultHead>(), m_results.as<ResultTop>(tops), nRows,
                           m_hostResults.as<ResultHead>(to), m_hostResults.as<ResultTop>(to + tops), stream);
}

Status Sampler::collect(uint32_t nRows, uint32_t parity, std::vector<SampledRow>* rows) {
  if (nRows > m_maxRows) {
    return {StatusCode::InvalidArgument, fmt::format("results of {} rows, there is room for {}", nRows, m_maxRows)};
  }
  const uint64_t from = parity % 2 * resultBytes(m_maxRows);
  const auto* heads = m_hostResults.as<ResultHead>(from);
  const auto* tops = m_hostResults.as<ResultTop>(from + headBytes(m_maxRows));
  rows->resize(nRows);
  for (uint32_t r = 0; r < nRows; ++r) {
    SampledRow& row = (*rows)[r];
    row.token = heads[r].token;
    row.logprob = heads[r].logprob;
    row.top.clear();
    for (uint32_t i = 0; i < std::min(heads[r].nTop, kMaxSampleTop); ++i) {
      const ResultTop& top = tops[uint64_t{r} * kMaxSampleTop + i];
      row.top.push_back({top.token, top.logprob});
    }
  }
  return {};
}

}  // namespace kernels::cuda
