#include "engine/utf8.h"

namespace engine {

Utf8Step nextUtf8(std::string_view text, size_t position) {
  const auto byteAt = [&](size_t offset) { return static_cast<uint8_t>(text[position + offset]); };
  const size_t left = text.size() - position;
  const uint8_t lead = byteAt(0);
  if (lead < 0x80) return {lead, 1, Utf8Kind::Valid};
  uint32_t length = 0;
  uint8_t low = 0x80, high = 0xBF;  // of the second byte
  char32_t value = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
    value = lead & 0x1Fu;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    value = lead & 0x0Fu;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    value = lead & 0x07u;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return {};
  }
  for (uint32_t i = 1; i < length; ++i) {
    if (i >= left) return {0xFFFD, i, Utf8Kind::Truncated};
    const uint8_t byte = byteAt(i);
    if (byte < low || byte > high) return {0xFFFD, i, Utf8Kind::Invalid};
    low = 0x80;
    high = 0xBF;
    value = (value << 6) | (byte & 0x3Fu);
  }
  return {value, length, Utf8Kind::Valid};
}

void appendUtf8(std::string& out, char32_t codePoint) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (codePoint < 0x80) {
    put(codePoint);
  } else if (codePoint < 0x800) {
    put(0xC0 | (codePoint >> 6));
    put(0x80 | (codePoint & 0x3F));
  } else if (codePoint < 0x10000) {
    put(0xE0 | (codePoint >> 12));
    put(0x80 | ((codePoint >> 6) & 0x3F));
    put(0x80 | (codePoint & 0x3F));
  } else {
    put(0xF0 | (codePoint >> 18));
    put(0x80 | ((codePoint >> 12) & 0x3F));
    put(0x80 | ((codePoint >> 6) & 0x3F));
    put(0x80 | (codePoint & 0x3F));
  }
}

void drainUtf8(std::string& pending, std::string& out, bool final) {
  size_t position = 0;
  while (position < pending.size()) {
    const Utf8Step step = nextUtf8(pending, position);
    if (step.kind == Utf8Kind::Truncated && !final) break;
    if (step.kind == Utf8Kind::Valid) {
      out.append(pending, position, step.length);
    } else {
      out += "\xEF\xBF\xBD";
    }
    position += step.length;
  }
  pending.erase(0, position);
}

}  // namespace engine
