#include "kernels/cpu/packed_plain.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "kernels/cpu/packed_common.h"
#include "kernels/dequantize.h"

namespace kernels::cpu {

PlainMatrix::PlainMatrix(WeightFormat format, uint64_t rows, uint64_t cols)
    : PackedMatrix(format, rows, cols), m_rowBytes(weightRowBytes(format, cols)), m_data(rows * m_rowBytes) {}

Status PlainMatrix::writeRows(uint64_t firstRow, std::span<const std::byte> data) {
  KERNELS_RETURN_IF_ERROR(checkRows(*this, firstRow, data.size()));
  if (!data.empty()) std::memcpy(m_data.data() + firstRow * m_rowBytes, data.data(), data.size());
  return {};
}

void PlainMatrix::readRow(uint64_t row, float* out) const {
  dequantize(m_format, m_data.data() + row * m_rowBytes, m_cols, out);
}

uint64_t PlainMatrix::preparedBytes(Precision) const {
  return m_cols * sizeof(float);
}

uint32_t PlainMatrix::preparedKey(Precision) const {
  return 0;
}

void PlainMatrix::prepare(Precision, const float* x, uint64_t xStride, uint32_t firstToken, uint32_t nTokens,
                          std::byte* prepared) const {
  for (uint64_t t = firstToken; t < uint64_t{firstToken} + nTokens; ++t) {
    std::memcpy(prepared + t * m_cols * sizeof(float), x + t * xStride, m_cols * sizeof(float));
  }
}

void PlainMatrix::multiply(Precision, const std::byte* prepared, uint32_t nTokens, uint64_t rowBegin, uint64_t rowEnd,
                           float* out, uint64_t outStride) const {
  constexpr size_t kPiece = 256;
  const WeightFormatInfo& info = weightFormatInfo(m_format);
  const auto* x = reinterpret_cast<const float*>(prepared);
  std::array<float, kPiece> w;
  for (uint64_t r = rowBegin; r < rowEnd; ++r) {
    for (uint64_t t = 0; t < nTokens; ++t) out[t * outStride + r] = 0.0f;
    for (size_t k = 0; k < m_cols; k += kPiece) {
      const size_t n = std::min(kPiece, m_cols - k);
      dequantize(m_format, m_data.data() + r * m_rowBytes + k / info.blockElements * info.blockBytes, n, w.data());
      for (uint64_t t = 0; t < nTokens; ++t) {
        float sum = 0.0f;
        for (size_t i = 0; i < n; ++i) sum += w[i] * x[t * m_cols + k + i];
        out[t * outStride + r] += sum;
      }
    }
  }
}

}  // namespace kernels::cpu
