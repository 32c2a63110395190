// The weights of the CUDA backend: matrices in the compute type, row-major as they stand in the file; vectors as
// float32.
#pragma once

#include <cuda_runtime_api.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/check/weight_table.h"
#include "kernels/cuda/device_arena.h"
#include "kernels/cuda/upload_ring.h"

namespace kernels::cuda {

struct DeviceWeight {
  WeightDesc desc;
  uint64_t offset = 0;  ///< in the arena of its kind
  std::atomic<uint64_t> rowsWritten{0};
};

class WeightStore : public WeightTable {
 public:
  Status open(int device, uint64_t deviceBytes, DType compute);

  Status create(const WeightDesc& desc, WeightId* id);
  /// From any thread. The data has left `data` when it returns, but may still be under way to the device: see flush().
  Status writeRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data);
  /// The same where `fill` writes the rows into page-locked memory.
  Status fillRows(WeightId id, uint64_t firstRow, uint64_t bytes, const RowFill& fill);
  /// Made-up numbers for a whole matrix, which is of the compute type.
  Status makeUp(WeightId id, uint64_t seed, cudaStream_t stream);
  /// Waits until everything written is on the device, and frees the staging memory.
  Status flush();

  const WeightDesc* find(WeightId id) const override { return id < m_weights.size() ? &m_weights[id]->desc : nullptr; }
  uint64_t rowsWritten(WeightId id) const override {
    return id < m_weights.size() ? m_weights[id]->rowsWritten.load() : 0;
  }
  /// Address of a matrix (element type compute()) or of a vector (float32).
  const void* data(WeightId id) const;
  const float* vector(WeightId id) const { return static_cast<const float*>(data(id)); }
  DType compute() const { return m_compute; }
  uint64_t bytes() const { return m_matrices.mapped() + m_vectors.mapped(); }
  static uint64_t bytesOf(const WeightDesc& desc, DType compute);

 private:
  Status checkRows(WeightId id, uint64_t firstRow, uint64_t bytes) const;
  DeviceArena& arenaOf(const WeightDesc& desc) { return desc.use == WeightUse::Vector ? m_vectors : m_matrices; }

  int m_device = 0;
  DType m_compute = DType::BF16;
  DeviceArena m_matrices, m_vectors;
  UploadRing m_ring;
  std::vector<std::unique_ptr<DeviceWeight>> m_weights;
};

}  // namespace kernels::cuda
