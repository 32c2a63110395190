// The Unicode classes that pre-tokenizers speak of.
#pragma once

#include <cstdint>

namespace engine {

enum class CharClass : uint8_t { Letter, Number, Space, Newline, Other };

/// \p{L}, \p{N}, White_Space less \r and \n, those two, the rest.
CharClass charClass(char32_t codePoint);

/// The regex class \w: letters, marks, numbers, connector punctuation.
bool isWordChar(char32_t codePoint);

/// Unicode White_Space.
inline bool isWhiteSpace(char32_t codePoint) {
  const CharClass found = charClass(codePoint);
  return found == CharClass::Space || found == CharClass::Newline;
}

}  // namespace engine
