// The module's one exported symbol, and what is said about the machine's GPUs.
#include <cuda_runtime_api.h>
#include <fmt/format.h>

#include "kernels/cuda/cuda_backend.h"
#include "kernels/cuda/cuda_error.h"
#include "kernels/cuda_module.h"

namespace kernels::cuda {

namespace {

constexpr int kOldestDriver = 12040;  // CUDA 12.4

std::string cudaVersion(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// One sentence for each way of having no GPU.
Status checkDriver(int* driver) {
  if (cudaDriverGetVersion(driver) != cudaSuccess || *driver == 0) {
    return {StatusCode::Unsupported, "The NVIDIA driver does not answer: its kernel module may not be loaded."};
  }
  if (*driver < kOldestDriver || *driver / 1000 < CUDART_VERSION / 1000) {
    return {StatusCode::Unsupported,
            fmt::format("The NVIDIA driver is too old: it supports CUDA {}, this program needs {} or newer. Update the "
                        "driver.",
                        cudaVersion(*driver), cudaVersion(std::max(kOldestDriver, CUDART_VERSION / 1000 * 1000)))};
  }
  return {};
}

Status countDevices(int* count) {
  const cudaError_t error = cudaGetDeviceCount(count);
  if (error == cudaErrorNoDevice || (error == cudaSuccess && *count == 0)) {
    return {StatusCode::Unsupported, "The NVIDIA driver is there, but no GPU (or CUDA_VISIBLE_DEVICES hides it)."};
  }
  if (error != cudaSuccess) {
    return {StatusCode::Unsupported, fmt::format("The NVIDIA driver refuses: {}.", cudaGetErrorString(error))};
  }
  return {};
}

std::string uuidText(const cudaUUID_t& uuid) {
  std::string out = "GPU-";
  for (int i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", static_cast<unsigned char>(uuid.bytes[i]));
  }
  return out;
}

Status describe(int index, int driver, CudaDevice* out) {
  cudaDeviceProp properties{};
  CUDA_RETURN_IF_ERROR(cudaGetDeviceProperties(&properties, index), "reading a GPU's properties");
  out->index = index;
  out->name = properties.name;
  out->uuid = uuidText(properties.uuid);
  out->major = properties.major;
  out->minor = properties.minor;
  out->nMultiprocessors = static_cast<uint32_t>(properties.multiProcessorCount);
  out->memoryTotal = properties.totalGlobalMem;
  out->driver = cudaVersion(driver);
  int before = 0;
  CUDA_RETURN_IF_ERROR(cudaGetDevice(&before), "asking for the present GPU");
  CUDA_RETURN_IF_ERROR(cudaSetDevice(index), "opening a GPU");
  size_t free = 0, total = 0;
  const cudaError_t error = cudaMemGetInfo(&free, &total);
  CUDA_RETURN_IF_ERROR(cudaSetDevice(before), "going back to the present GPU");
  CUDA_RETURN_IF_ERROR(error, "reading a GPU's free memory");
  out->memoryFree = free;
  out->memoryTotal = total;
  return {};
}

Status listDevices(std::vector<CudaDevice>* out) {
  int driver = 0, count = 0;
  KERNELS_RETURN_IF_ERROR(checkDriver(&driver));
  KERNELS_RETURN_IF_ERROR(countDevices(&count));
  for (int i = 0; i < count; ++i) {
    CudaDevice device;
    KERNELS_RETURN_IF_ERROR(describe(i, driver, &device));
    out->push_back(std::move(device));
  }
  return {};
}

Status createBackend(const CudaOptions& options, std::unique_ptr<Backend>* out) {
  int driver = 0, count = 0;
  KERNELS_RETURN_IF_ERROR(checkDriver(&driver));
  KERNELS_RETURN_IF_ERROR(countDevices(&count));
  if (options.device < 0 || options.device >= count) {
    return {StatusCode::InvalidArgument,
            fmt::format("There is no GPU {}: this machine has {} (0 to {}).", options.device, count, count - 1)};
  }
  CudaDevice device;
  KERNELS_RETURN_IF_ERROR(describe(options.device, driver, &device));
  if (!isUsable(device)) {
    return {StatusCode::Unsupported,
            fmt::format("{} has compute capability {}.{}; {}.{} or newer is needed.", device.name, device.major,
                        device.minor, kOldestGpuMajor, kOldestGpuMinor)};
  }
  return CudaBackend::create(options, device, out);
}

}  // namespace

}  // namespace kernels::cuda

extern "C" __attribute__((visibility("default"))) const kernels::CudaModule* hearthCudaModule() {
  static const kernels::CudaModule module{kernels::kCudaModuleVersion, &kernels::cuda::listDevices,
                                          &kernels::cuda::createBackend};
  return &module;
}
