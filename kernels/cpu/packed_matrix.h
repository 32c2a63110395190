// A weight matrix in the layout that the CPU kernels stream, and products with it. Every output element is summed over
// k in one fixed order, whatever the number of tokens, rows per call or threads: results do not depend, to the bit, on
// what shares the batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "kernels/dtype.h"
#include "kernels/program.h"
#include "kernels/status.h"

namespace kernels::cpu {

/// Bytes of the packed form (scales included, rows padded to the group).
uint64_t packedBytes(WeightFormat format, uint64_t rows, uint64_t cols);

class PackedArena;

class PackedMatrix {
 public:
  /// `arena`: where its memory comes from; it must live as long. Null: a mapping of its own.
  static Status create(WeightFormat format, uint64_t rows, uint64_t cols, std::unique_ptr<PackedMatrix>* out,
                       PackedArena* arena = nullptr);
  virtual ~PackedMatrix() = default;

  WeightFormat format() const { return m_format; }
  uint64_t rows() const { return m_rows; }
  uint64_t cols() const { return m_cols; }

  /// Stored rows of the file's layout, any alignment. Different rows may be written from different threads.
  virtual Status writeRows(uint64_t firstRow, std::span<const std::byte> data) = 0;
  /// Row `row` as floats: the embedding lookup. out [cols].
  virtual void readRow(uint64_t row, float* out) const = 0;

  /// Bytes per token that prepare() writes under this precision.
  virtual uint64_t preparedBytes(Precision precision) const = 0;
  /// Brings tokens [0, nTokens) of x [nTokens, xStride] into the form that multiply() reads (int8 blocks, float
  /// copies). Matrices of equal preparedKey() take each other's prepared activations.
  virtual uint32_t preparedKey(Precision precision) const = 0;
  virtual void prepare(Precision precision, const float* x, uint64_t xStride, uint32_t firstToken, uint32_t nTokens,
                       std::byte* prepared) const = 0;
  /// Rows come in groups of this many: split work between threads at multiples of it.
  virtual uint32_t rowGroup() const = 0;
  /// out[t * outStride + r] = sum_k W[r,k] x[t,k] for r in [rowBegin, rowEnd), t in [0, nTokens). Single-threaded piece
  /// of work.
  virtual void multiply(Precision precision, const std::byte* prepared, uint32_t nTokens, uint64_t rowBegin,
                        uint64_t rowEnd, float* out, uint64_t outStride) const = 0;

 protected:
  PackedMatrix(WeightFormat format, uint64_t rows, uint64_t cols) : m_format(format), m_rows(rows), m_cols(cols) {}
  WeightFormat m_format;
  uint64_t m_rows, m_cols;
};

}  // namespace kernels::cpu
