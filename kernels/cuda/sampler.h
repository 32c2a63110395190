#pragma once
#include <cuda_runtime_api.h>
#include <array>
#include <vector>
#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/ops/step_view.h"
#include "kernels/sampling.h"
#include "kernels/status.h"
namespace kernels::cuda {
class Sampler {
 public:
  Status createSlots(uint32_t n);
  uint32_t nSlots() const { return m_n; }
  Status prepare(uint32_t nVocab, uint32_t maxRows);
  uint64_t generation() const { return m_generation; }
  uint64_t bytes() const { return m_last.size() + m_results.size(); }
  static uint64_t bytesFor(uint32_t, uint32_t maxRows) { return 4ull * maxRows; }
  Status writeSlot(uint32_t slot, const SlotSampling& state, cudaStream_t stream);
  const int32_t* lastTokens() const { return m_last.as<const int32_t>(); }
  cudaError_t launch(const float* logits, uint32_t cols, uint32_t nVocab, uint32_t nRows, const StepView& step, cudaStream_t stream);
  cudaError_t copyResults(uint32_t nRows, uint32_t parity, cudaStream_t stream);
  Status collect(uint32_t nRows, uint32_t parity, std::vector<SampledRow>* rows);
 private:
  uint32_t m_n = 0; uint64_t m_generation = 0;
  DeviceBuffer m_last, m_results; std::array<PinnedBuffer, 2> m_host;
};
}
