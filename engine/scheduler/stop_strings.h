// Finds stop strings in a growing text and holds back only what can still become one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace engine {

/// Of matches that overlap the one that starts first ends the text; of equal starts the longest that is complete wins.
/// Costs a few steps a byte, however long the stop strings are.
class StopStrings {
 public:
  StopStrings() = default;
  /// Empty strings are ignored.
  explicit StopStrings(const std::vector<std::string>& stops);

  /// Takes more text; returns what can be shown now. Once matched() everything further is dropped.
  std::string push(std::string_view text);
  /// At the end of the answer: a match that was still waiting for an earlier one, or the held text.
  std::string finish();

  bool matched() const { return m_matched.has_value(); }
  /// The string that matched; only when matched().
  const std::string& match() const { return m_patterns[*m_matched].text; }
  /// Bytes of text before the stop string, once matched; bytes shown so far before that.
  uint64_t shownBytes() const { return m_shown; }

 private:
  /// Knuth-Morris-Pratt: `state` bytes of the text's end are a prefix of `text`, and no more are.
  struct Pattern {
    std::string text;
    std::vector<uint32_t> fallback;
    size_t state = 0;
    bool advance(char byte);
  };
  struct Match {
    size_t pattern = 0;
    uint64_t start = 0;
  };

  void note(size_t pattern, uint64_t start);
  uint64_t earliestOpenStart() const;
  std::string show(uint64_t upTo);
  std::string settle();

  std::vector<Pattern> m_patterns;
  std::string m_held;  ///< text after the first m_shown bytes
  uint64_t m_shown = 0, m_position = 0;
  std::optional<Match> m_best;  ///< complete, but an earlier start may still win
  std::optional<size_t> m_matched;
};

}  // namespace engine
