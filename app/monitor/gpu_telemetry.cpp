#include <unistd.h>

#include <array>
#include <cstdlib>

#include "app/monitor.h"
#include "app/monitor/nvml.h"

namespace app {

namespace {

class NoGpuTelemetry : public GpuTelemetry {
 public:
  explicit NoGpuTelemetry(std::string reason) : m_reason(std::move(reason)) {}
  std::string absence() const override { return m_reason; }
  std::vector<GpuSample> sample() override { return {}; }

 private:
  const std::string m_reason;
};

template <class Ask>
std::string textOf(Ask ask) {
  std::array<char, kNvmlTextBytes> text{};
  if (ask(text.data(), static_cast<unsigned>(text.size())) != kNvmlSuccess) return {};
  text.back() = '\0';
  return text.data();
}

class NvmlTelemetry : public GpuTelemetry {
 public:
  NvmlTelemetry(std::unique_ptr<Nvml> nvml, std::vector<NvmlDevice*> devices)
      : m_nvml(std::move(nvml)), m_devices(std::move(devices)) {
    if (m_nvml->driverVersion != nullptr) m_driver = textOf(m_nvml->driverVersion);
    for (NvmlDevice* device : m_devices) {
      GpuSample& fixed = m_fixed.emplace_back();
      fixed.driver = m_driver;
      if (m_nvml->name != nullptr) {
        fixed.name = textOf([&](char* text, unsigned bytes) { return m_nvml->name(device, text, bytes); });
      }
      fixed.slowdownAt = number(m_nvml->temperatureThreshold, device, kNvmlThresholdSlowdown, 1);
      fixed.memoryClockMax = number(m_nvml->maxClock, device, kNvmlClockMemory, 1);
      fixed.coreClockMax = number(m_nvml->maxClock, device, kNvmlClockSm, 1);
    }
  }

  std::string absence() const override { return {}; }

  std::vector<GpuSample> sample() override {
    std::vector<GpuSample> out = m_fixed;
    for (size_t i = 0; i < out.size(); ++i) fill(out[i], m_devices[i]);
    return out;
  }

 private:
  using Question = int (*)(NvmlDevice*, unsigned kind, unsigned* answer);

  static std::optional<double> number(Question ask, NvmlDevice* device, unsigned kind, double unit) {
    unsigned answer = 0;
    if (ask == nullptr || ask(device, kind, &answer) != kNvmlSuccess) return std::nullopt;
    return answer * unit;
  }
  static std::optional<double> watts(int (*ask)(NvmlDevice*, unsigned*), NvmlDevice* device) {
    unsigned answer = 0;
    if (ask == nullptr || ask(device, &answer) != kNvmlSuccess) return std::nullopt;
    return answer * 1e-3;
  }

  void fill(GpuSample& out, NvmlDevice* device) const {
    NvmlMemory2 wide{};
    wide.version = NvmlMemory2::kVersion;
    NvmlMemory memory{};
    if (m_nvml->memory2 != nullptr && m_nvml->memory2(device, &wide) == kNvmlSuccess) {
      out.memoryTotal = wide.total;
      out.memoryUsed = wide.used;
    } else if (m_nvml->memory(device, &memory) == kNvmlSuccess) {
      out.memoryTotal = memory.total;
      out.memoryUsed = memory.used;
    }
    NvmlUtilization utilisation{};
    if (m_nvml->utilization != nullptr && m_nvml->utilization(device, &utilisation) == kNvmlSuccess) {
      out.utilisation = utilisation.gpu / 100.0;
    }
    out.temperature = number(m_nvml->temperature, device, 0, 1);
    out.power = watts(m_nvml->powerUsage, device);
    out.powerLimit = watts(m_nvml->powerLimit, device);
    out.memoryClock = number(m_nvml->clock, device, kNvmlClockMemory, 1);
    out.coreClock = number(m_nvml->clock, device, kNvmlClockSm, 1);
    out.memoryOurs = memoryOfThisProcess(device);
  }

  /// In a container the driver tells of other process numbers than ours; then nothing is known.
  std::optional<uint64_t> memoryOfThisProcess(NvmlDevice* device) const {
    if (m_nvml->processes == nullptr) return std::nullopt;
    std::array<NvmlProcess, 128> processes{};
    auto count = static_cast<unsigned>(processes.size());
    if (m_nvml->processes(device, &count, processes.data()) != kNvmlSuccess || count > processes.size()) {
      return std::nullopt;
    }
    const auto self = static_cast<unsigned>(::getpid());
    for (unsigned i = 0; i < count; ++i) {
      const NvmlProcess& process = processes.at(i);
      if (process.pid == self && process.usedMemory != ~0ull) return process.usedMemory;
    }
    return std::nullopt;
  }

  const std::unique_ptr<Nvml> m_nvml;
  const std::vector<NvmlDevice*> m_devices;
  std::string m_driver;
  std::vector<GpuSample> m_fixed;  ///< what does not change
};

}  // namespace

std::unique_ptr<GpuTelemetry> openGpuTelemetry(const std::string& library) {
  std::string reason;
  std::unique_ptr<Nvml> nvml = Nvml::open(library, &reason);
  if (nvml == nullptr) return std::make_unique<NoGpuTelemetry>(std::move(reason));
  unsigned count = 0;
  std::vector<NvmlDevice*> all;
  std::vector<std::string> uuids;
  if (nvml->count(&count) != kNvmlSuccess) count = 0;
  for (unsigned i = 0; i < count; ++i) {
    NvmlDevice* device = nullptr;
    if (nvml->handle(i, &device) != kNvmlSuccess) continue;
    all.push_back(device);
    uuids.push_back(nvml->uuid == nullptr ? std::string() : textOf([&](char* text, unsigned bytes) {
      return nvml->uuid(device, text, bytes);
    }));
  }
  std::vector<NvmlDevice*> devices;
  for (const unsigned index : visibleGpus(std::getenv("CUDA_VISIBLE_DEVICES"), uuids)) devices.push_back(all[index]);
  if (devices.empty()) {
    return std::make_unique<NoGpuTelemetry>(
        all.empty() ? "There are no GPU figures: the NVIDIA driver finds no GPU."
                    : "There are no GPU figures: CUDA_VISIBLE_DEVICES hides every GPU from this program.");
  }
  return std::make_unique<NvmlTelemetry>(std::move(nvml), std::move(devices));
}

}  // namespace app
