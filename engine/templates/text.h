// A string that knows which of its bytes came from message content and which from a template's own text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/templates/budget.h"

namespace engine::jinja {

/// Bytes in runs of alternating provenance. Adjacent runs of equal provenance are one run; no run is empty.
class Text {
 public:
  Text() = default;
  Text(std::string bytes, bool content) : m_bytes(std::move(bytes)), m_firstIsContent(content) {}

  const std::string& bytes() const { return m_bytes; }
  size_t size() const { return m_bytes.size(); }
  bool empty() const { return m_bytes.empty(); }

  void append(std::string_view bytes, bool content) {
    if (bytes.empty()) return;
    if (m_bytes.empty()) {
      m_cuts.clear();
      m_firstIsContent = content;
    } else if (lastIsContent() != content) {
      m_cuts.push_back(m_bytes.size());
    }
    m_bytes.append(bytes);
  }
  void append(const Text& other) { append(other, 0, other.size()); }
  /// Appends `length` bytes of `other` from `begin`; the range must lie inside it.
  void append(const Text& other, size_t begin, size_t length) {
    other.forEachRun(begin, length, [this](std::string_view run, bool content) { append(run, content); });
  }
  Text substr(size_t begin, size_t length) const {
    Text result;
    result.append(*this, begin, length);
    return result;
  }

  /// Bytes that it holds on the heap.
  size_t heapSize() const {
    const bool inside = m_bytes.capacity() == std::string().capacity();
    return (inside ? 0 : heapBytes(m_bytes.capacity() + 1)) + heapBytes(m_cuts.capacity() * sizeof(size_t));
  }
  /// True when any byte came from content.
  bool anyContent() const { return !m_bytes.empty() && (m_firstIsContent || !m_cuts.empty()); }
  bool contentAt(size_t position) const;
  /// Calls f(std::string_view run, bool content) for each run of the range, in order.
  template <typename F>
  void forEachRun(size_t begin, size_t length, F&& f) const {
    const size_t end = begin + length;
    size_t start = 0;
    bool content = m_firstIsContent;
    for (size_t i = 0; i <= m_cuts.size() && start < end; ++i, content = !content) {
      const size_t stop = i < m_cuts.size() ? m_cuts[i] : m_bytes.size();
      if (stop > begin) {
        const size_t from = start > begin ? start : begin;
        const size_t to = stop < end ? stop : end;
        f(std::string_view(m_bytes).substr(from, to - from), content);
      }
      start = stop;
    }
  }
  template <typename F>
  void forEachRun(F&& f) const {
    forEachRun(0, m_bytes.size(), f);
  }

 private:
  bool lastIsContent() const { return m_firstIsContent != (m_cuts.size() % 2 == 1); }

  std::string m_bytes;
  std::vector<size_t> m_cuts;  ///< byte offsets where provenance flips
  bool m_firstIsContent = false;
};

}  // namespace engine::jinja
