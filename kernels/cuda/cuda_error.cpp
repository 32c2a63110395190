#include "kernels/cuda/cuda_error.h"

#include <fmt/format.h>

namespace kernels::cuda {

namespace {

/// After these every further call on the device fails in the same way.
bool isSticky(cudaError_t error) {
  switch (error) {
    case cudaErrorIllegalAddress:
    case cudaErrorLaunchFailure:
    case cudaErrorLaunchTimeout:
    case cudaErrorHardwareStackError:
    case cudaErrorIllegalInstruction:
    case cudaErrorMisalignedAddress:
    case cudaErrorInvalidAddressSpace:
    case cudaErrorInvalidPc:
    case cudaErrorAssert:
    case cudaErrorECCUncorrectable:
    case cudaErrorNvlinkUncorrectable:
    case cudaErrorUnknown:
      return true;
    default:
      return false;
  }
}

}  // namespace

Status toStatus(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return {};
  const char* text = cudaGetErrorString(error);
  if (error == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // an ordinary result: it must not show up in a later call
    size_t free = 0, total = 0;
    if (cudaMemGetInfo(&free, &total) != cudaSuccess) free = 0;
    return {StatusCode::OutOfMemory, fmt::format("{}: the GPU has {} of {} bytes free", what, free, total)};
  }
  if (isSticky(error)) {
    return {StatusCode::DeviceLost, fmt::format("{}: the GPU stopped working ({})", what, text)};
  }
  static_cast<void>(cudaGetLastError());
  // Measured: so a program that has lost a GPU finds it from then on, whatever it resets.
  if (error == cudaErrorDevicesUnavailable) {
    return {StatusCode::DeviceLost,
            fmt::format("{}: the GPU is busy or unavailable. Another program may hold it alone, or it stopped working "
                        "for this one, which has to be started again then",
                        what)};
  }
  return {StatusCode::Internal, fmt::format("{}: {} ({})", what, text, static_cast<int>(error))};
}

}  // namespace kernels::cuda
