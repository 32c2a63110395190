#include "tests/kernels/cuda/trap.h"

namespace kernels::test {

namespace {

__global__ void trapKernel() {
  __trap();
}

}  // namespace

void breakGpu() {
  trapKernel<<<1, 1>>>();
  static_cast<void>(cudaDeviceSynchronize());
}

}  // namespace kernels::test
