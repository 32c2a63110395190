// What the machine and the engine do right now, once a second, and the last half hour of it. Nothing here is estimated:
// what cannot be measured is absent.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace app {

/// What a GPU's driver tells; fields that it does not tell are absent.
struct GpuSample {
  std::string name, driver;
  uint64_t memoryTotal = 0, memoryUsed = 0;
  std::optional<double> utilisation;                  ///< 0..1
  std::optional<double> temperature, slowdownAt;      ///< degrees Celsius
  std::optional<double> power, powerLimit;            ///< watts
  std::optional<double> memoryClock, memoryClockMax;  ///< MHz
  std::optional<double> coreClock, coreClockMax;      ///< MHz, of the multiprocessors
  std::optional<uint64_t> memoryOurs;                 ///< bytes that the driver says this program has
};

/// Where GPU figures come from. Called from one thread at a time.
class GpuTelemetry {
 public:
  virtual ~GpuTelemetry() = default;
  /// Why there are no figures, in a sentence for people; empty when there are.
  virtual std::string absence() const = 0;
  /// One sample a GPU, in the order of their numbers; empty when there is none.
  virtual std::vector<GpuSample> sample() = 0;
};

/// Figures of NVIDIA's driver through its management library, opened at run time: those of the GPUs that
/// CUDA_VISIBLE_DEVICES leaves. Never null.
std::unique_ptr<GpuTelemetry> openGpuTelemetry(const std::string& library = "libnvidia-ml.so.1");

/// One moment.
struct MonitorSample {
  double seconds = 0;  ///< monotone clock
  double cpu = 0;      ///< share of all processors that was busy since the sample before, 0..1
  double cpuOurs = 0;  ///< this program's part of it
  uint64_t memoryTotal = 0, memoryUsed = 0, memoryOurs = 0;
  bool engineThere = false;
  engine::EngineStats engine;
  double generatedPerSecond = 0, promptPerSecond = 0;  ///< tokens since the sample before; cached ones are not read
  std::vector<GpuSample> gpus;
};

/// Takes samples. One thread at a time.
class MonitorProbe {
 public:
  explicit MonitorProbe(std::unique_ptr<GpuTelemetry> gpu = openGpuTelemetry());
  ~MonitorProbe();

  /// Everything now; shares and speeds are those since the call before, or since the probe was made.
  MonitorSample take(const engine::Engine* engine);
  std::string gpuAbsence() const { return m_gpu->absence(); }
  unsigned processors() const { return m_processors; }

 private:
  std::unique_ptr<GpuTelemetry> m_gpu;
  unsigned m_processors = 1;
  double m_seconds = -1;
  uint64_t m_busy = 0, m_all = 0, m_ours = 0;
  const engine::Engine* m_engine = nullptr;  ///< only compared
  uint64_t m_generated = 0, m_prompt = 0;
};

/// The last `kSeconds` samples, oldest first.
class MonitorHistory {
 public:
  static constexpr size_t kSeconds = 1800;

  void add(MonitorSample sample);
  size_t size() const { return m_samples.size(); }
  /// 0 is the oldest.
  const MonitorSample& at(size_t index) const { return m_samples[(m_first + index) % m_samples.size()]; }

 private:
  std::vector<MonitorSample> m_samples;
  size_t m_first = 0;
};

}  // namespace app
