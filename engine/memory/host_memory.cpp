#include <unistd.h>

#include <fstream>
#include <memory>

#include "engine/memory_plan.h"
#include "kernels/backend.h"

namespace engine {

namespace {

/// Resident bytes of this process.
uint64_t residentBytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t pages = 0, resident = 0;
  if (!(file >> pages >> resident)) return 0;
  return resident * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

HostMemory hostMemory() {
  HostMemory out;
  out.usedByUs = residentBytes();
  std::unique_ptr<kernels::Backend> backend;
  kernels::CpuOptions options;
  options.nThreads = 1;
  if (!kernels::createCpuBackend(options, &backend).ok()) return out;
  const kernels::MemoryInfo memory = backend->memory();
  out.total = memory.total;
  out.free = memory.free;
  return out;
}

}  // namespace engine
