#include "engine/text.h"

#include <fmt/format.h>

#include <array>

namespace engine {

namespace {

struct Unit {
  uint64_t size;
  std::string_view name;
};
constexpr std::array<Unit, 4> kUnits{
    {{1'000'000'000'000, "TB"}, {1'000'000'000, "GB"}, {1'000'000, "MB"}, {1'000, "kB"}}};

/// Bytes of the UTF-8 sequence that starts here, 0 when it is none.
size_t sequenceLength(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const size_t length = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

std::string formatBytes(uint64_t bytes) {
  for (const Unit& unit : kUnits) {
    if (bytes >= unit.size) {
      return fmt::format("{:.1f} {}", static_cast<double>(bytes) / static_cast<double>(unit.size), unit.name);
    }
  }
  return fmt::format("{} bytes", bytes);
}

std::string formatBytesOf(uint64_t part, uint64_t whole) {
  for (const Unit& unit : kUnits) {
    if (whole >= unit.size) {
      const auto scale = static_cast<double>(unit.size);
      return fmt::format("{:.1f} of {:.1f} {}", static_cast<double>(part) / scale, static_cast<double>(whole) / scale,
                         unit.name);
    }
  }
  return fmt::format("{} of {} bytes", part, whole);
}

std::string formatCount(uint64_t count) {
  const auto value = static_cast<double>(count);
  if (count >= 1'000'000'000) return fmt::format("{:.1f} B", value / 1e9);
  if (count >= 1'000'000) return fmt::format("{:.0f} M", value / 1e6);
  if (count >= 1'000) return fmt::format("{:.0f} k", value / 1e3);
  return fmt::format("{}", count);
}

std::string printable(std::string_view text, size_t maxBytes) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = sequenceLength(text.substr(at));
    const auto lead = static_cast<unsigned char>(text[at]);
    // C1 controls (U+0080..U+009F) are the only two-byte sequences that terminals act on.
    const bool control =
        lead < 0x20 || lead == 0x7F || (length == 2 && lead == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0);
    const std::string_view piece = length == 0 || control ? std::string_view("?") : text.substr(at, length);
    if (out.size() + piece.size() > maxBytes) return out + "...";
    out += piece;
    at += length == 0 ? 1 : length;
  }
  return out;
}

}  // namespace engine
