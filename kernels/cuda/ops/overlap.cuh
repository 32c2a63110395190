// Kernels whose beginning runs beside the end of the kernel ahead, on compute capability 9.0.
#pragma once

#if !defined(HEARTH_EMULATED_GPU)
#include <cuda_runtime.h>

#include <cstdint>
#include <utility>
#endif

namespace kernels::cuda {

/// Lets the next kernel's blocks come in, if it was launched to overlap.
__device__ __forceinline__ void letNextKernelStart() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;\n" ::: "memory");
#endif
}

/// Until the kernels before this one are done and what they wrote is there, if it was launched to overlap with them.
/// Before it, only what none of them writes is read (weights, step values, what earlier steps left in the cache), and
/// nothing is written. Some block of every such kernel calls it, whatever the work: that the kernel is done means then
/// that all before it are.
__device__ __forceinline__ void awaitKernelsBefore() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;\n" ::: "memory");
#endif
}

#if !defined(HEARTH_EMULATED_GPU)
/// Launches a kernel that calls awaitKernelsBefore() so that it may begin early, where the device can.
template <class... Parameters, class... Arguments>
cudaError_t launchOverlapped(void (*kernel)(Parameters...), dim3 grid, dim3 block, uint32_t sharedBytes,
                             cudaStream_t stream, Arguments&&... arguments) {
  int device = 0, major = 0;
  if (const cudaError_t error = cudaGetDevice(&device); error != cudaSuccess) return error;
  if (const cudaError_t error = cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device);
      error != cudaSuccess)
    return error;
  cudaLaunchAttribute attribute = {};
  attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attribute.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = sharedBytes;
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = major >= 9 ? 1 : 0;
  return cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...);
}
#endif

}  // namespace kernels::cuda
