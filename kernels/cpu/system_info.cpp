#include "kernels/cpu/system_info.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

namespace kernels::cpu {
namespace {

constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

std::string readText(const std::string& path) {
  std::ifstream in(path);
  std::string text;
  // Files of /proc have no size; these are small, and the cap keeps a strange one from filling memory.
  char piece[4096];
  while (text.size() < 256 * 1024 && (in.read(piece, sizeof piece) || in.gcount() > 0))
    text.append(piece, static_cast<size_t>(in.gcount()));
  return text;
}

std::optional<uint64_t> parseNumber(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return std::nullopt;
  uint64_t value = 0;
  const auto result = std::from_chars(text.data() + begin, text.data() + text.size(), value);
  if (result.ec != std::errc()) return std::nullopt;
  return value;
}

// The number after `key` at the start of a line.
std::optional<uint64_t> field(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(key)) return parseNumber(std::string_view(line).substr(key.size()));
  }
  return std::nullopt;
}

// Folders of the control group of this process under `mount`, from its own up to the root's.
std::vector<std::string> groupFolders(const std::string& mount, std::string path) {
  std::vector<std::string> folders;
  while (!path.empty() && path != "/" && folders.size() < 64) {
    folders.push_back(mount + path);
    path.erase(path.find_last_of('/'));
  }
  folders.push_back(mount);
  return folders;
}

// Path of this process in the hierarchy of `controller`; "" is version 2's.
std::optional<std::string> groupPath(const SystemRoot& root, std::string_view controller) {
  std::istringstream lines(readText(root.prefix + "/proc/self/cgroup"));
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string names = fmt::format(",{},", line.substr(first + 1, second - first - 1));
    const bool found = names.find(fmt::format(",{},", controller)) != std::string::npos;
    if (found && line.size() > second + 1 && line[second + 1] == '/') return line.substr(second + 1);
  }
  return std::nullopt;
}

void limitBy(SystemMemory* memory, std::optional<uint64_t> limit, std::optional<uint64_t> used, uint64_t reclaimable) {
  if (!limit || *limit >= memory->total) return;
  memory->total = *limit;
  if (!used) return;
  const uint64_t held = *used - std::min(*used, reclaimable);
  memory->free = std::min(memory->free, *limit - std::min(*limit, held));
}

uint64_t quotaCores(uint64_t quota, uint64_t period) {
  if (period == 0) return kNoLimit;
  return std::max<uint64_t>(1, quota / period + (quota % period != 0 ? 1 : 0));
}

}  // namespace

SystemMemory systemMemory(const SystemRoot& root) {
  const std::string info = readText(root.prefix + "/proc/meminfo");
  SystemMemory memory;
  memory.total = field(info, "MemTotal:").value_or(0) * 1024;
  memory.free = field(info, "MemAvailable:").value_or(field(info, "MemFree:").value_or(0)) * 1024;
  if (const auto path = groupPath(root, "")) {
    for (const std::string& folder : groupFolders(root.prefix + "/sys/fs/cgroup", *path)) {
      const uint64_t cache = field(readText(folder + "/memory.stat"), "inactive_file ").value_or(0);
      limitBy(&memory, parseNumber(readText(folder + "/memory.max")), parseNumber(readText(folder + "/memory.current")),
              cache);
    }
  }
  if (const auto path = groupPath(root, "memory")) {
    for (const std::string& folder : groupFolders(root.prefix + "/sys/fs/cgroup/memory", *path)) {
      const uint64_t cache = field(readText(folder + "/memory.stat"), "total_inactive_file ").value_or(0);
      limitBy(&memory, parseNumber(readText(folder + "/memory.limit_in_bytes")),
              parseNumber(readText(folder + "/memory.usage_in_bytes")), cache);
    }
  }
  memory.free = std::min(memory.free, memory.total);
  return memory;
}

uint32_t usableCores(const SystemRoot& root) {
  uint64_t cores = 1;
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) cores = static_cast<uint64_t>(std::max(1, CPU_COUNT(&set)));
  if (const auto path = groupPath(root, "")) {
    for (const std::string& folder : groupFolders(root.prefix + "/sys/fs/cgroup", *path)) {
      std::istringstream words(readText(folder + "/cpu.max"));
      std::string quota, period;
      words >> quota >> period;
      const auto q = parseNumber(quota), p = parseNumber(period);
      if (q && p) cores = std::min(cores, quotaCores(*q, *p));
    }
  }
  if (const auto path = groupPath(root, "cpu")) {
    for (const std::string& folder : groupFolders(root.prefix + "/sys/fs/cgroup/cpu", *path)) {
      const auto q = parseNumber(readText(folder + "/cpu.cfs_quota_us"));  // -1 (none) is not a number here
      const auto p = parseNumber(readText(folder + "/cpu.cfs_period_us"));
      if (q && p) cores = std::min(cores, quotaCores(*q, *p));
    }
  }
  return static_cast<uint32_t>(cores);
}

std::string processorName(const SystemRoot& root) {
  std::istringstream lines(readText(root.prefix + "/proc/cpuinfo"));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("model name")) continue;
    const size_t colon = line.find(": ");
    if (colon != std::string::npos && colon + 2 < line.size()) return line.substr(colon + 2);
  }
  return "CPU";
}

}  // namespace kernels::cpu
