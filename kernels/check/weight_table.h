// The weights of a backend as the checks see them.
#pragma once

#include <cstdint>

#include "kernels/backend.h"

namespace kernels {

class WeightTable {
 public:
  virtual ~WeightTable() = default;
  /// Null for an id that was never given out.
  virtual const WeightDesc* find(WeightId id) const = 0;
  /// Rows of a weight that have arrived; 0 for an unknown id.
  virtual uint64_t rowsWritten(WeightId id) const = 0;
};

}  // namespace kernels
