#include "engine/unicode_class.h"

#include <utf8proc.h>

#include <array>

namespace engine {
namespace {

constexpr std::array<CharClass, 128> kAscii = [] {
  std::array<CharClass, 128> table{};
  for (size_t i = 0; i < table.size(); ++i) {
    const bool letter = (i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z');
    if (letter) {
      table[i] = CharClass::Letter;
    } else if (i >= '0' && i <= '9') {
      table[i] = CharClass::Number;
    } else if (i == '\r' || i == '\n') {
      table[i] = CharClass::Newline;
    } else if (i == ' ' || (i >= 9 && i <= 13)) {
      table[i] = CharClass::Space;
    } else {
      table[i] = CharClass::Other;
    }
  }
  return table;
}();

}  // namespace

CharClass charClass(char32_t codePoint) {
  if (codePoint < 128) return kAscii[codePoint];
  if (codePoint == 0x85) return CharClass::Space;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(codePoint))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return CharClass::Letter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return CharClass::Number;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return CharClass::Space;
    default:
      return CharClass::Other;
  }
}

bool isWordChar(char32_t codePoint) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(codePoint))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_PC:
      return true;
    default: {
      const CharClass found = charClass(codePoint);
      return found == CharClass::Letter || found == CharClass::Number;
    }
  }
}

}  // namespace engine
