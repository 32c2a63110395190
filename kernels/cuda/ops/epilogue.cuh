// What a linear op does with its products: bias, gate, residual.
#pragma once

#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

/// Bias of a column of the products, all parts side by side.
__device__ __forceinline__ float biasAt(const LinearArgs& args, uint32_t col) {
#pragma unroll
  for (uint32_t p = 0; p < kMaxLinearParts; ++p) {
    if (p >= args.nParts) break;
    if (col < args.parts[p].nOut) return args.parts[p].bias != nullptr ? args.parts[p].bias[col] : 0.0f;
    col -= args.parts[p].nOut;
  }
  return 0.0f;
}

__device__ __forceinline__ float gated(Epilogue epilogue, float gate, float up) {
  if (epilogue == Epilogue::SwiGlu) return gate / (1.0f + expf(-gate)) * up;
  constexpr float kRootTwoOverPi = 0.7978845608028654f;
  return 0.5f * gate * (1.0f + tanhf(kRootTwoOverPi * (gate + 0.044715f * gate * gate * gate))) * up;
}

/// The gate of half types: their last bit is far above what the fast functions lose. Both gates are x sigmoid(z) up.
__device__ __forceinline__ float gatedFast(bool gelu, float gate, float up) {
  constexpr float kTwoRootTwoOverPi = 1.5957691216057308f;
  const float z = gelu ? kTwoRootTwoOverPi * (gate + 0.044715f * gate * gate * gate) : gate;
  return __fdividef(gate, 1.0f + __expf(-z)) * up;
}

}  // namespace kernels::cuda
