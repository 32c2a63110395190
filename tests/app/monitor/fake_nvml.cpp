// Two GPUs, the second of which tells nothing but its memory, in the old form. FAKE_NVML_INIT makes nvmlInit fail.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "app/monitor/nvml.h"

namespace {

constexpr int kNotSupported = 3, kInvalid = 2;
char g_first, g_second;  // their addresses are the handles

bool isFirst(const app::NvmlDevice* device) {
  return reinterpret_cast<const char*>(device) == &g_first;
}

int answer(const app::NvmlDevice* device, unsigned* out, unsigned value) {
  if (!isFirst(device)) return kNotSupported;
  *out = value;
  return app::kNvmlSuccess;
}

}  // namespace

extern "C" {
int nvmlInit_v2() {
  const char* code = std::getenv("FAKE_NVML_INIT");
  return code != nullptr ? std::atoi(code) : app::kNvmlSuccess;
}
int nvmlShutdown() {
  return app::kNvmlSuccess;
}
const char* nvmlErrorString(int) {
  return "Insufficient Permissions";
}
int nvmlSystemGetDriverVersion(char* text, unsigned bytes) {
  std::snprintf(text, bytes, "580.1.2");
  return app::kNvmlSuccess;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  const char* wanted = std::getenv("FAKE_NVML_COUNT");
  *count = wanted != nullptr ? static_cast<unsigned>(std::atoi(wanted)) : 2;
  return app::kNvmlSuccess;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned index, app::NvmlDevice** device) {
  if (index > 1) return kInvalid;
  *device = reinterpret_cast<app::NvmlDevice*>(index == 0 ? &g_first : &g_second);
  return app::kNvmlSuccess;
}
int nvmlDeviceGetName(app::NvmlDevice* device, char* text, unsigned bytes) {
  std::snprintf(text, bytes, "%s", isFirst(device) ? "Card One" : "Card Two");
  return app::kNvmlSuccess;
}
int nvmlDeviceGetUUID(app::NvmlDevice* device, char* text, unsigned bytes) {
  std::snprintf(text, bytes, "%s", isFirst(device) ? "GPU-1111-a" : "GPU-2222-b");
  return app::kNvmlSuccess;
}
int nvmlDeviceGetMemoryInfo(app::NvmlDevice* device, app::NvmlMemory* memory) {
  *memory = {24u << 20, 20u << 20, isFirst(device) ? 1u << 20 : 4u << 20};
  return app::kNvmlSuccess;
}
int nvmlDeviceGetMemoryInfo_v2(app::NvmlDevice* device, app::NvmlMemory2* memory) {
  if (!isFirst(device) || memory->version != app::NvmlMemory2::kVersion) return kNotSupported;
  memory->total = 80ull << 30;
  memory->used = 30ull << 30;
  return app::kNvmlSuccess;
}
int nvmlDeviceGetUtilizationRates(app::NvmlDevice* device, app::NvmlUtilization* utilization) {
  if (!isFirst(device)) return kNotSupported;
  *utilization = {75, 40};
  return app::kNvmlSuccess;
}
int nvmlDeviceGetTemperature(app::NvmlDevice* device, unsigned, unsigned* degrees) {
  return answer(device, degrees, 61);
}
int nvmlDeviceGetTemperatureThreshold(app::NvmlDevice* device, unsigned kind, unsigned* degrees) {
  return answer(device, degrees, kind == app::kNvmlThresholdSlowdown ? 90 : 95);
}
int nvmlDeviceGetPowerUsage(app::NvmlDevice* device, unsigned* milliwatts) {
  return answer(device, milliwatts, 312500);
}
int nvmlDeviceGetEnforcedPowerLimit(app::NvmlDevice* device, unsigned* milliwatts) {
  return answer(device, milliwatts, 700000);
}
int nvmlDeviceGetClockInfo(app::NvmlDevice* device, unsigned kind, unsigned* megahertz) {
  return answer(device, megahertz, kind == app::kNvmlClockMemory ? 2000 : 1500);
}
int nvmlDeviceGetMaxClockInfo(app::NvmlDevice* device, unsigned kind, unsigned* megahertz) {
  return answer(device, megahertz, kind == app::kNvmlClockMemory ? 2619 : 1980);
}
int nvmlDeviceGetComputeRunningProcesses_v3(app::NvmlDevice* device, unsigned* count, app::NvmlProcess* processes) {
  if (*count < 2) return app::kNvmlInsufficientSize;
  *count = isFirst(device) ? 2 : 0;
  processes[0] = {1, 77, 0, 0};
  processes[1] = {static_cast<unsigned>(::getpid()), 5ull << 30, 0, 0};
  return app::kNvmlSuccess;
}
}
