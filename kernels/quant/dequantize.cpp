#include "kernels/dequantize.h"

#include <array>

#include "kernels/quant/block_formats.h"

namespace kernels {

namespace {
using Dequantize = void (*)(const std::byte*, size_t, float*);
// In the order of WeightFormat.
constexpr std::array<Dequantize, kWeightFormatCount> kDequantize{
    quant::fromF32,  quant::fromF16,  quant::fromBF16, quant::fromQ4_0, quant::fromQ4_1, quant::fromQ5_0,
    quant::fromQ5_1, quant::fromQ8_0, quant::fromQ4_K, quant::fromQ5_K, quant::fromQ6_K,
};
}  // namespace

void dequantize(WeightFormat format, const std::byte* stored, size_t n, float* out) {
  kDequantize[static_cast<size_t>(format)](stored, n, out);
}

}  // namespace kernels
