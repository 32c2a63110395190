// Counters and histograms for GET /metrics. Labels are route names, status codes and finish reasons: bounded, and
// never text of a request.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/engine.h"

namespace app {

/// A Prometheus histogram with fixed bounds.
class Histogram {
 public:
  static constexpr std::array kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                         0.5,   1.0,    2.5,   5.0,  10.0,  30.0, 60.0};
  void observe(double seconds);
  void write(std::string& out, std::string_view name, std::string_view help, std::string_view labels) const;
  double mean() const;

 private:
  mutable std::mutex m_mutex;
  std::array<uint64_t, kBounds.size()> m_counts{};
  uint64_t m_total = 0;
  double m_sum = 0;
};

class Metrics {
 public:
  std::atomic<uint64_t> promptTokens = 0, generatedTokens = 0, cachedPromptTokens = 0;
  Histogram timeToFirstToken, timePerOutputToken, requestLatency;

  void countRequest(std::string_view endpoint, int status);
  void countFinish(std::string_view reason);
  /// The whole page; gauges come from `stats`.
  std::string page(std::string_view model, const engine::EngineStats& stats, size_t connections) const;

 private:
  mutable std::mutex m_mutex;
  std::map<std::pair<std::string, int>, uint64_t> m_requests;
  std::map<std::string, uint64_t, std::less<>> m_finishes;
};

}  // namespace app
