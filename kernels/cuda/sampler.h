// Sampling of the CUDA backend: slots and their histories in device memory, the kernel's scratch, results on their way
// back.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/ops/sampling.h"
#include "kernels/cuda/staging_ring.h"
#include "kernels/sampling.h"

namespace kernels::cuda {

/// Samples as the CPU backend does (kernels/sampling.h). Works on the present device; one thread at a time.
class Sampler {
 public:
  /// Slots [0, n); replaces earlier ones.
  Status createSlots(uint32_t n);
  uint32_t nSlots() const { return m_nSlots; }
  /// Makes room for rows of this size; keeps the larger of earlier calls. May move memory: see generation().
  Status prepare(uint32_t nVocab, uint32_t maxRows);
  /// Changes when a device address that launch() or copyResults() passes on has changed.
  uint64_t generation() const { return m_generation; }
  /// Device bytes held.
  uint64_t bytes() const;
  /// Device bytes that prepare() takes, with as many slots as rows.
  static uint64_t bytesFor(uint32_t nVocab, uint32_t maxRows);

  /// Asynchronous, ordered before later launches on the stream. Keeps the slot's last token. Penalties, biases and bans
  /// need prepare() first.
  Status writeSlot(uint32_t slot, const SlotSampling& state, cudaStream_t stream);
  /// Device memory [nSlots()].
  const int32_t* lastTokens() const { return m_lastTokens.as<int32_t>(); }

  /// Samples rows [0, nRows) of logits [nRows, cols]. Rows at or beyond the step's nLogitRows, and those without a
  /// slot, sample nothing. Can be captured.
  cudaError_t launch(const float* logits, uint32_t cols, uint32_t nVocab, uint32_t nRows, const StepView& step,
                     cudaStream_t stream);
  /// Sends the results of the last launch to one of two places in host memory (parity 0 or 1). Can be captured.
  cudaError_t copyResults(uint32_t nRows, uint32_t parity, cudaStream_t stream);
  /// Results that copyResults() brought, once the stream has passed it.
  Status collect(uint32_t nRows, uint32_t parity, std::vector<SampledRow>* rows);

 private:
  Status makeMarks(uint32_t nVocab);
  Status makeScratch(uint32_t nVocab, uint32_t maxRows);
  uint32_t countHistory(const SlotSampling& state);
  uint32_t listBiases(const SlotSampling& state, SlotState* out);
  Status sendSlot(uint32_t slot, const SlotState& state, cudaStream_t stream);

  uint32_t m_nSlots = 0, m_nVocab = 0, m_maxRows = 0;
  uint64_t m_generation = 0, m_markStride = 0;
  DeviceBuffer m_slots, m_lastTokens, m_listed, m_scratchMemory, m_results;
  std::unique_ptr<DeviceBuffer> m_marks = std::make_unique<DeviceBuffer>();
  PinnedBuffer m_hostResults;
  SampleScratch m_scratch;
  StagingRing m_staging;

  // A slot on its way to the device.
  std::vector<uint32_t> m_hostMarks;  ///< [vocabulary] of what is being counted; zero between calls
  std::vector<uint32_t> m_touched;    ///< tokens with a mark
  std::vector<TokenBias> m_biases;
};

}  // namespace kernels::cuda
