#include "app/server/server_log.h"

#include <fmt/format.h>

#include <chrono>
#include <iterator>

namespace app {

namespace {

constexpr size_t kLinesKept = 2000;
constexpr size_t kMaxLine = 1000;

}  // namespace

void ServerLog::add(std::string_view level, std::string_view text) {
  ServerLogLine line;
  line.time = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  line.level = level;
  for (const char c : text.substr(0, kMaxLine)) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(line.text), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      line.text += c;
    }
  }
  const std::lock_guard lock(m_mutex);
  m_lines.push_back(std::move(line));
  if (m_lines.size() > kLinesKept) m_lines.pop_front();
  ++m_next;
}

std::vector<ServerLogLine> ServerLog::since(uint64_t* cursor) const {
  const std::lock_guard lock(m_mutex);
  const uint64_t first = m_next - m_lines.size();
  const uint64_t from = std::clamp(*cursor, first, m_next);
  *cursor = m_next;
  return {m_lines.begin() + static_cast<std::ptrdiff_t>(from - first), m_lines.end()};
}

}  // namespace app
