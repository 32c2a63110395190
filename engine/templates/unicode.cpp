#include "engine/templates/unicode.h"

#include <utf8proc.h>

#include "engine/utf8.h"

namespace engine::jinja {

namespace {

utf8proc_category_t categoryOf(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

}  // namespace

char32_t decodeAt(std::string_view text, size_t position, size_t* length) {
  const Utf8Step step = nextUtf8(text, position);
  *length = step.kind == Utf8Kind::Valid ? step.length : 1;
  return step.codePoint;
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
