#include "ui/markdown/footnotes.h"

#include "ui/markdown/fence.h"

namespace ui {

namespace {

constexpr size_t kMostLabel = 100, kMostIndent = 3;

/// Where the bracket of a footnote's text stands, npos when the line is none.
size_t footnoteAt(std::string_view line) {
  size_t at = 0, spaces = 0;
  for (; at < line.size() && (line[at] == ' ' || line[at] == '>'); ++at) spaces = line[at] == '>' ? 0 : spaces + 1;
  if (spaces > kMostIndent || !line.substr(at).starts_with("[^")) return std::string_view::npos;
  const size_t close = line.substr(0, at + kMostLabel).find("]:", at);
  return close == std::string_view::npos || close == at + 2 ? std::string_view::npos : at;
}

}  // namespace

std::string keepFootnotes(std::string_view text) {
  std::string kept;
  if (text.find("[^") == std::string_view::npos) return std::string(text);
  kept.reserve(text.size() + 16);
  Fence fence;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t length = newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view line = text.substr(0, length);
    const size_t note = fence.length == 0 ? footnoteAt(line) : std::string_view::npos;
    if (note == std::string_view::npos) {
      kept += line;
    } else {
      kept.append(line.substr(0, note)).append("\\").append(line.substr(note));
    }
    fence.follow(newline == std::string_view::npos ? line : line.substr(0, newline));
    text.remove_prefix(length);
  }
  return kept;
}

}  // namespace ui
