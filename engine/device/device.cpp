#include "engine/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "kernels/cuda_module.h"

namespace engine {

namespace {

constexpr std::string_view kCuda = "cuda";

/// N of "cuda:N", 0 of "cuda"; nothing for other names.
std::optional<int> cudaNumber(std::string_view device) {
  if (device == kCuda) return 0;
  if (!device.starts_with("cuda:")) return std::nullopt;
  const std::string_view digits = device.substr(kCuda.size() + 1);
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || number < 0) return std::nullopt;
  return number;
}

DeviceChoice gpu(const kernels::CudaDevice& device, std::string reason) {
  return {device.index, fmt::format("cuda:{}", device.index), std::move(reason)};
}

DeviceChoice cpu(std::string reason) {
  return {-1, "cpu", std::move(reason)};
}

DeviceChoice chooseItself(const kernels::Status& found, const std::vector<kernels::CudaDevice>& devices) {
  if (!found.ok()) return cpu("auto: " + found.message());
  const auto usable = std::find_if(devices.begin(), devices.end(), kernels::isUsable);
  if (usable != devices.end()) {
    const size_t older = static_cast<size_t>(usable - devices.begin());
    return gpu(*usable, older == 0 ? "auto: the first GPU" : "auto: the first GPU that is new enough");
  }
  if (devices.empty()) return cpu("auto: there is no GPU");
  const kernels::CudaDevice& first = devices.front();
  return cpu(fmt::format("auto: {} has compute capability {}.{}, {}.{} or newer is needed", first.name, first.major,
                         first.minor, kernels::kOldestGpuMajor, kernels::kOldestGpuMinor));
}

}  // namespace

Result<DeviceChoice> chooseAmong(const EngineOptions& options, const kernels::Status& found,
                                 const std::vector<kernels::CudaDevice>& devices) {
  if (options.device == "cpu") return cpu("asked for by --device cpu");
  if (options.device == "auto") return chooseItself(found, devices);
  const std::optional<int> number = cudaNumber(options.device);
  if (!number) {
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--device takes auto, cpu, cuda or cuda:N, not '{}'.", options.device), "device"};
  }
  if (!found.ok()) {
    return Error{ErrorCode::Unsupported,
                 fmt::format("--device {}: {} Use --device cpu or auto.", options.device, found.message()), "device"};
  }
  if (static_cast<size_t>(*number) >= devices.size()) {
    const std::string have = devices.size() == 1 ? "one GPU, cuda:0" : fmt::format("{} GPUs", devices.size());
    return Error{ErrorCode::InvalidArgument, fmt::format("--device {}: this machine has {}.", options.device, have),
                 "device"};
  }
  return gpu(devices[static_cast<size_t>(*number)], "asked for by --device " + options.device);
}

Result<DeviceChoice> chooseDevice(const EngineOptions& options) {
  std::vector<kernels::CudaDevice> devices;
  // Who asks for the processor wants nothing from a driver.
  if (options.device == "cpu") return chooseAmong(options, {}, devices);
  const kernels::Status found = kernels::listCudaDevices(&devices);
  return chooseAmong(options, found, devices);
}

Result<std::unique_ptr<kernels::Backend>> openBackend(const EngineOptions& options, const DeviceChoice& choice,
                                                      kernels::DType compute) {
  std::unique_ptr<kernels::Backend> out;
  if (choice.isCuda()) {
    ENGINE_RETURN_IF_BAD_STATUS(kernels::createCudaBackend({.device = choice.cudaIndex,
                                                            .compute = compute,
                                                            .eager = options.enforceEager,
                                                            .batchInvariant = options.batchInvariant},
                                                           &out));
  } else {
    ENGINE_RETURN_IF_BAD_STATUS(kernels::createCpuBackend({.nThreads = options.nThreads}, &out));
  }
  return out;
}

}  // namespace engine
