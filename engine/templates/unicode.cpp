#include "engine/templates/unicode.h"

#include <utf8proc.h>

#include <cstdint>

namespace engine::jinja {

namespace {

utf8proc_category_t categoryOf(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

char32_t decodeAt(std::string_view text, size_t position, size_t* length) {
  const auto byteAt = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t lead = byteAt(position);
  *length = 1;
  if (lead < 0x80) return lead;
  const size_t expected = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - position < expected) return 0xFFFD;
  char32_t value = lead & (0x7Fu >> expected);
  for (size_t i = 1; i < expected; ++i) {
    const uint8_t next = byteAt(position + i);
    if ((next & 0xC0) != 0x80) return 0xFFFD;
    value = (value << 6) | (next & 0x3Fu);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[expected] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return 0xFFFD;
  *length = expected;
  return value;
}

void appendUtf8(std::string* out, char32_t c) {
  const auto put = [out](char32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

size_t countCodePoints(std::string_view text) {
  size_t count = 0, length = 0;
  for (size_t i = 0; i < text.size(); i += length, ++count) decodeAt(text, i, &length);
  return count;
}

size_t byteOffset(std::string_view text, size_t index) {
  size_t i = 0, length = 0;
  for (; i < text.size() && index > 0; i += length, --index) decodeAt(text, i, &length);
  return i;
}

bool isSpace(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool isUpper(char32_t c) {
  return categoryOf(c) == UTF8PROC_CATEGORY_LU;
}
bool isLower(char32_t c) {
  return categoryOf(c) == UTF8PROC_CATEGORY_LL;
}

bool isAlpha(char32_t c) {
  switch (categoryOf(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return true;
    default:
      return false;
  }
}

bool isDigit(char32_t c) {
  return categoryOf(c) == UTF8PROC_CATEGORY_ND;
}

char32_t toUpper(char32_t c) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

char32_t toLower(char32_t c) {
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
}

}  // namespace engine::jinja
