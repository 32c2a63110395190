#include <cstring>

#include "kernels/cpu/matmul/products.h"
#include "kernels/cpu/packed_common.h"
#include "kernels/cpu/packed_layout.h"

namespace kernels::cpu {

void prepareTokens(PreparedForm form, uint64_t cols, const float* x, uint64_t xStride, uint32_t firstToken,
                   uint32_t nTokens, std::byte* prepared) {
  for (uint64_t t = firstToken; t < uint64_t{firstToken} + nTokens; ++t) {
    const float* row = x + t * xStride;
    switch (form) {
      case PreparedForm::Float: {
        std::byte* to = prepared + t * floatStride(cols);
        std::memcpy(to, row, cols * sizeof(float));
        // Weights in pairs of columns have a zero after an odd end; what it meets must not be NaN.
        if (cols % 2 != 0) std::memset(to + cols * sizeof(float), 0, sizeof(float));
        break;
      }
      case PreparedForm::Int8:
        quantizeActivations(row, cols, prepared + t * quantStride(cols));
        break;
      case PreparedForm::BFloatPairs:
        roundToBfloat(row, cols, prepared + t * bfloatStride(cols));
        break;
    }
  }
}

}  // namespace kernels::cpu
