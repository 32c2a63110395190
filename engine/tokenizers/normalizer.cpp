#include "engine/tokenizers/normalizer.h"

#include <utf8proc.h>

#include <algorithm>
#include <vector>

#include "engine/utf8.h"

namespace engine {
namespace {

// Least bytes normalised at once; a chunk ends only before ASCII, which composes with nothing in front of it.
constexpr size_t kChunk = 4096;
// utf8proc orders a run of marks by swapping neighbours: longer runs are put in order for it.
constexpr size_t kLongRun = 16;

/// Code points that NFC leaves alone and that do not compose with what stands before them.
bool stableInNfc(char32_t c) {
  return c < 0x300 || (c >= 0x400 && c <= 0x482) || (c >= 0x2010 && c <= 0x2027) || (c >= 0x3001 && c <= 0x3096) ||
         (c >= 0x30A1 && c <= 0x30FA) || (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7A3) ||
         (c >= 0xFF01 && c <= 0xFF5E) || (c >= 0x1F300 && c <= 0x1FAFF);
}

int combiningClass(int32_t codePoint) {
  return utf8proc_get_property(codePoint)->combining_class;
}

/// Stable order by combining class, which is what the forms ask for.
void orderLongRuns(std::vector<int32_t>& text) {
  for (size_t begin = 0; begin < text.size();) {
    if (combiningClass(text[begin]) == 0) {
      ++begin;
      continue;
    }
    size_t end = begin;
    while (end < text.size() && combiningClass(text[end]) != 0) ++end;
    if (end - begin > kLongRun) {
      std::stable_sort(text.begin() + static_cast<std::ptrdiff_t>(begin),
                       text.begin() + static_cast<std::ptrdiff_t>(end),
                       [](int32_t a, int32_t b) { return combiningClass(a) < combiningClass(b); });
    }
    begin = end;
  }
}

/// These three are the only code points of class 0 that fall apart into marks, which would then be out of order.
void appendDecomposedVowel(int32_t codePoint, std::vector<int32_t>& out) {
  const bool fallsApart = codePoint == 0xF73 || codePoint == 0xF75 || codePoint == 0xF81;
  if (fallsApart) out.push_back(0xF71);
  out.push_back(fallsApart ? codePoint - 1 : codePoint);
}

Error failed(utf8proc_ssize_t code) {
  return {ErrorCode::OutOfMemory,
          std::string("normalising the text failed: ") + utf8proc_errmsg(static_cast<utf8proc_ssize_t>(code))};
}

/// `text` is valid UTF-8.
Result<void> appendValid(NormalForm form, std::string_view text, std::string& out) {
  std::vector<int32_t> codePoints;
  codePoints.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const Utf8Step step = nextUtf8(text, at);
    appendDecomposedVowel(static_cast<int32_t>(step.codePoint), codePoints);
    at += step.length;
  }
  orderLongRuns(codePoints);
  std::string ordered;
  for (const int32_t codePoint : codePoints) appendUtf8(ordered, static_cast<char32_t>(codePoint));

  const bool compose = form == NormalForm::Nfc || form == NormalForm::Nfkc;
  const bool compatible = form == NormalForm::Nfkc || form == NormalForm::Nfkd;
  const auto options = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | (compose ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE) | (compatible ? UTF8PROC_COMPAT : 0));
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(ordered.data());
  const auto size = static_cast<utf8proc_ssize_t>(ordered.size());
  const utf8proc_ssize_t needed = utf8proc_decompose(bytes, size, nullptr, 0, options);
  if (needed < 0) return failed(needed);
  std::vector<utf8proc_int32_t> buffer(static_cast<size_t>(needed) + 1);
  const utf8proc_ssize_t count = utf8proc_decompose(bytes, size, buffer.data(), needed, options);
  if (count < 0) return failed(count);
  const utf8proc_ssize_t left = utf8proc_normalize_utf32(buffer.data(), std::min(count, needed), options);
  if (left < 0) return failed(left);
  for (utf8proc_ssize_t i = 0; i < left; ++i) {
    appendUtf8(out, static_cast<char32_t>(buffer[static_cast<size_t>(i)]));
  }
  return {};
}

}  // namespace

bool surelyNormal(NormalForm form, std::string_view text) {
  if (form == NormalForm::None) return true;
  for (size_t at = 0; at < text.size();) {
    if (static_cast<uint8_t>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const Utf8Step step = nextUtf8(text, at);
    if (step.kind == Utf8Kind::Valid && (form != NormalForm::Nfc || !stableInNfc(step.codePoint))) return false;
    at += step.length;
  }
  return true;
}

Result<void> appendNormalized(NormalForm form, std::string_view text, std::string& out) {
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.size(), begin + kChunk);
    while (end < text.size() && static_cast<uint8_t>(text[end]) >= 0x80) ++end;
    const std::string_view chunk = text.substr(begin, end - begin);
    begin = end;
    if (surelyNormal(form, chunk)) {
      out += chunk;
      continue;
    }
    for (size_t at = 0; at < chunk.size();) {
      size_t valid = at;
      Utf8Step step;
      while (valid < chunk.size() && (step = nextUtf8(chunk, valid)).kind == Utf8Kind::Valid) valid += step.length;
      if (valid > at) ENGINE_RETURN_IF_ERROR(appendValid(form, chunk.substr(at, valid - at), out));
      if (valid < chunk.size()) out.push_back(chunk[valid++]);
      at = valid;
    }
  }
  return {};
}

}  // namespace engine
