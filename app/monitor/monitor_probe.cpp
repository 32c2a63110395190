#include <algorithm>
#include <chrono>
#include <fstream>
#include <thread>

#include "app/monitor.h"
#include "app/monitor/proc_figures.h"

namespace app {

namespace {

/// Less than this apart, two samples say nothing of a share.
constexpr double kLeastSeconds = 0.05;

std::string firstBytes(const char* path) {
  std::ifstream file(path);
  std::string text(4096, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  return text;
}

double monotoneSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double perSecond(uint64_t now, uint64_t before, double seconds) {
  return now > before ? static_cast<double>(now - before) / seconds : 0;
}

}  // namespace

MonitorProbe::MonitorProbe(std::unique_ptr<GpuTelemetry> gpu)
    : m_gpu(std::move(gpu)), m_processors(std::max(1u, std::thread::hardware_concurrency())) {
  static_cast<void>(take(nullptr));  // where shares and speeds are counted from
}

MonitorProbe::~MonitorProbe() = default;

MonitorSample MonitorProbe::take(const engine::Engine* engine) {
  MonitorSample sample;
  sample.seconds = monotoneSeconds();
  const double apart = sample.seconds - m_seconds;
  const bool first = m_seconds < 0 || apart < kLeastSeconds;

  const std::optional<ProcessorTicks> ticks = parseProcessorTicks(firstBytes("/proc/stat"));
  const std::optional<uint64_t> ours = parseProcessTicks(firstBytes("/proc/self/stat"));
  if (ticks && ours) {
    if (!first && ticks->all > m_all) {
      const auto all = static_cast<double>(ticks->all - m_all);
      sample.cpu = std::clamp(static_cast<double>(ticks->busy - std::min(ticks->busy, m_busy)) / all, 0.0, 1.0);
      sample.cpuOurs = std::clamp(static_cast<double>(*ours - std::min(*ours, m_ours)) / all, 0.0, sample.cpu);
    }
    m_busy = ticks->busy;
    m_all = ticks->all;
    m_ours = *ours;
  }

  const engine::HostMemory memory = engine::hostMemory();
  sample.memoryTotal = memory.total;
  sample.memoryUsed = memory.total - std::min(memory.total, memory.free);
  sample.memoryOurs = std::min(memory.usedByUs, memory.total);

  if (engine != nullptr) {
    sample.engineThere = true;
    sample.engine = engine->stats();
    const uint64_t read =
        sample.engine.promptTokens - std::min(sample.engine.promptTokens, sample.engine.cachedPromptTokens);
    if (!first && engine == m_engine) {
      sample.generatedPerSecond = perSecond(sample.engine.generatedTokens, m_generated, apart);
      sample.promptPerSecond = perSecond(read, m_prompt, apart);
    }
    m_generated = sample.engine.generatedTokens;
    m_prompt = read;
  }
  m_engine = engine;
  sample.gpus = m_gpu->sample();
  m_seconds = sample.seconds;
  return sample;
}

void MonitorHistory::add(MonitorSample sample) {
  if (m_samples.size() < kSeconds) {
    m_samples.push_back(std::move(sample));
    return;
  }
  m_samples[m_first] = std::move(sample);
  m_first = (m_first + 1) % kSeconds;
}

}  // namespace app
