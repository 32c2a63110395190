// Linear ops on compute capability 9.0: tensor copies feed warpgroup products, weights as their rows, tokens as their
// columns, and bias, gate and residual are done on the sums. How the work is shared out follows from the op's shape and
// the device alone: a row's sums are the same for any number of rows.
#pragma once

#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

/// What the op needs beside its buffers. The counters are the op's own: zero at first, and left at zero.
struct WideSpace {
  float* partials = nullptr;     ///< linearWidePartialBytes()
  uint32_t* counters = nullptr;  ///< linearWideCounters()
};
uint64_t linearWidePartialBytes(uint32_t nMultiprocessors);
uint64_t linearWideCounters(uint32_t nMultiprocessors);

bool linearWideSupports(const LinearArgs& args, int major);
/// Whether that is the fastest way for this many rows, as measured on an H100.
bool linearWideSuits(const LinearArgs& args, int major, uint32_t nMultiprocessors);
cudaError_t launchLinearWide(const LinearArgs& args, const WideSpace& space, uint32_t nMultiprocessors,
                             cudaStream_t stream);

}  // namespace kernels::cuda
