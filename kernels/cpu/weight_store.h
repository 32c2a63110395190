// The weights of a backend: matrices in their packed layout, vectors as float32.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/backend.h"
#include "kernels/check/weight_table.h"
#include "kernels/cpu/packed_matrix.h"
#include "kernels/cpu/packed_memory.h"
#include "kernels/status.h"

namespace kernels::cpu {

struct Weight {
  WeightDesc desc;
  std::unique_ptr<PackedMatrix> matrix;  ///< every use but Vector
  std::vector<float> vector;             ///< [cols], use Vector
  std::atomic<uint64_t> rowsWritten{0};
};

class WeightStore : public WeightTable {
 public:
  Status create(const WeightDesc& desc, WeightId* id);
  Status writeRows(WeightId id, uint64_t firstRow, std::span<const std::byte> data);

  /// Null for an id that was never given out.
  const Weight* weight(WeightId id) const { return id < m_weights.size() ? m_weights[id].get() : nullptr; }
  const WeightDesc* find(WeightId id) const override { return id < m_weights.size() ? &m_weights[id]->desc : nullptr; }
  uint64_t rowsWritten(WeightId id) const override {
    return id < m_weights.size() ? m_weights[id]->rowsWritten.load() : 0;
  }
  uint64_t bytes() const { return m_bytes; }
  static uint64_t bytesOf(const WeightDesc& desc);

 private:
  PackedArena m_arena;  ///< of all matrices; goes after them
  std::vector<std::unique_ptr<Weight>> m_weights;
  uint64_t m_bytes = 0;
};

}  // namespace kernels::cpu
