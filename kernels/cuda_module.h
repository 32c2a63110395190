// The CUDA backend, a module (libhearth_cuda.so) opened at run time: the same program starts on machines without an
// NVIDIA driver and says why it has no GPU.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernels/backend.h"
#include "kernels/dtype.h"
#include "kernels/status.h"

namespace kernels {

/// One NVIDIA GPU, as CUDA numbers them (CUDA_VISIBLE_DEVICES respected).
struct CudaDevice {
  int index = 0;
  std::string name;          ///< "NVIDIA H100 80GB HBM3"
  std::string uuid;          ///< "GPU-…", as nvidia-smi shows it
  int major = 0, minor = 0;  ///< compute capability
  uint32_t nMultiprocessors = 0;
  uint64_t memoryTotal = 0, memoryFree = 0;  ///< bytes, free as the driver says now
  std::string driver;                        ///< newest CUDA version that the driver supports: "13.0"
};

/// The oldest compute capability that the backend has kernels for.
inline constexpr int kOldestGpuMajor = 7, kOldestGpuMinor = 5;
inline bool isUsable(const CudaDevice& device) {
  return device.major > kOldestGpuMajor || (device.major == kOldestGpuMajor && device.minor >= kOldestGpuMinor);
}

struct CudaOptions {
  int device = 0;
  DType compute = DType::BF16;  ///< type of weights and of activations between ops: F32, F16 or BF16
  bool eager = false;           ///< steps are launched op by op instead of as captured graphs
  /// A token's bits depend on its own sequence alone: not on the batch, nor on how a prompt is cut.
  bool batchInvariant = false;
};

/// The GPUs that can be used. Unsupported, with a sentence of its own for each, when the module is not installed, there
/// is no driver, the driver is too old, or there is no device.
Status listCudaDevices(std::vector<CudaDevice>* out);

/// A backend on one GPU. Fails as listCudaDevices() does, with InvalidArgument for a number without a device, and with
/// Unsupported for a GPU older than compute capability 7.5.
Status createCudaBackend(const CudaOptions& options, std::unique_ptr<Backend>* out);

/// What the module gives to whoever opens it. Same compiler and library on both sides; the version says so.
struct CudaModule {
  uint32_t version = 0;
  Status (*listDevices)(std::vector<CudaDevice>* out) = nullptr;
  Status (*createBackend)(const CudaOptions& options, std::unique_ptr<Backend>* out) = nullptr;
};
/// Raised with every change of Backend, CudaModule or the types they use.
inline constexpr uint32_t kCudaModuleVersion = 6;

}  // namespace kernels
