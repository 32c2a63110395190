// Strings: pieces that filters and methods share.
#include "engine/templates/library.h"
#include "engine/templates/unicode.h"
#include "engine/utf8.h"

namespace engine::jinja {

int64_t wholeArgument(Interpreter& in, const Arguments& arguments, size_t index, std::string_view name,
                      int64_t fallback) {
  const Value* value = arguments.get(index, name);
  if (value == nullptr || value->is(Kind::None)) return fallback;
  if (!value->is(Kind::Integer) && !value->is(Kind::Bool)) {
    in.fail(quoted(name) + " must be a whole number, not " + std::string(typeName(*value)));
  }
  return value->whole();
}

bool flagArgument(const Arguments& arguments, size_t index, std::string_view name, bool fallback) {
  const Value* value = arguments.get(index, name);
  return value == nullptr ? fallback : isTrue(*value);
}

const Text& textArgument(Interpreter& in, const Arguments& arguments, size_t index, std::string_view name) {
  const Value* value = arguments.get(index, name);
  if (value == nullptr) in.fail("the argument '" + std::string(name) + "' is missing");
  if (value->is(Kind::Undefined)) in.getAttribute(*value, "");
  if (!value->is(Kind::String)) {
    in.fail(quoted(name) + " must be str, not " + std::string(typeName(*value)));
  }
  return value->text();
}

Text strip(Interpreter& in, const Text& text, const Value* set, bool left, bool right) {
  std::u32string characters;
  const bool spaces = set == nullptr || set->is(Kind::None);
  if (!spaces) {
    if (!set->is(Kind::String)) in.fail("strip arg must be None or str");
    size_t length = 0;
    for (size_t i = 0; i < set->text().size(); i += length) characters += decodeAt(set->bytes(), i, &length);
  }
  const std::string& bytes = text.bytes();
  in.budget()->spend((bytes.size() / 64 + 1) * (characters.size() / 16 + 1));
  const auto stripped = [&](char32_t c) { return spaces ? isSpace(c) : characters.find(c) != std::u32string::npos; };
  size_t begin = 0, length = 0;
  while (left && begin < bytes.size() && stripped(decodeAt(bytes, begin, &length))) begin += length;
  size_t end = bytes.size();
  while (right && end > begin) {
    size_t at = end - 1;
    while (at > begin && end - at < 4 && (static_cast<unsigned char>(bytes[at]) & 0xC0) == 0x80) --at;
    const char32_t c = decodeAt(bytes, at, &length);
    if (at + length != end || !stripped(c)) break;
    end = at;
  }
  return text.substr(begin, end - begin);
}

Text replaceAll(Interpreter& in, const Text& text, const Text& from, const Text& to, int64_t count) {
  Budget* budget = in.budget();
  budget->spendSearch(text.size(), from.size());
  Text result;
  const auto add = [&](const Text& piece, size_t begin, size_t length) {
    budget->spendBytes(length);
    result.append(piece, begin, length);
    budget->checkOutput(result.size());
  };
  size_t at = 0;
  const auto wanted = [&] { return count != 0; };
  if (from.empty()) {
    // Python puts `to` before every character and at the end.
    size_t length = 0;
    for (; at < text.size() && wanted(); at += length, --count) {
      add(to, 0, to.size());
      decodeAt(text.bytes(), at, &length);
      add(text, at, length);
    }
    if (at == text.size() && wanted()) add(to, 0, to.size());
  } else {
    for (; wanted(); --count) {
      const size_t found = text.bytes().find(from.bytes(), at);
      if (found == std::string::npos) break;
      add(text, at, found - at);
      add(to, 0, to.size());
      at = found + from.size();
    }
  }
  if (at < text.size()) add(text, at, text.size() - at);
  return result;
}

Text changeCase(Interpreter& in, const Text& text, CaseStyle style) {
  in.budget()->spendBytes(text.size() * 4);
  Text result;
  bool first = true, inWord = false;
  text.forEachRun([&](std::string_view run, bool content) {
    std::string changed;
    size_t length = 0;
    for (size_t i = 0; i < run.size(); i += length) {
      const char32_t c = decodeAt(run, i, &length);
      if (length == 1 && static_cast<unsigned char>(run[i]) >= 0x80) {
        changed += run[i];
        continue;
      }
      bool upper = style == CaseStyle::Upper || (style == CaseStyle::Swap && isLower(c));
      upper = upper || (style == CaseStyle::Capitalize && first) || (style == CaseStyle::Title && !inWord);
      if (upper && c == 0xDF) {
        changed += style == CaseStyle::Upper || style == CaseStyle::Swap ? "SS" : "Ss";
      } else {
        appendUtf8(changed, upper ? toUpper(c) : toLower(c));
      }
      inWord = isAlpha(c);
      first = false;
    }
    result.append(changed, content);
  });
  return result;
}

Value slice(Interpreter& in, const Value& value, std::optional<int64_t> begin, std::optional<int64_t> end,
            int64_t step) {
  if (value.is(Kind::Undefined)) return in.getAttribute(value, "");
  if (!value.is(Kind::List) && !value.is(Kind::String)) {
    return makeUndefined(in.budget(), std::string(typeName(value)) + " object has no slices");
  }
  if (step == 0) in.fail("slice step cannot be zero");
  if (step == INT64_MIN) step = -INT64_MAX;
  const bool isList = value.is(Kind::List);
  in.budget()->spendBytes(isList ? 0 : value.text().size());
  const auto size = static_cast<int64_t>(isList ? value.items().size() : countCodePoints(value.bytes()));
  const auto clamp = [&](std::optional<int64_t> bound, int64_t absent) {
    if (!bound) return absent;
    const int64_t low = step < 0 ? -1 : 0, high = step < 0 ? size - 1 : size;
    const int64_t at = *bound < 0 ? *bound + size : *bound;
    return at < low ? low : at > high ? high : at;
  };
  const int64_t from = clamp(begin, step < 0 ? size - 1 : 0), to = clamp(end, step < 0 ? -1 : size);
  if (!isList && step == 1) {
    if (from >= to) return in.string(Text());
    const size_t first = byteOffset(value.bytes(), static_cast<size_t>(from));
    const size_t length = byteOffset(std::string_view(value.bytes()).substr(first), static_cast<size_t>(to - from));
    return in.string(value.text().substr(first, length));
  }
  const Items all = in.iterate(value);
  std::vector<Value> items;
  for (int64_t i = from; step > 0 ? i < to : i > to;) {
    items.push_back(all[static_cast<size_t>(i)]);
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  if (isList) return in.list(std::move(items), value.list().tuple, value.content());
  Text text;
  for (const Value& item : items) text.append(item.text());
  return in.string(std::move(text));
}

}  // namespace engine::jinja
