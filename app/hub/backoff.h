// How long to wait before trying again: doubled after every failure, with jitter, never less than the hub asked for.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>

#include "app/hub.h"
#include "app/hub/http_loop.h"

namespace app::hub {

class Backoff {
 public:
  Backoff(const HubTimes& times, std::mt19937_64& random) : m_times(times), m_random(random) {}

  /// After a failure; false when it is time to give up. Failures while it already waits count as one.
  bool failed(Clock::time_point now, double asked) {
    if (asked > m_times.longestWaitSeconds) return false;
    if (now >= m_until || asked > 0) {
      if (now >= m_until) ++m_failures;
      if (m_failures >= m_times.attempts) return false;
      const double whole = std::min(m_times.retryMostSeconds,
                                    m_times.retryFirstSeconds * std::exp2(static_cast<double>(m_failures - 1)));
      const double wait = whole * std::uniform_real_distribution<double>(0.5, 1.0)(m_random);
      const auto until = now + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(wait + asked));
      m_until = std::max(m_until, until);
    }
    return true;
  }
  /// Something good has happened since.
  void reset() { m_failures = 0; }
  bool waits(Clock::time_point now) const { return now < m_until; }
  double secondsLeft(Clock::time_point now) const { return std::chrono::duration<double>(m_until - now).count(); }

 private:
  const HubTimes& m_times;
  std::mt19937_64& m_random;
  uint32_t m_failures = 0;
  Clock::time_point m_until;
};

}  // namespace app::hub
