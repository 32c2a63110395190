// The server's log lines, kept for the window and the headless server to print.
#pragma once

#include <deque>
#include <mutex>
#include <string_view>
#include <vector>

#include "app/http_server.h"

namespace app {

class ServerLog {
 public:
  /// Control characters are escaped. No prompts and no keys may be given.
  void add(std::string_view level, std::string_view text);
  /// Lines after `*cursor`, which moves on; 0 begins with the oldest kept.
  std::vector<ServerLogLine> since(uint64_t* cursor) const;

 private:
  mutable std::mutex m_mutex;
  std::deque<ServerLogLine> m_lines;
  uint64_t m_next = 0;  ///< number of lines ever added
};

}  // namespace app
