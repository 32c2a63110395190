// The products with packed weights, dispatched at run time to the best instructions of the machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/dtype.h"

namespace kernels::cpu {

/// One piece of work: out[t * outStride + r] for r in [rowBegin, rowEnd), t in [0, nTokens).
struct ProductArgs {
  const std::byte* weights;  ///< first group of the matrix
  size_t cols;
  const std::byte* prepared;  ///< activations, `xStride` bytes a token
  size_t xStride;
  size_t nTokens;
  size_t rowBegin, rowEnd;
  float* out;
  size_t outStride;
};
using Product = void (*)(const ProductArgs&);

/// Quantized weights by int8 activations (packed_layout.h: ActivationBlock).
Product quantProduct(WeightFormat format);
/// Quantized weights, dequantized on the way, by float32 activations.
Product quantExactProduct(WeightFormat format);
/// Plain float weights by float32 activations.
Product floatProduct(WeightFormat format);
/// Whether the best of our instruction sets is the one in use. Cheap: asks the processor once only.
bool widestTargetInUse();
/// BF16 weights by pairs of BF16 activations; null where the machine has no instruction for it.
Product bfloatPairProduct();

/// Quantizes a row of whole blocks to int8. Blocks with a NaN or an infinity get a scale of NaN.
void quantizeActivations(const float* x, size_t cols, std::byte* out);
/// Rounds a row to BF16, a zero after an odd end.
void roundToBfloat(const float* x, size_t cols, std::byte* out);

/// "AVX-512 VNNI, BF16": what the products use on this machine.
const char* productTargetName();

}  // namespace kernels::cpu
