// Events a second over the last seconds.
#pragma once

#include <array>
#include <cstdint>

namespace engine {

/// Counts in tenths of a second over the last three seconds. Times are seconds of any steady clock, never going back.
class RateMeter {
 public:
  void add(double now, uint64_t count) {
    advance(now);
    m_counts[static_cast<size_t>(m_last % kSlots)] += count;
    if (m_first < 0) m_first = now;
  }

  double rate(double now) {
    advance(now);
    uint64_t sum = 0;
    for (const uint64_t count : m_counts) sum += count;
    if (sum == 0) {
      m_first = -1;
      return 0;
    }
    const double since = now - m_first;
    const double span = since < kSlot ? kSlot : since;
    return static_cast<double>(sum) / (span < kWindow ? span : kWindow);
  }

 private:
  static constexpr int64_t kSlots = 30;
  static constexpr double kSlot = 0.1, kWindow = kSlot * static_cast<double>(kSlots);

  void advance(double now) {
    const auto slot = static_cast<int64_t>(now / kSlot);
    if (slot - m_last >= kSlots) {
      m_counts.fill(0);
      m_first = -1;
    } else {
      for (int64_t i = m_last + 1; i <= slot; ++i) m_counts[static_cast<size_t>(i % kSlots)] = 0;
    }
    if (slot > m_last) m_last = slot;
  }

  std::array<uint64_t, kSlots> m_counts{};
  int64_t m_last = 0;
  double m_first = -1;  ///< when the first count of the present stretch came
};

}  // namespace engine
