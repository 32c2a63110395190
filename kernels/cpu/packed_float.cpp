#include "kernels/cpu/packed_float.h"

#include <cstring>

#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/packed_common.h"
#include "kernels/cpu/packed_layout.h"
#include "kernels/dequantize.h"

namespace kernels::cpu {

bool FloatMatrix::allocate(PackedArena* arena) {
  return m_memory.allocate(packedBytes(m_format, m_rows, m_cols), arena);
}

// Index, in elements, of a weight in the packed form.
size_t FloatMatrix::elementAt(uint64_t row, uint64_t col) const {
  const size_t elementBytes = weightFormatInfo(m_format).blockBytes;
  const size_t group = row / kFloatGroup * (groupBytes(m_format, m_cols) / elementBytes), r = row % kFloatGroup;
  if (m_format != WeightFormat::BF16) return group + col * kFloatGroup + r;
  return group + col / 2 * 2 * kFloatGroup + 2 * r + col % 2;
}

Status FloatMatrix::writeRows(uint64_t firstRow, std::span<const std::byte> data) {
  KERNELS_RETURN_IF_ERROR(checkRows(*this, firstRow, data.size()));
  const auto write = [&](auto element) {
    constexpr size_t kBytes = sizeof element;
    const std::byte* from = data.data();
    const size_t pairStep = m_format == WeightFormat::BF16 ? 2 : 1;
    for (uint64_t row = firstRow; row < firstRow + data.size() / (kBytes * m_cols); ++row) {
      std::byte* to = m_memory.data() + elementAt(row, 0) * kBytes;
      for (uint64_t col = 0; col < m_cols; ++col, from += kBytes) {
        std::memcpy(to + (col / pairStep * pairStep * kFloatGroup + col % pairStep) * kBytes, from, kBytes);
      }
    }
  };
  if (m_format == WeightFormat::F32) {
    write(uint32_t{});
  } else {
    write(uint16_t{});
  }
  return {};
}

void FloatMatrix::readRow(uint64_t row, float* out) const {
  const size_t elementBytes = weightFormatInfo(m_format).blockBytes;
  for (uint64_t col = 0; col < m_cols; ++col) {
    dequantize(m_format, m_memory.data() + elementAt(row, col) * elementBytes, 1, out + col);
  }
}

bool FloatMatrix::usesPairs(Precision precision) const {
  return precision == Precision::Fast && m_format == WeightFormat::BF16 && bfloatPairProduct() != nullptr;
}

uint64_t FloatMatrix::preparedBytes(Precision precision) const {
  return usesPairs(precision) ? bfloatStride(m_cols) : floatStride(m_cols);
}

uint32_t FloatMatrix::preparedKey(Precision precision) const {
  return static_cast<uint32_t>(usesPairs(precision) ? PreparedForm::BFloatPairs : PreparedForm::Float);
}

void FloatMatrix::prepare(Precision precision, const float* x, uint64_t xStride, uint32_t firstToken, uint32_t nTokens,
                          std::byte* prepared) const {
  const auto form = usesPairs(precision) ? PreparedForm::BFloatPairs : PreparedForm::Float;
  prepareTokens(form, m_cols, x, xStride, firstToken, nTokens, prepared);
}

uint32_t FloatMatrix::rowGroup() const {
  return kFloatGroup;
}

void FloatMatrix::multiply(Precision precision, const std::byte* prepared, uint32_t nTokens, uint64_t rowBegin,
                           uint64_t rowEnd, float* out, uint64_t outStride) const {
  const Product product = usesPairs(precision) ? bfloatPairProduct() : floatProduct(m_format);
  product({.weights = m_memory.data(),
           .cols = m_cols,
           .prepared = prepared,
           .xStride = preparedBytes(precision),
           .nTokens = nTokens,
           .rowBegin = rowBegin,
           .rowEnd = rowEnd,
           .out = out,
           .outStride = outStride});
}

}  // namespace kernels::cpu
