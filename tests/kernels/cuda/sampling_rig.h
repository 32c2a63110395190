// Rows of logits on a device with a Sampler, for its tests and its benchmark.
#pragma once

#include <cuda_runtime_api.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/cuda/sampler.h"

namespace kernels::cuda::test {

inline void check(cudaError_t error) {
  if (error != cudaSuccess) throw std::runtime_error(cudaGetErrorString(error));
}
inline void check(const Status& status) {
  if (!status.ok()) throw std::runtime_error(status.message());
}

inline bool haveDevice() {
  int count = 0;
  const bool found = cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
  static_cast<void>(cudaGetLastError());
  return found;
}

/// Shapes of logits that a sampler may meet.
enum class Logits : uint8_t { Normal, Steep, Flat, Peaked, Ties, Equal, Hostile, Constant };

inline std::vector<float> makeLogits(Logits kind, size_t n, uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0f, 1.0f);
  std::vector<float> x(n);
  for (float& v : x) {
    v = normal(generator);
    if (kind == Logits::Steep) v *= 8.0f;
    if (kind == Logits::Flat) v *= 0.01f;
    if (kind == Logits::Peaked) v *= 2.0f;
    if (kind == Logits::Ties) v = std::round(v * 2.0f) * 0.5f;
    if (kind == Logits::Equal) v = generator() % 5 == 0 ? 2.5f : -1.0f;
    if (kind == Logits::Constant) v = -3.25f;
  }
  if (kind == Logits::Peaked)
    for (int i = 0; i < 30; ++i) x[generator() % n] = 9.0f + normal(generator) * 2.0f;
  if (kind == Logits::Hostile) {
    const float values[] = {NAN, -INFINITY, INFINITY, 3.4028235e38f, -3.4028235e38f, -0.0f, 0.0f, 1e-40f};
    for (float& v : x)
      if (generator() % 4 == 0) v = values[generator() % (seed % 2 == 0 ? 2 : 8)];
  }
  return x;
}

class Rig {
 public:
  Rig(uint32_t nVocab, uint32_t cols, uint32_t maxRows, uint32_t nSlots)
      : m_nVocab(nVocab), m_cols(cols), m_maxRows(maxRows) {
    check(cudaStreamCreateWithFlags(&m_stream, cudaStreamNonBlocking));
    check(sampler.createSlots(nSlots));
    check(sampler.prepare(nVocab, maxRows));
    check(m_logits.allocate(uint64_t{maxRows} * cols * sizeof(float), "logits"));
    check(m_header.allocate(sizeof(StepHeader), "header"));
    check(m_slots.allocate(uint64_t{maxRows} * sizeof(int32_t), "slots"));
    // Rows that nobody fills hold something a sampler would like.
    check(cudaMemset(m_logits.as(), 0x7f, m_logits.size()));
    check(cudaDeviceSynchronize());
  }
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;
  ~Rig() {
    static_cast<void>(cudaStreamSynchronize(m_stream));
    static_cast<void>(cudaStreamDestroy(m_stream));
  }

  /// Row r of the step: n logits, at most cols; the rest of the row is filled with large values.
  void setRow(uint32_t r, const std::vector<float>& x) {
    std::vector<float> whole(m_cols, 1e30f);
    std::copy(x.begin(), x.end(), whole.begin());
    check(cudaMemcpy(m_logits.as<float>() + uint64_t{r} * m_cols, whole.data(), m_cols * sizeof(float),
                     cudaMemcpyHostToDevice));
    // The copy may still be under way, and the rig's stream does not wait for it.
    check(cudaDeviceSynchronize());
  }
  void setSlots(const std::vector<int32_t>& slots) {
    StepHeader header;
    header.nLogitRows = static_cast<uint32_t>(slots.size());
    check(cudaMemcpy(m_header.as(), &header, sizeof header, cudaMemcpyHostToDevice));
    check(cudaMemcpy(m_slots.as(), slots.data(), slots.size() * sizeof(int32_t), cudaMemcpyHostToDevice));
    check(cudaDeviceSynchronize());
  }
  void write(uint32_t slot, const SlotSampling& state) { check(sampler.writeSlot(slot, state, m_stream)); }
  /// Enqueues one step over `rows` rows (the first of them those of setSlots()).
  void enqueue(uint32_t rows, uint32_t parity = 0, bool results = true) {
    StepView view;
    view.header = m_header.as<StepHeader>();
    view.slots = m_slots.as<int32_t>();
    check(sampler.launch(m_logits.as<float>(), m_cols, m_nVocab, rows, view, m_stream));
    if (results) check(sampler.copyResults(rows, parity, m_stream));
  }
  std::vector<SampledRow> collect(uint32_t rows, uint32_t parity = 0) {
    check(cudaStreamSynchronize(m_stream));
    std::vector<SampledRow> out;
    check(sampler.collect(rows, parity, &out));
    return out;
  }
  std::vector<SampledRow> run(uint32_t rows) {
    enqueue(rows);
    return collect(rows);
  }
  cudaStream_t stream() const { return m_stream; }
  uint32_t maxRows() const { return m_maxRows; }

  Sampler sampler;

 private:
  uint32_t m_nVocab, m_cols, m_maxRows;
  cudaStream_t m_stream = nullptr;
  DeviceBuffer m_logits, m_header, m_slots;
};

}  // namespace kernels::cuda::test
