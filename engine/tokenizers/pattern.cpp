#define PCRE2_CODE_UNIT_WIDTH 8
#include "engine/tokenizers/pattern.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "engine/utf8.h"

namespace engine {
namespace {

constexpr size_t kMaxPattern = 16 * 1024;
constexpr uint32_t kMatchLimit = 2'000'000;
constexpr uint32_t kDepthLimit = 100'000;
constexpr uint32_t kHeapLimitKib = 64 * 1024;
constexpr size_t kJitStack = size_t{1} << 20;
// The match limit counts from each starting place, so the places tried in one call are limited too: between calls the
// clock is read.
constexpr PCRE2_SIZE kStartsEachCall = 512;
constexpr std::chrono::seconds kBaseTime{5};
constexpr std::chrono::seconds kTimeEachMib{10};

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

std::string pcreMessage(int code) {
  std::array<PCRE2_UCHAR, 256> buffer{};
  pcre2_get_error_message(code, buffer.data(), buffer.size());
  return reinterpret_cast<const char*>(buffer.data());
}

// PCRE2's \s also takes U+180E, which has not been white space since Unicode 6.3.
constexpr std::string_view kSpaces =
    R"(\x09-\x0d\x20\x85\xa0\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";

/// `offset` moved forward to the next start of a code point of valid UTF-8.
PCRE2_SIZE charStart(std::string_view text, uint32_t begin, PCRE2_SIZE offset) {
  while (begin + offset < text.size() && (static_cast<uint8_t>(text[begin + offset]) & 0xC0) == 0x80) ++offset;
  return offset;
}

/// Rewrites what the two engines read differently.
Result<std::string> translate(const std::string& pattern) {
  std::string out;
  bool inClass = false;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\\' && i + 1 < pattern.size()) {
      const char next = pattern[++i];
      if (next == 's') {
        out += inClass ? std::string(kSpaces) : fmt::format("[{}]", kSpaces);
      } else if (next == 'S' && !inClass) {
        out += fmt::format("[^{}]", kSpaces);
      } else if (next == 'h' || next == 'H') {
        return Error{ErrorCode::Unsupported, "the pre-tokenizer's pattern uses \\h, which is not supported"};
      } else {
        out += c;
        out += next;
      }
      continue;
    }
    if (inClass && c == '&' && i + 1 < pattern.size() && pattern[i + 1] == '&') {
      return Error{ErrorCode::Unsupported, "the pre-tokenizer's pattern intersects classes with &&: not supported"};
    }
    if (inClass && c == '[' && i + 1 < pattern.size() && pattern[i + 1] != ':') {
      return Error{ErrorCode::Unsupported, "the pre-tokenizer's pattern nests character classes: not supported"};
    }
    out += c;
    if (!inClass && c == '[') {
      inClass = true;
      if (i + 1 < pattern.size() && pattern[i + 1] == '^') out += pattern[++i];
      if (i + 1 < pattern.size() && pattern[i + 1] == ']') out += pattern[++i];
    } else if (inClass && c == '[') {
      const size_t close = pattern.find(":]", i + 2);
      if (close == std::string::npos) continue;
      out.append(pattern, i + 1, close + 2 - (i + 1));
      i = close + 1;
    } else if (inClass && c == ']') {
      inClass = false;
    }
  }
  return out;
}

}  // namespace

struct SplitPattern::Code {
  Handle<pcre2_code, pcre2_code_free> code;
  Handle<pcre2_match_context, pcre2_match_context_free> limits;
};

Result<SplitPattern> SplitPattern::compile(const std::string& pattern) {
  if (pattern.size() > kMaxPattern) {
    return Error{ErrorCode::Unsupported, fmt::format("the pre-tokenizer's pattern is {} bytes long; the limit is {}",
                                                     pattern.size(), kMaxPattern)};
  }
  ENGINE_ASSIGN_OR_RETURN(const std::string translated, translate(pattern));
  const Handle<pcre2_compile_context, pcre2_compile_context_free> context(pcre2_compile_context_create(nullptr));
  auto made = std::make_shared<Code>();
  made->limits.reset(pcre2_match_context_create(nullptr));
  if (!context || !made->limits) return Error{ErrorCode::OutOfMemory, "no memory for a pre-tokenizer's pattern"};
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int code = 0;
  PCRE2_SIZE offset = 0;
  // Oniguruma's ^ and $ are those of lines.
  constexpr uint32_t kOptions =
      PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY | PCRE2_USE_OFFSET_LIMIT;
  made->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), kOptions, &code,
                                 &offset, context.get()));
  if (!made->code) {
    return Error{ErrorCode::Unsupported, fmt::format("the pre-tokenizer's pattern does not compile: {} at {} of '{}'",
                                                     pcreMessage(code), offset, translated.substr(0, 200))};
  }
  pcre2_jit_compile(made->code.get(), PCRE2_JIT_COMPLETE);
  pcre2_set_match_limit(made->limits.get(), kMatchLimit);
  pcre2_set_depth_limit(made->limits.get(), kDepthLimit);
  pcre2_set_heap_limit(made->limits.get(), kHeapLimitKib);
  SplitPattern out;
  out.m_code = std::move(made);
  return out;
}

Result<void> SplitPattern::matches(std::string_view text, TextPiece whole, std::vector<TextPiece>& out) const {
  const Handle<pcre2_match_data, pcre2_match_data_free> data(pcre2_match_data_create(1, nullptr));
  const Handle<pcre2_match_context, pcre2_match_context_free> context(pcre2_match_context_copy(m_code->limits.get()));
  const Handle<pcre2_jit_stack, pcre2_jit_stack_free> stack(pcre2_jit_stack_create(32 * 1024, kJitStack, nullptr));
  if (!data || !context || !stack) return Error{ErrorCode::OutOfMemory, "no memory to split the text"};
  pcre2_jit_stack_assign(context.get(), nullptr, stack.get());
  const auto start = std::chrono::steady_clock::now();
  const auto allowed = kBaseTime + kTimeEachMib * (1 + (text.size() >> 20));
  for (uint32_t begin = whole.begin; begin < whole.end;) {
    uint32_t end = begin;
    while (end < whole.end) {
      const Utf8Step step = nextUtf8(text.substr(0, whole.end), end);
      if (step.kind != Utf8Kind::Valid) break;
      end += step.length;
    }
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.data() + begin);
    for (PCRE2_SIZE at = 0; at < end - begin;) {
      if (std::chrono::steady_clock::now() - start > allowed) {
        return Error{ErrorCode::Unsupported,
                     fmt::format("the pre-tokenizer's pattern took more than {} s for a text of {} bytes",
                                 allowed.count(), text.size())};
      }
      const PCRE2_SIZE lastStart = charStart(text, begin, std::min<PCRE2_SIZE>(at + kStartsEachCall, end - begin));
      pcre2_set_offset_limit(context.get(), lastStart);
      const int code = pcre2_match(m_code->code.get(), subject, end - begin, at, PCRE2_NO_UTF_CHECK | PCRE2_NOTEMPTY,
                                   data.get(), context.get());
      if (code == PCRE2_ERROR_NOMATCH) {
        at = lastStart;
        continue;
      }
      if (code < 0) {
        return Error{ErrorCode::Unsupported,
                     fmt::format("the pre-tokenizer's pattern gave up on this text: {}", pcreMessage(code))};
      }
      const PCRE2_SIZE* found = pcre2_get_ovector_pointer(data.get());
      // \K in a lookaround can put the start after the end, or before the place searched from.
      if (found[1] <= found[0] || found[0] < at) {
        return Error{ErrorCode::Unsupported, "the pre-tokenizer's pattern moves the start of its match"};
      }
      out.push_back({begin + static_cast<uint32_t>(found[0]), begin + static_cast<uint32_t>(found[1])});
      at = found[1];
    }
    begin = end < whole.end ? end + 1 : end;
  }
  return {};
}

}  // namespace engine
