// Processor time out of /proc, as text to numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace app {

/// Ticks of all processors together since the start of the machine.
struct ProcessorTicks {
  uint64_t busy = 0, all = 0;
};
/// From /proc/stat; guests are counted once. Absent when the text is not of that form.
std::optional<ProcessorTicks> parseProcessorTicks(std::string_view stat);

/// User and system ticks of a process from its /proc/PID/stat, whatever its name holds.
std::optional<uint64_t> parseProcessTicks(std::string_view stat);

}  // namespace app
