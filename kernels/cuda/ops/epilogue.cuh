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

}  // namespace kernels::cuda
