// Activations into the forms that products read: int8 with a scale for each block of 32, or BF16.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/matmul/activations.cpp"
#include "hwy/foreach_target.h"  // IWYU pragma: keep
#include "hwy/highway.h"

#include <algorithm>
#include <limits>

#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/matmul/simd-inl.h"
#include "kernels/cpu/packed_layout.h"

HEARTH_BEFORE_TARGET;
namespace kernels::cpu {
namespace HWY_NAMESPACE {

namespace {

// Bits of the largest magnitude of 32 values: floats without their sign order like integers, infinity and NaN on top.
uint32_t largestBits(const float* x) {
  uint32_t largest = 0;
  for (size_t i = 0; i < kBlockCols; ++i) {
    uint32_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    largest = std::max(largest, bits & 0x7fffffffu);
  }
  return largest;
}

}  // namespace

void quantizeRow(const float* x, size_t cols, std::byte* out) {
  for (size_t k = 0; k < cols; k += kBlockCols, out += sizeof(ActivationBlock)) {
    ActivationBlock block;
    const uint32_t bits = largestBits(x + k);
    const bool finite = bits < 0x7f800000u;
    float largest;
    std::memcpy(&largest, &bits, sizeof largest);
    // Below this the factor would overflow; such a block counts as zero.
    const bool tiny = largest < 1e-36f;
    const float factor = tiny || !finite ? 0.0f : 127.0f / largest;
    block.scale = tiny ? 0.0f : finite ? largest / 127.0f : std::numeric_limits<float>::quiet_NaN();
    int32_t half[2] = {0, 0};
    for (size_t h = 0; h < 2; ++h) {
      for (size_t i = 16 * h; i < 16 * h + 16; ++i) {
        // Adding 1.5 * 2^23 rounds to an integer, ties to even, that stands in the low bits.
        const float shifted = (finite ? x[k + i] : 0.0f) * factor + 0x1.8p23f;
        int32_t shiftedBits;
        std::memcpy(&shiftedBits, &shifted, sizeof shiftedBits);
        const int32_t q = shiftedBits - 0x4b400000;
        block.values[i] = static_cast<int8_t>(q);
        half[h] += q;
      }
    }
    const int32_t sum = half[0] + half[1];
    block.sum = block.scale * static_cast<float>(sum);
    block.minus8 = -8 * sum;
    block.minus16 = -16 * sum;
    block.minus128 = -128 * sum;
    block.minus32[0] = -32 * half[0];
    block.minus32[1] = -32 * half[1];
    block.unused = 0;
    std::memcpy(out, &block, sizeof block);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kernels::cpu
HEARTH_AFTER_TARGET;

#if HWY_ONCE
namespace kernels::cpu {
HWY_EXPORT(quantizeRow);

void quantizeActivations(const float* x, size_t cols, std::byte* out) {
  HWY_DYNAMIC_DISPATCH(quantizeRow)(x, cols, out);
}

void roundToBfloat(const float* x, size_t cols, std::byte* out) {
  for (size_t k = 0; k < cols; ++k) {
    const uint16_t bits = floatToBfloat(x[k]);
    std::memcpy(out + 2 * k, &bits, sizeof bits);
  }
  if (cols % 2 != 0) std::memset(out + 2 * cols, 0, 2);
}

const char* productTargetName() {
  switch (hwy::SupportedTargets() & -hwy::SupportedTargets() & HWY_TARGETS) {
    case HWY_AVX3_DL:
      return bfloatPairProduct() != nullptr ? "AVX-512 VNNI, BF16" : "AVX-512 VNNI";
    case HWY_AVX3:
      return "AVX-512";
    case HWY_AVX2:
      return "AVX2";
    default:
      return "baseline";
  }
}

}  // namespace kernels::cpu
#endif
