#include "kernels/cpu/system_info.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace kernels::cpu {
namespace {

/// A /proc and /sys of our own.
class FakeMachine {
 public:
  FakeMachine()
      : m_folder(std::filesystem::path(testing::TempDir()) /
                 ("machine-" + std::to_string(getpid()) + "-" + std::to_string(s_next++))) {
    std::filesystem::remove_all(m_folder);
    write("/proc/meminfo", "MemTotal:       16000000 kB\nMemFree:         1000000 kB\nMemAvailable:    9000000 kB\n");
    write("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: X\nmodel name\t: Fast One 9000\n");
  }
  ~FakeMachine() { std::filesystem::remove_all(m_folder); }
  void write(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((m_folder.string() + path).substr(0, (m_folder.string() + path).rfind('/')));
    std::ofstream(m_folder.string() + path) << text;
  }
  SystemRoot root() const { return {m_folder.string()}; }

 private:
  static inline int s_next = 0;  // the process's number tells tests apart that run beside each other
  std::filesystem::path m_folder;
};

TEST(SystemInfo, ReadsThePlainMachine) {
  const FakeMachine machine;
  EXPECT_EQ(systemMemory(machine.root()).total, uint64_t{16000000} * 1024);
  EXPECT_EQ(systemMemory(machine.root()).free, uint64_t{9000000} * 1024);
  EXPECT_EQ(processorName(machine.root()), "Fast One 9000");
}

TEST(SystemInfo, Version2GroupsLimitMemoryAndCores) {
  const FakeMachine machine;
  machine.write("/proc/self/cgroup", "0::/slice/app\n");
  machine.write("/sys/fs/cgroup/slice/memory.max", "4000000000\n");
  machine.write("/sys/fs/cgroup/slice/memory.current", "3000000000\n");
  machine.write("/sys/fs/cgroup/slice/memory.stat", "anon 1\ninactive_file 500000000\n");
  machine.write("/sys/fs/cgroup/slice/app/memory.max", "max\n");
  machine.write("/sys/fs/cgroup/slice/app/cpu.max", "50000 100000\n");
  EXPECT_EQ(systemMemory(machine.root()).total, 4000000000u);
  EXPECT_EQ(systemMemory(machine.root()).free, 1500000000u);
  EXPECT_EQ(usableCores(machine.root()), 1u);
}

TEST(SystemInfo, Version1GroupsLimitMemory) {
  const FakeMachine machine;
  machine.write("/proc/self/cgroup", "5:memory:/box\n4:cpu,cpuacct:/box\n");
  machine.write("/sys/fs/cgroup/memory/box/memory.limit_in_bytes", "2000000000\n");
  machine.write("/sys/fs/cgroup/memory/box/memory.usage_in_bytes", "2500000000\n");
  machine.write("/sys/fs/cgroup/cpu/box/cpu.cfs_quota_us", "-1\n");
  machine.write("/sys/fs/cgroup/cpu/box/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(systemMemory(machine.root()).total, 2000000000u);
  EXPECT_EQ(systemMemory(machine.root()).free, 0u);
  EXPECT_GE(usableCores(machine.root()), 1u);
}

TEST(SystemInfo, StrangeFilesDoNoHarm) {
  const FakeMachine machine;
  machine.write("/proc/meminfo", "MemTotal: many\nnonsense");
  machine.write("/proc/cpuinfo", "model name");
  machine.write("/proc/self/cgroup", "::\nabc\n0:\n0::relative\n:::/\n");
  EXPECT_EQ(systemMemory(machine.root()).total, 0u);
  EXPECT_EQ(processorName(machine.root()), "CPU");
  EXPECT_GE(usableCores(machine.root()), 1u);
}

}  // namespace
}  // namespace kernels::cpu
