// Which instance of the persistent kernel a step runs on.
#include "kernels/cuda/mega/mega_kernel.cuh"

namespace kernels::cuda {

namespace {

template <class T, int NB, int kDim>
cudaError_t prepareMega(int* nBlocks) {
  using Memory = MegaMemory<T, NB, kDim>;
  const auto kernel = megaKernel<T, NB, kDim>;
  if (const cudaError_t error =
          cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, Memory::kBytes);
      error != cudaSuccess)
    return error;
  return cudaOccupancyMaxActiveBlocksPerMultiprocessor(nBlocks, kernel, kMegaThreads, Memory::kBytes);
}

template <class T, int NB, int kDim>
cudaError_t launchMegaKernel(const MegaArgs& args, uint32_t nBlocks, cudaStream_t stream) {
  cudaLaunchAttribute attribute{};
  attribute.id = cudaLaunchAttributeCooperative;
  attribute.val.cooperative = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = nBlocks;
  config.blockDim = kMegaThreads;
  config.dynamicSmemBytes = MegaMemory<T, NB, kDim>::kBytes;
  config.stream = stream;
  config.attrs = &attribute;
  config.numAttrs = 1;
  return cudaLaunchKernelEx(&config, megaKernel<T, NB, kDim>, args);
}

struct Instance {
  int headDim;
  cudaError_t (*prepare[2])(int* nBlocks);
  cudaError_t (*launch[2])(const MegaArgs& args, uint32_t nBlocks, cudaStream_t stream);
};

template <int kDim>
constexpr Instance instanceOf() {
  using T = __nv_bfloat16;
  return {kDim,
          {prepareMega<T, 1, kDim>, prepareMega<T, 2, kDim>},
          {launchMegaKernel<T, 1, kDim>, launchMegaKernel<T, 2, kDim>}};
}

constexpr Instance kInstances[] = {
    instanceOf<0>(),
    instanceOf<64>(),
    instanceOf<128>(),
};

const Instance* find(const MegaShape& shape) {
  if (shape.type != DType::BF16) return nullptr;
  for (const Instance& instance : kInstances)
    if (instance.headDim == static_cast<int>(shape.headDim)) return &instance;
  return nullptr;
}

}  // namespace

uint32_t megaBlocks(const MegaShape& shape) {
  const Instance* instance = find(shape);
  if (instance == nullptr) return 0;
  int device = 0, nMultiprocessors = 0, cooperative = 0;
  if (cudaGetDevice(&device) != cudaSuccess ||
      cudaDeviceGetAttribute(&nMultiprocessors, cudaDevAttrMultiProcessorCount, device) != cudaSuccess ||
      cudaDeviceGetAttribute(&cooperative, cudaDevAttrCooperativeLaunch, device) != cudaSuccess || cooperative == 0) {
    return 0;
  }
  for (const auto prepare : instance->prepare) {
    int perMultiprocessor = 0;
    if (prepare(&perMultiprocessor) != cudaSuccess || perMultiprocessor < 1) {
      static_cast<void>(cudaGetLastError());
      return 0;
    }
  }
  return static_cast<uint32_t>(nMultiprocessors);
}

cudaError_t launchMega(const MegaShape& shape, const MegaArgs& args, uint32_t maxRows, uint32_t nBlocks,
                       cudaStream_t stream) {
  const Instance* instance = find(shape);
  if (instance == nullptr || maxRows > kMegaRows) return cudaErrorNotSupported;
  return instance->launch[maxRows > 8 ? 1 : 0](args, nBlocks, stream);
}

}  // namespace kernels::cuda
