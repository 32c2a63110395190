#include "engine/tokenizers/byte_alphabet.h"

#include <array>

#include "engine/utf8.h"

namespace engine {
namespace {

constexpr char32_t kAlphabetEnd = 0x144;

constexpr bool isPrintable(uint32_t byte) {
  return (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

constexpr std::array<char32_t, 256> kCodePoints = [] {
  std::array<char32_t, 256> table{};
  char32_t next = 0x100;
  for (uint32_t byte = 0; byte < 256; ++byte) table[byte] = isPrintable(byte) ? byte : next++;
  return table;
}();

constexpr std::array<int16_t, kAlphabetEnd> kBytes = [] {
  std::array<int16_t, kAlphabetEnd> table{};
  for (int16_t& byte : table) byte = -1;
  for (uint32_t byte = 0; byte < 256; ++byte) table[kCodePoints[byte]] = static_cast<int16_t>(byte);
  return table;
}();

}  // namespace

void appendByteSpelling(std::string_view bytes, std::string& out) {
  for (const char c : bytes) appendUtf8(out, kCodePoints[static_cast<uint8_t>(c)]);
}

std::string bytesOfSpelling(std::string_view spelling) {
  std::string bytes;
  for (size_t at = 0; at < spelling.size();) {
    const Utf8Step step = nextUtf8(spelling, at);
    if (step.codePoint >= kAlphabetEnd || kBytes[step.codePoint] < 0) return std::string(spelling);
    bytes.push_back(static_cast<char>(kBytes[step.codePoint]));
    at += step.length;
  }
  return bytes;
}

}  // namespace engine
