// Linear ops of more rows than a stream of fragments carries, on compute capability 9.0: tensor copies feed warpgroup
// products, weights as their rows, tokens as their columns, and bias, gate and residual are done on the sums.
#pragma once

#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

/// Up to here tiles and k are shared out over the multiprocessors alike, in a way that the op's shape alone decides: a
/// row's sums are the same for any number of rows.
inline constexpr uint32_t kWideStreamRows = 256;

/// What the op needs beside its buffers. The counters are the op's own: zero at first, and left at zero.
struct WideSpace {
  float* partials = nullptr;     ///< linearWidePartialBytes()
  uint32_t* counters = nullptr;  ///< linearWideCounters()
};
uint64_t linearWidePartialBytes(uint32_t nMultiprocessors);
uint64_t linearWideCounters(uint32_t nMultiprocessors);

bool linearWideSupports(const LinearArgs& args, int major);
/// Share of the tiles' time that the multiprocessors have work, 0 to 1; 1 up to kWideStreamRows.
double linearWideFill(const LinearArgs& args, uint32_t nMultiprocessors);
cudaError_t launchLinearWide(const LinearArgs& args, const WideSpace& space, uint32_t nMultiprocessors,
                             cudaStream_t stream);

}  // namespace kernels::cuda
