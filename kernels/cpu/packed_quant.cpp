#include "kernels/cpu/packed_quant.h"

#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/packed_common.h"
#include "kernels/cpu/packed_layout.h"
#include "kernels/cpu/packed_repack.h"

namespace kernels::cpu {

bool QuantMatrix::allocate(PackedArena* arena) {
  return m_memory.allocate(packedBytes(m_format, m_rows, m_cols), arena);
}

Status QuantMatrix::writeRows(uint64_t firstRow, std::span<const std::byte> data) {
  KERNELS_RETURN_IF_ERROR(checkRows(*this, firstRow, data.size()));
  const size_t rowBytes = weightRowBytes(m_format, m_cols), bytesOfGroup = groupBytes(m_format, m_cols);
  for (uint64_t row = firstRow; !data.empty(); ++row, data = data.subspan(rowBytes)) {
    std::byte* group = m_memory.data() + row / kQuantGroup * bytesOfGroup;
    packQuantRow(m_format, data.data(), m_cols, row % kQuantGroup, group);
  }
  return {};
}

void QuantMatrix::readRow(uint64_t row, float* out) const {
  const std::byte* group = m_memory.data() + row / kQuantGroup * groupBytes(m_format, m_cols);
  unpackQuantRow(m_format, group, m_cols, row % kQuantGroup, out);
}

uint64_t QuantMatrix::preparedBytes(Precision precision) const {
  return precision == Precision::Fast ? quantStride(m_cols) : floatStride(m_cols);
}

uint32_t QuantMatrix::preparedKey(Precision precision) const {
  return static_cast<uint32_t>(precision == Precision::Fast ? PreparedForm::Int8 : PreparedForm::Float);
}

void QuantMatrix::prepare(Precision precision, const float* x, uint64_t xStride, uint32_t firstToken, uint32_t nTokens,
                          std::byte* prepared) const {
  const auto form = precision == Precision::Fast ? PreparedForm::Int8 : PreparedForm::Float;
  prepareTokens(form, m_cols, x, xStride, firstToken, nTokens, prepared);
}

uint32_t QuantMatrix::rowGroup() const {
  return kQuantGroup;
}

void QuantMatrix::multiply(Precision precision, const std::byte* prepared, uint32_t nTokens, uint64_t rowBegin,
                           uint64_t rowEnd, float* out, uint64_t outStride) const {
  const Product product = precision == Precision::Fast ? quantProduct(m_format) : quantExactProduct(m_format);
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
