#include "app/monitor/proc_figures.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace app {

namespace {

/// The next number of a line of fields parted by spaces; absent at the line's end or at something else.
std::optional<uint64_t> nextNumber(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return value;
}

/// Skips a field of any kind.
bool skipField(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const size_t end = std::min(text.find(' '), text.size());
  text.remove_prefix(end);
  return end > 0;
}

}  // namespace

std::optional<ProcessorTicks> parseProcessorTicks(std::string_view stat) {
  constexpr std::string_view kHead = "cpu ";
  if (!stat.starts_with(kHead)) return std::nullopt;
  std::string_view line = stat.substr(kHead.size(), stat.find('\n') - kHead.size());
  // user nice system idle iowait irq softirq steal; guest times after them are in user and nice already.
  constexpr size_t kIdle = 3, kWaiting = 4, kFields = 8;
  std::array<uint64_t, kFields> ticks{};
  size_t count = 0;
  for (; count < kFields; ++count) {
    const std::optional<uint64_t> value = nextNumber(line);
    if (!value) break;
    ticks.at(count) = *value;
  }
  if (count <= kIdle) return std::nullopt;
  ProcessorTicks out;
  for (const uint64_t value : ticks) out.all += value;
  out.busy = out.all - ticks[kIdle] - ticks[kWaiting];
  return out;
}

std::optional<uint64_t> parseProcessTicks(std::string_view stat) {
  const size_t name = stat.rfind(')');
  if (name == std::string_view::npos) return std::nullopt;
  std::string_view rest = stat.substr(name + 1);
  constexpr int kFieldsBefore = 11;  // state to cmajflt
  for (int i = 0; i < kFieldsBefore; ++i) {
    if (!skipField(rest)) return std::nullopt;
  }
  const std::optional<uint64_t> user = nextNumber(rest);
  const std::optional<uint64_t> system = nextNumber(rest);
  if (!user || !system) return std::nullopt;
  return *user + *system;
}

}  // namespace app
