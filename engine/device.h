// Which device the options mean on this machine, and a backend on it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/options.h"
#include "engine/result.h"
#include "kernels/backend.h"
#include "kernels/cuda_module.h"
#include "kernels/dtype.h"

namespace engine {

struct DeviceChoice {
  int cudaIndex = -1;  ///< number of the GPU; -1: the CPU
  std::string name;    ///< "cpu", "cuda:0"
  std::string reason;  ///< why this one, one clause
  bool isCuda() const { return cudaIndex >= 0; }
};

/// "auto" takes the first GPU that the CUDA engine runs on, and the CPU, saying why, where there is none. A GPU asked
/// for by name that cannot be had is an error, never the CPU in its place.
Result<DeviceChoice> chooseDevice(const EngineOptions& options);
/// The same on a machine with these GPUs; `found` is what looking for them came to.
Result<DeviceChoice> chooseAmong(const EngineOptions& options, const kernels::Status& found,
                                 const std::vector<kernels::CudaDevice>& devices);

/// A backend on the chosen device that computes in `compute`.
Result<std::unique_ptr<kernels::Backend>> openBackend(const EngineOptions& options, const DeviceChoice& choice,
                                                      kernels::DType compute);

}  // namespace engine
