#include "engine/device.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "kernels/cuda_module.h"

namespace engine {

namespace {

constexpr std::string_view kCuda = "cuda";

/// Nobody gets an engine unasked whose every kernel has not passed its tests on a card; some of the attention kernels
/// have not yet.
constexpr bool kAutoTakesGpu = false;

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

}  // namespace

Result<DeviceChoice> chooseDevice(const EngineOptions& options) {
  if (options.device == "cpu") return DeviceChoice{-1, "cpu", "asked for by --device cpu"};
  if (options.device == "auto" && !kAutoTakesGpu) {
    return DeviceChoice{-1, "cpu", "auto: the CUDA engine is still being tested, --device cuda asks for it"};
  }
  const bool any = options.device == "auto";
  const std::optional<int> number = any ? 0 : cudaNumber(options.device);
  if (!number) {
    return Error{ErrorCode::InvalidArgument,
                 fmt::format("--device takes auto, cpu, cuda or cuda:N, not '{}'.", options.device), "device"};
  }
  std::vector<kernels::CudaDevice> devices;
  const kernels::Status status = kernels::listCudaDevices(&devices);
  if (!status.ok()) {
    if (any) return DeviceChoice{-1, "cpu", "auto: " + status.message()};
    return Error{ErrorCode::Unsupported,
                 fmt::format("--device {}: {} Use --device cpu or auto.", options.device, status.message()), "device"};
  }
  if (static_cast<size_t>(*number) >= devices.size()) {
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("--device {}: this machine has {}. Use --device cuda:0 to cuda:{}.", options.device,
                    devices.size() == 1 ? "one GPU" : fmt::format("{} GPUs", devices.size()), devices.size() - 1),
        "device"};
  }
  return gpu(devices[static_cast<size_t>(*number)],
             any ? "auto: the first GPU" : "asked for by --device " + options.device);
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
