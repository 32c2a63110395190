#include "engine/scheduler/stop_strings.h"

#include <algorithm>

namespace engine {

StopStrings::StopStrings(const std::vector<std::string>& stops) {
  for (const std::string& stop : stops) {
    if (stop.empty()) continue;
    Pattern pattern;
    pattern.text = stop;
    pattern.fallback.assign(stop.size(), 0);
    for (size_t i = 1, length = 0; i < stop.size(); ++i) {
      while (length > 0 && stop[i] != stop[length]) length = pattern.fallback[length - 1];
      if (stop[i] == stop[length]) ++length;
      pattern.fallback[i] = static_cast<uint32_t>(length);
    }
    m_patterns.push_back(std::move(pattern));
  }
}

bool StopStrings::Pattern::advance(char byte) {
  if (state == text.size()) state = fallback[state - 1];
  while (state > 0 && byte != text[state]) state = fallback[state - 1];
  if (byte == text[state]) ++state;
  return state == text.size();
}

void StopStrings::note(size_t pattern, uint64_t start) {
  const bool better =
      !m_best || start < m_best->start ||
      (start == m_best->start && m_patterns[pattern].text.size() > m_patterns[m_best->pattern].text.size());
  if (better) m_best = Match{pattern, start};
}

uint64_t StopStrings::earliestOpenStart() const {
  uint64_t earliest = m_position;
  for (const Pattern& pattern : m_patterns) earliest = std::min(earliest, m_position - pattern.state);
  return earliest;
}

std::string StopStrings::show(uint64_t upTo) {
  const size_t count = static_cast<size_t>(upTo - m_shown);
  std::string out = m_held.substr(0, count);
  m_held.erase(0, count);
  m_shown = upTo;
  return out;
}

std::string StopStrings::settle() {
  m_matched = m_best->pattern;
  std::string out = show(m_best->start);
  m_held.clear();
  return out;
}

std::string StopStrings::push(std::string_view text) {
  if (matched()) return {};
  if (m_patterns.empty()) {
    m_shown += text.size();
    m_position = m_shown;
    return std::string(text);
  }
  m_held += text;
  for (const char byte : text) {
    ++m_position;
    for (size_t i = 0; i < m_patterns.size(); ++i) {
      if (m_patterns[i].advance(byte)) note(i, m_position - m_patterns[i].text.size());
    }
    // Within one push a longer match of the same start is waited for, across pushes it is not: the text is the same.
    if (m_best && earliestOpenStart() > m_best->start) return settle();
  }
  const uint64_t open = earliestOpenStart();
  if (m_best && open >= m_best->start) return settle();
  return show(open);
}

std::string StopStrings::finish() {
  if (matched()) return {};
  if (m_best) return settle();
  return show(m_position);
}

}  // namespace engine
