// Strict UTF-8, one step at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace engine {

enum class Utf8Kind : uint8_t {
  Valid,
  Invalid,    ///< these bytes can never become a code point
  Truncated,  ///< the text ends inside what may still become one
};

struct Utf8Step {
  char32_t codePoint = 0xFFFD;
  uint32_t length = 1;  ///< bytes; for Invalid the maximal subpart that one U+FFFD stands for
  Utf8Kind kind = Utf8Kind::Invalid;
};

/// Reads what stands at `position`, which must be inside the text. Surrogates, overlong forms and values above U+10FFFF
/// are Invalid.
Utf8Step nextUtf8(std::string_view text, size_t position);

void appendUtf8(std::string& out, char32_t codePoint);

/// Moves what is decided from `pending` to `out`: code points as they are, invalid sequences as U+FFFD. A truncated
/// tail stays in `pending` unless `final`.
void drainUtf8(std::string& pending, std::string& out, bool final);

}  // namespace engine
