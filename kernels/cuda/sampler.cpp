#include "kernels/cuda/sampler.h"
#include "kernels/cuda/cuda_error.h"
namespace kernels::cuda {
Status Sampler::createSlots(uint32_t n) { m_n = n; ++m_generation; return m_last.allocate(4ull * n, "slots"); }
Status Sampler::prepare(uint32_t, uint32_t maxRows) {
  if (m_results.size() >= 4ull * maxRows) return {};
  ++m_generation;
  KERNELS_RETURN_IF_ERROR(m_results.allocate(4ull * maxRows, "samples"));
  for (auto& h : m_host) KERNELS_RETURN_IF_ERROR(h.allocate(4ull * maxRows, "samples"));
  return {};
}
Status Sampler::writeSlot(uint32_t, const SlotSampling&, cudaStream_t) { return {}; }
cudaError_t Sampler::copyResults(uint32_t nRows, uint32_t parity, cudaStream_t stream) {
  return cudaMemcpyAsync(m_host[parity].as(), m_results.as(), 4ull * nRows, cudaMemcpyDeviceToHost, stream);
}
Status Sampler::collect(uint32_t nRows, uint32_t parity, std::vector<SampledRow>* rows) {
  rows->assign(nRows, {});
  for (uint32_t i = 0; i < nRows; ++i) (*rows)[i].token = m_host[parity].as<int32_t>()[i];
  return {};
}
}
