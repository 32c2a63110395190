// Instances of the kernel of linear_wide.cuh for one type.
#pragma once

#include "kernels/cuda/ops/linear_wide.cuh"

namespace kernels::cuda::wide {

template <class T, int kN>
cudaError_t launchFor(const Args& args, uint32_t nBlocks, cudaStream_t stream) {
  const auto kernel = args.linear.epilogue != Epilogue::None ? linearWideKernel<T, kN, Kind::Gated>
                      : args.linear.outType == DType::F32    ? linearWideKernel<T, kN, Kind::Float>
                                                             : linearWideKernel<T, kN, Kind::Half>;
  constexpr uint32_t kBytes = Layout<kN>::kBytes;
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(kBytes));
      error != cudaSuccess)
    return error;
  return launchOverlapped(kernel, nBlocks, kThreads, kBytes, stream, args);
}

template <class T>
cudaError_t launchType(const Args& args, uint32_t nBlocks, cudaStream_t stream) {
  switch (columnsFor(args.linear.nRows)) {
    case 16:
      return launchFor<T, 16>(args, nBlocks, stream);
    case 32:
      return launchFor<T, 32>(args, nBlocks, stream);
    case 64:
      return launchFor<T, 64>(args, nBlocks, stream);
    case 128:
      return launchFor<T, 128>(args, nBlocks, stream);
    default:
      return launchFor<T, 256>(args, nBlocks, stream);
  }
}

}  // namespace kernels::cuda::wide
