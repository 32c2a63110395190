// Fences of code, line by line.
#pragma once

#include <algorithm>
#include <string_view>

namespace ui {

struct Fence {
  char mark = 0;
  size_t length = 0;

  /// Takes the next line; one inside a fence closes it only when it holds nothing but enough of its mark.
  void follow(std::string_view line) {
    const size_t begin = line.find_first_not_of(" \t>");
    if (begin == std::string_view::npos) return;
    line.remove_prefix(begin);
    const char first = line.front();
    if (first != '`' && first != '~') return;
    const size_t count = std::min(line.find_first_not_of(first), line.size());
    if (count < 3) return;
    if (length == 0) {
      *this = {first, count};
    } else if (first == mark && count >= length && line.find_first_not_of(" \t\r", count) == std::string_view::npos) {
      *this = {};
    }
  }
};

}  // namespace ui
