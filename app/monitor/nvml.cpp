#include "app/monitor/nvml.h"

#include <dlfcn.h>

#include <algorithm>
#include <charconv>
#include <string_view>

namespace app {

static_assert(sizeof(NvmlMemory2) == 40 && sizeof(NvmlProcess) == 24);

bool Nvml::findAll() {
  const auto find = [this](const char* symbol, auto* function) {
    *function = reinterpret_cast<std::remove_pointer_t<decltype(function)>>(::dlsym(m_library, symbol));
    return *function != nullptr;
  };
  find("nvmlErrorString", &errorString);
  find("nvmlSystemGetDriverVersion", &driverVersion);
  find("nvmlDeviceGetName", &name);
  find("nvmlDeviceGetUUID", &uuid);
  find("nvmlDeviceGetMemoryInfo_v2", &memory2);
  find("nvmlDeviceGetUtilizationRates", &utilization);
  find("nvmlDeviceGetTemperature", &temperature);
  find("nvmlDeviceGetTemperatureThreshold", &temperatureThreshold);
  find("nvmlDeviceGetPowerUsage", &powerUsage);
  find("nvmlDeviceGetEnforcedPowerLimit", &powerLimit);
  find("nvmlDeviceGetClockInfo", &clock);
  find("nvmlDeviceGetMaxClockInfo", &maxClock);
  find("nvmlDeviceGetComputeRunningProcesses_v3", &processes);
  const bool init = find("nvmlInit_v2", &m_init), ends = find("nvmlShutdown", &shutdown);
  const bool counts = find("nvmlDeviceGetCount_v2", &count), handles = find("nvmlDeviceGetHandleByIndex_v2", &handle);
  return init && ends && counts && handles && find("nvmlDeviceGetMemoryInfo", &memory);
}

std::unique_ptr<Nvml> Nvml::open(const std::string& library, std::string* reason) {
  void* const opened = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (opened == nullptr) {
    *reason = "There are no GPU figures: no NVIDIA driver is installed (" + library + " is missing).";
    return nullptr;
  }
  std::unique_ptr<Nvml> out(new Nvml(opened));
  if (!out->findAll()) {
    *reason = "There are no GPU figures: the NVIDIA driver is too old to tell them.";
    return nullptr;
  }
  const int code = out->m_init();
  if (code == kNvmlSuccess) {
    out->m_initialised = true;
    return out;
  }
  if (code == kNvmlDriverNotLoaded) {
    *reason = "There are no GPU figures: the NVIDIA driver is installed but not loaded.";
  } else if (code == kNvmlMismatch) {
    *reason = "There are no GPU figures: the NVIDIA driver was updated while it ran; restart the machine.";
  } else {
    const char* text = out->errorString != nullptr ? out->errorString(code) : nullptr;
    *reason = "There are no GPU figures: the NVIDIA driver says: " +
              (text != nullptr ? std::string(text) : "error " + std::to_string(code)) + ".";
  }
  return nullptr;
}

Nvml::~Nvml() {
  if (m_initialised) shutdown();
  ::dlclose(m_library);
}

std::vector<unsigned> visibleGpus(const char* visible, const std::vector<std::string>& uuids) {
  std::vector<unsigned> out;
  if (visible == nullptr) {
    for (unsigned i = 0; i < uuids.size(); ++i) out.push_back(i);
    return out;
  }
  std::string_view rest = visible;
  while (!rest.empty()) {
    const size_t comma = std::min(rest.find(','), rest.size());
    std::string_view item = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
    item = item.substr(0, item.find(' '));
    size_t index = uuids.size();
    if (item.starts_with("GPU-")) {
      const auto found =
          std::find_if(uuids.begin(), uuids.end(), [item](const std::string& uuid) { return uuid.starts_with(item); });
      index = static_cast<size_t>(found - uuids.begin());
    } else {
      unsigned number = 0;
      const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), number);
      if (error == std::errc() && end == item.data() + item.size()) index = number;
    }
    if (index >= uuids.size()) break;
    out.push_back(static_cast<unsigned>(index));
  }
  return out;
}

}  // namespace app
