#include "kernels/half.h"
#include "kernels/quant/block_formats.h"

namespace kernels::quant {

void fromF32(const std::byte* stored, size_t n, float* out) {
  std::memcpy(out, stored, n * sizeof(float));
}

void fromF16(const std::byte* stored, size_t n, float* out) {
  for (size_t i = 0; i < n; ++i) out[i] = halfToFloat(load16(stored + 2 * i));
}

void fromBF16(const std::byte* stored, size_t n, float* out) {
  for (size_t i = 0; i < n; ++i) out[i] = bfloatToFloat(load16(stored + 2 * i));
}

}  // namespace kernels::quant
