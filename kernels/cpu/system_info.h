// What the machine says about itself: processor, cores and memory that this process may use (control groups included).
#pragma once

#include <cstdint>
#include <string>

namespace kernels::cpu {

struct SystemMemory {
  uint64_t total = 0, free = 0;  ///< bytes
};

/// Where /proc and /sys are: "" on a real machine, a folder in tests.
struct SystemRoot {
  std::string prefix;
};

/// The smaller of the machine's memory and the limits of the control groups (v1 or v2) that this process is in. Memory
/// that the kernel would give back (file cache) counts as free.
SystemMemory systemMemory(const SystemRoot& root = {});
/// Cores that the affinity mask and the control groups' quota leave to this process; at least 1.
uint32_t usableCores(const SystemRoot& root = {});
/// "AMD EPYC 7B13", or "CPU" where nothing says so.
std::string processorName(const SystemRoot& root = {});

}  // namespace kernels::cpu
