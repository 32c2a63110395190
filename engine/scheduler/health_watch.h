// Whether steps succeed, and when a canary has to be decoded to know it. No threads and no clock of its own.
#pragma once

#include <fmt/format.h>

#include <string>

namespace engine {

/// Times are seconds of one clock.
class HealthWatch {
 public:
  /// A success counts for `freshSeconds`; a step that takes longer than `stuckSeconds` will not end any more.
  HealthWatch(double freshSeconds, double stuckSeconds, double now)
      : m_freshSeconds(freshSeconds), m_stuckSeconds(stuckSeconds), m_succeeded(now) {}

  void stepBegins(double now) {
    m_running = true;
    m_began = now;
  }
  void stepSucceeded(double now) {
    m_running = m_wanted = false;
    m_succeeded = now;
    m_fault.clear();
  }
  /// After a request's step a canary tells whether the request was to blame; after a canary's the next look asks again.
  void stepFailed(std::string why, bool canary) {
    m_running = false;
    m_wanted = !canary;
    m_fault = std::move(why);
  }

  /// What is wrong, empty when nothing is. Asks for a canary when that is not known well enough.
  std::string look(double now) {
    m_wanted = m_wanted || !m_fault.empty() || now - m_succeeded >= m_freshSeconds;
    if (m_running && now - m_began >= m_stuckSeconds) {
      return fmt::format("A step has been running for {:.0f} s.", now - m_began);
    }
    return m_fault;
  }
  bool canaryWanted() const { return m_wanted; }

 private:
  const double m_freshSeconds, m_stuckSeconds;
  double m_succeeded, m_began = 0;
  bool m_running = false, m_wanted = false;
  std::string m_fault;
};

}  // namespace engine
