// Instances of the kernel of linear_wide.cuh for one type.
#pragma once

#include "kernels/cuda/ops/linear_wide.cuh"

namespace kernels::cuda::wide {

template <class T, int kN, bool kStream>
cudaError_t launchFor(const Args& args, uint32_t nBlocks, cudaStream_t stream) {
  const auto kernel = args.linear.epilogue != Epilogue::None ? linearWideKernel<T, kN, kStream, Kind::Gated>
                      : args.linear.outType == DType::F32    ? linearWideKernel<T, kN, kStream, Kind::Float>
                                                             : linearWideKernel<T, kN, kStream, Kind::Half>;
  constexpr uint32_t kBytes = Layout<kN>::kBytes;
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(kBytes));
      error != cudaSuccess)
    return error;
  cudaLaunchAttribute attributes[2] = {};
  attributes[0].id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attributes[0].val.programmaticStreamSerializationAllowed = 1;
  attributes[1].id = cudaLaunchAttributeClusterDimension;
  attributes[1].val.clusterDim.x = 2;
  attributes[1].val.clusterDim.y = attributes[1].val.clusterDim.z = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(nBlocks);
  config.blockDim = dim3(kThreads);
  config.dynamicSmemBytes = kBytes;
  config.stream = stream;
  config.attrs = attributes;
  config.numAttrs = kStream ? 1 : 2;
  return cudaLaunchKernelEx(&config, kernel, args);
}

template <class T>
cudaError_t launchType(const Args& args, uint32_t nBlocks, cudaStream_t stream) {
  if (args.linear.nRows > kWideStreamRows) return launchFor<T, 256, false>(args, nBlocks, stream);
  switch (columnsFor(args.linear.nRows)) {
    case 16:
      return launchFor<T, 16, true>(args, nBlocks, stream);
    case 32:
      return launchFor<T, 32, true>(args, nBlocks, stream);
    case 64:
      return launchFor<T, 64, true>(args, nBlocks, stream);
    case 128:
      return launchFor<T, 128, true>(args, nBlocks, stream);
    default:
      return launchFor<T, 256, true>(args, nBlocks, stream);
  }
}

}  // namespace kernels::cuda::wide
