// The part of NVIDIA's management library that the monitor calls, declared here because it is opened at run time: no
// header of it is needed to build, no library to start. Layouts are those of NVML's stable interface.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace app {

struct NvmlDevice;  // opaque

struct NvmlMemory {
  unsigned long long total, free, used;
};
struct NvmlMemory2 {
  unsigned version;  ///< kVersion
  unsigned long long total, reserved, free, used;
  static constexpr unsigned kVersion = 40u | 2u << 24;
};
struct NvmlUtilization {
  unsigned gpu, memory;  ///< per cent
};
struct NvmlProcess {
  unsigned pid;
  unsigned long long usedMemory;  ///< all ones: not told
  unsigned gpuInstance, computeInstance;
};

inline constexpr int kNvmlSuccess = 0, kNvmlInsufficientSize = 7, kNvmlDriverNotLoaded = 9, kNvmlMismatch = 18;
inline constexpr unsigned kNvmlClockSm = 1, kNvmlClockMemory = 2, kNvmlThresholdSlowdown = 1;
inline constexpr unsigned kNvmlTextBytes = 96;

/// The opened library; functions that an older driver lacks are null, but for those that open() insists on.
class Nvml {
 public:
  /// Null with the reason, a sentence for people, where there is nothing to ask.
  static std::unique_ptr<Nvml> open(const std::string& library, std::string* reason);
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;
  ~Nvml();

  int (*shutdown)() = nullptr;
  const char* (*errorString)(int code) = nullptr;
  int (*driverVersion)(char* text, unsigned bytes) = nullptr;
  int (*count)(unsigned* count) = nullptr;
  int (*handle)(unsigned index, NvmlDevice** device) = nullptr;
  int (*name)(NvmlDevice*, char* text, unsigned bytes) = nullptr;
  int (*uuid)(NvmlDevice*, char* text, unsigned bytes) = nullptr;
  int (*memory)(NvmlDevice*, NvmlMemory*) = nullptr;
  int (*memory2)(NvmlDevice*, NvmlMemory2*) = nullptr;
  int (*utilization)(NvmlDevice*, NvmlUtilization*) = nullptr;
  int (*temperature)(NvmlDevice*, unsigned sensor, unsigned* degrees) = nullptr;
  int (*temperatureThreshold)(NvmlDevice*, unsigned kind, unsigned* degrees) = nullptr;
  int (*powerUsage)(NvmlDevice*, unsigned* milliwatts) = nullptr;
  int (*powerLimit)(NvmlDevice*, unsigned* milliwatts) = nullptr;
  int (*clock)(NvmlDevice*, unsigned kind, unsigned* megahertz) = nullptr;
  int (*maxClock)(NvmlDevice*, unsigned kind, unsigned* megahertz) = nullptr;
  int (*processes)(NvmlDevice*, unsigned* count, NvmlProcess*) = nullptr;

 private:
  explicit Nvml(void* library) : m_library(library) {}
  bool findAll();

  void* m_library;
  int (*m_init)() = nullptr;
  bool m_initialised = false;
};

/// Which of the machine's GPUs this program may use, as CUDA_VISIBLE_DEVICES (null: not set) says: numbers or
/// beginnings of UUIDs, up to the first that there is not. Indices into `uuids`.
std::vector<unsigned> visibleGpus(const char* visible, const std::vector<std::string>& uuids);

}  // namespace app
