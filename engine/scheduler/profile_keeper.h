// Profiles of steps, on their way from the engine's thread to whoever asked for them.
#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/step_profile.h"

namespace engine {

/// From any thread.
class ProfileKeeper {
 public:
  void want(bool on) { m_wanted = on; }
  bool wanted() const { return m_wanted; }

  /// The ops of one step.
  void add(bool withPrompt, uint32_t nTokens, const std::vector<OpTime>& ops) {
    const std::lock_guard lock(m_mutex);
    StepProfile& profile = withPrompt ? m_profiles.prompt : m_profiles.decode;
    ++profile.steps;
    profile.tokens += nTokens;
    for (const OpTime& op : ops) {
      const auto same = [&op](const OpTime& other) {
        return other.name == op.name && other.inCols == op.inCols && other.outCols == op.outCols;
      };
      const auto found = std::find_if(profile.ops.begin(), profile.ops.end(), same);
      if (found == profile.ops.end()) {
        profile.ops.push_back(op);
        continue;
      }
      found->calls += op.calls;
      found->seconds += op.seconds;
      found->bytes += op.bytes;
      found->operations += op.operations;
    }
  }
  void wantClock(bool on) { m_clockWanted = on; }
  bool clockWanted() const { return m_clockWanted; }
  void add(const TimedStep& step) {
    const std::lock_guard lock(m_mutex);
    if (m_timed.size() < kMostTimed) m_timed.push_back(step);
  }
  std::vector<TimedStep> takeTimed() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_timed, {});
  }
  StepProfiles take() {
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_profiles, {});
  }

 private:
  static constexpr size_t kMostTimed = 1 << 20;

  std::atomic<bool> m_wanted = false, m_clockWanted = false;
  std::mutex m_mutex;
  StepProfiles m_profiles;
  std::vector<TimedStep> m_timed;
};

}  // namespace engine
