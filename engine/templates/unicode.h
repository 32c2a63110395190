// UTF-8 as Python's str sees it: positions are code points, spaces and case are Unicode's. Invalid bytes count as one
// character each.
#pragma once

#include <string>
#include <string_view>

namespace engine::jinja {

/// The code point at byte `position` (which must be inside) and its length in bytes; an invalid byte is U+FFFD, one
/// byte long.
char32_t decodeAt(std::string_view text, size_t position, size_t* length);

size_t countCodePoints(std::string_view text);
/// The byte offset of code point number `index`; the text's size when it has fewer.
size_t byteOffset(std::string_view text, size_t index);

/// str.isspace of Python.
bool isSpace(char32_t codePoint);
bool isUpper(char32_t codePoint);
bool isLower(char32_t codePoint);
bool isAlpha(char32_t codePoint);
bool isDigit(char32_t codePoint);
char32_t toUpper(char32_t codePoint);
char32_t toLower(char32_t codePoint);

}  // namespace engine::jinja
