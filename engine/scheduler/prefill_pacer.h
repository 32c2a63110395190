// How many prompt tokens a step may read so that it does not take too long.
#pragma once

#include <algorithm>
#include <cstdint>

namespace engine {

/// Learns the device's prefill speed from the steps it did. Other answers wait for a step, and a cancel is seen only
/// after it, so a slow device gets smaller chunks.
class PrefillPacer {
 public:
  /// Aims of a step's length in seconds, while other answers are being generated and while not.
  static constexpr double kSharedSeconds = 0.2, kAloneSeconds = 1.0;
  static constexpr uint32_t kFirst = 128, kLeast = 32, kGrain = 16;

  uint32_t budget(bool othersDecode) const {
    if (m_tokensPerSecond <= 0) return kFirst;
    const double tokens = m_tokensPerSecond * (othersDecode ? kSharedSeconds : kAloneSeconds);
    const auto whole = static_cast<uint32_t>(std::min(tokens, 1e6));
    return std::max(kLeast, whole / kGrain * kGrain);
  }

  /// A step read so many prompt tokens in this time. Steps of few tokens say little and are not counted.
  void note(uint32_t prefillTokens, double seconds) {
    if (prefillTokens < kLeast || seconds <= 0) return;
    const double rate = prefillTokens / seconds;
    m_tokensPerSecond = m_tokensPerSecond <= 0 ? rate : m_tokensPerSecond + 0.3 * (rate - m_tokensPerSecond);
  }

 private:
  double m_tokensPerSecond = 0;
};

}  // namespace engine
