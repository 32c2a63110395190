// Methods of str.
#include <algorithm>

#include "engine/templates/library.h"
#include "engine/templates/unicode.h"

namespace engine::jinja {

namespace {

Value stripMethod(Interpreter& in, const Value& self, const Arguments& arguments, bool left, bool right) {
  return in.string(strip(in, self.text(), arguments.get(0, "chars"), left, right));
}

Value splitSpaces(Interpreter& in, const Text& text, int64_t limit) {
  std::vector<Value> parts;
  size_t at = 0, length = 0;
  const auto skip = [&](bool spaces) {
    while (at < text.size() && isSpace(decodeAt(text.bytes(), at, &length)) == spaces) at += length;
  };
  for (skip(true); at < text.size(); skip(true)) {
    const size_t begin = at;
    if (limit >= 0 && static_cast<int64_t>(parts.size()) == limit) {
      const Value rest = in.string(text.substr(begin, text.size() - begin));
      parts.push_back(in.string(strip(in, rest.text(), nullptr, false, true)));
      break;
    }
    skip(false);
    parts.push_back(in.string(text.substr(begin, at - begin)));
  }
  return in.list(std::move(parts));
}

Value split(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Text& text = self.text();
  in.budget()->spendBytes(text.size() * 4);
  const int64_t limit = wholeArgument(in, arguments, 1, "maxsplit", -1);
  const Value* separator = arguments.get(0, "sep");
  if (separator == nullptr || separator->is(Kind::None)) return splitSpaces(in, text, limit);
  const Text& between = textArgument(in, arguments, 0, "sep");
  if (between.empty()) in.fail("empty separator");
  in.budget()->spendSearch(text.size(), between.size());
  std::vector<Value> parts;
  size_t at = 0;
  while (limit < 0 || static_cast<int64_t>(parts.size()) < limit) {
    const size_t found = text.bytes().find(between.bytes(), at);
    if (found == std::string::npos) break;
    parts.push_back(in.string(text.substr(at, found - at)));
    at = found + between.size();
  }
  parts.push_back(in.string(text.substr(at, text.size() - at)));
  return in.list(std::move(parts));
}

Value rsplit(Interpreter& in, const Value& self, const Arguments& arguments) {
  const int64_t limit = wholeArgument(in, arguments, 1, "maxsplit", -1);
  const Value* separator = arguments.get(0, "sep");
  if (limit < 0) return split(in, self, arguments);
  if (separator == nullptr || separator->is(Kind::None)) in.fail("rsplit with maxsplit needs a separator");
  const Text& text = self.text();
  const Text& between = textArgument(in, arguments, 0, "sep");
  if (between.empty()) in.fail("empty separator");
  in.budget()->spendSearch(text.size(), between.size());
  std::vector<Value> parts;
  size_t end = text.size();
  while (static_cast<int64_t>(parts.size()) < limit && end >= between.size()) {
    const size_t found = text.bytes().rfind(between.bytes(), end - between.size());
    if (found == std::string::npos) break;
    parts.push_back(in.string(text.substr(found + between.size(), end - found - between.size())));
    end = found;
  }
  parts.push_back(in.string(text.substr(0, end)));
  std::reverse(parts.begin(), parts.end());
  return in.list(std::move(parts));
}

Value partition(Interpreter& in, const Value& self, const Arguments& arguments, bool fromRight) {
  const Text& text = self.text();
  const Text& between = textArgument(in, arguments, 0, "sep");
  if (between.empty()) in.fail("empty separator");
  in.budget()->spendSearch(text.size(), between.size());
  const size_t found = fromRight ? text.bytes().rfind(between.bytes()) : text.bytes().find(between.bytes());
  std::vector<Value> parts;
  if (found == std::string::npos) {
    parts = {in.string(Text()), in.string(Text()), in.string(Text())};
    parts[fromRight ? 2 : 0] = self;
  } else {
    const size_t after = found + between.size();
    parts = {in.string(text.substr(0, found)), in.string(text.substr(found, between.size())),
             in.string(text.substr(after, text.size() - after))};
  }
  return in.list(std::move(parts), true);
}

Value splitlines(Interpreter& in, const Value& self, const Arguments& arguments) {
  const bool keep = flagArgument(arguments, 0, "keepends", false);
  const Text& text = self.text();
  in.budget()->spendBytes(text.size() * 4);
  std::vector<Value> lines;
  size_t begin = 0, length = 0;
  for (size_t i = 0; i < text.size();) {
    const char32_t c = decodeAt(text.bytes(), i, &length);
    const bool ends = (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
    const size_t lineEnd = i;
    i += length;
    if (!ends) continue;
    if (c == '\r' && i < text.size() && text.bytes()[i] == '\n') ++i;
    lines.push_back(in.string(text.substr(begin, (keep ? i : lineEnd) - begin)));
    begin = i;
  }
  if (begin < text.size()) lines.push_back(in.string(text.substr(begin, text.size() - begin)));
  return in.list(std::move(lines));
}

/// startswith and endswith: one string or a tuple of them.
Value affix(Interpreter& in, const Value& self, const Arguments& arguments, bool atEnd) {
  const Value* wanted = arguments.get(0, "prefix");
  if (wanted == nullptr) in.fail("startswith and endswith need an argument");
  const std::vector<Value> affixes = wanted->is(Kind::List) ? wanted->items() : std::vector<Value>{*wanted};
  for (const Value& value : affixes) {
    if (!value.is(Kind::String)) in.fail("startswith and endswith take str, not " + std::string(typeName(value)));
    in.budget()->spendBytes(value.text().size());
    const std::string& text = self.bytes();
    const std::string& part = value.bytes();
    if (text.size() < part.size()) continue;
    if (text.compare(atEnd ? text.size() - part.size() : 0, part.size(), part) == 0) return Value(true);
  }
  return Value(false);
}

Value find(Interpreter& in, const Value& self, const Arguments& arguments, bool last, bool mustExist) {
  const Text& part = textArgument(in, arguments, 0, "sub");
  in.budget()->spendSearch(self.text().size(), part.size());
  const size_t found = last ? self.bytes().rfind(part.bytes()) : self.bytes().find(part.bytes());
  if (found == std::string::npos) {
    if (mustExist) in.fail("substring not found");
    return Value(int64_t{-1});
  }
  return Value(static_cast<int64_t>(countCodePoints(std::string_view(self.bytes()).substr(0, found))));
}

Value count(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Text& part = textArgument(in, arguments, 0, "sub");
  in.budget()->spendSearch(self.text().size(), part.size());
  if (part.empty()) return Value(static_cast<int64_t>(countCodePoints(self.bytes())) + 1);
  int64_t n = 0;
  for (size_t at = 0; (at = self.bytes().find(part.bytes(), at)) != std::string::npos; at += part.size()) ++n;
  return Value(n);
}

Value join(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Value* parts = arguments.get(0, "iterable");
  if (parts == nullptr) in.fail("join needs a list");
  Text text;
  bool first = true;
  for (const Value& part : in.iterate(*parts)) {
    if (!part.is(Kind::String)) in.fail("join expects str, found " + std::string(typeName(part)));
    in.budget()->spendBytes(part.text().size() + self.text().size());
    if (!first) text.append(self.text());
    first = false;
    text.append(part.text());
    in.budget()->checkOutput(text.size());
  }
  return in.string(std::move(text));
}

/// True when there is a character and each one passes.
template <typename F>
Value allCharacters(Interpreter& in, const Value& self, F&& passes) {
  in.budget()->spendBytes(self.text().size() * 4);
  size_t length = 0;
  for (size_t i = 0; i < self.text().size(); i += length) {
    if (!passes(decodeAt(self.bytes(), i, &length))) return Value(false);
  }
  return Value(!self.text().empty());
}

/// True when a cased character is there and none has the other case.
Value allCased(Interpreter& in, const Value& self, bool (*wanted)(char32_t), bool (*other)(char32_t)) {
  in.budget()->spendBytes(self.text().size() * 4);
  bool any = false;
  size_t length = 0;
  for (size_t i = 0; i < self.text().size(); i += length) {
    const char32_t c = decodeAt(self.bytes(), i, &length);
    if (other(c)) return Value(false);
    any = any || wanted(c);
  }
  return Value(any);
}

Value pad(Interpreter& in, const Value& self, const Arguments& arguments, int side) {
  const int64_t width = wholeArgument(in, arguments, 0, "width", 0);
  const Value* fill = arguments.get(1, "fillchar");
  const Text space(" ", false);
  const Text& filling = fill == nullptr ? space : textArgument(in, arguments, 1, "fillchar");
  const auto size = static_cast<int64_t>(countCodePoints(self.bytes()));
  if (width <= size) return self;
  in.budget()->checkOutput(static_cast<size_t>(width));
  in.budget()->spend(static_cast<uint64_t>(width));
  const int64_t missing = width - size;
  const int64_t left = side < 0 ? missing : side > 0 ? 0 : missing / 2 + (missing & width & 1);
  Text text;
  for (int64_t i = 0; i < left; ++i) text.append(filling);
  text.append(self.text());
  for (int64_t i = left; i < missing; ++i) text.append(filling);
  return in.string(std::move(text));
}

Value zfill(Interpreter& in, const Value& self, const Arguments& arguments) {
  const int64_t width = wholeArgument(in, arguments, 0, "width", 0);
  const auto size = static_cast<int64_t>(countCodePoints(self.bytes()));
  if (width <= size) return self;
  in.budget()->checkOutput(static_cast<size_t>(width));
  const bool sign = !self.text().empty() && (self.bytes()[0] == '-' || self.bytes()[0] == '+');
  Text text = self.text().substr(0, sign ? 1 : 0);
  text.append(std::string(static_cast<size_t>(width - size), '0'), false);
  text.append(self.text(), sign ? 1 : 0, self.text().size() - (sign ? 1 : 0));
  return in.string(std::move(text));
}

Value removeAffix(Interpreter& in, const Value& self, const Arguments& arguments, bool atEnd) {
  const Text& part = textArgument(in, arguments, 0, "prefix");
  if (!isTrue(affix(in, self, arguments, atEnd))) return self;
  return in.string(self.text().substr(atEnd ? 0 : part.size(), self.text().size() - part.size()));
}

Value replace(Interpreter& in, const Value& self, const Arguments& arguments) {
  return in.string(replaceAll(in, self.text(), textArgument(in, arguments, 0, "old"),
                              textArgument(in, arguments, 1, "new"), wholeArgument(in, arguments, 2, "count", -1)));
}

#define METHOD(expression)                                             \
  [](Interpreter& in, const Value& self, const Arguments& arguments) { \
    (void)in, (void)self, (void)arguments;                             \
    return Value(expression);                                          \
  }

constexpr FilterEntry kMethods[] = {
    {"capitalize", METHOD(in.string(changeCase(in, self.text(), CaseStyle::Capitalize)))},
    {"casefold", METHOD(in.string(changeCase(in, self.text(), CaseStyle::Lower)))},
    {"center", METHOD(pad(in, self, arguments, 0))},
    {"count", count},
    {"endswith", METHOD(affix(in, self, arguments, true))},
    {"find", METHOD(find(in, self, arguments, false, false))},
    {"format", formatBraces},
    {"index", METHOD(find(in, self, arguments, false, true))},
    {"isalnum", METHOD(allCharacters(in, self, [](char32_t c) { return isAlpha(c) || isDigit(c); }))},
    {"isalpha", METHOD(allCharacters(in, self, isAlpha))},
    {"isdecimal", METHOD(allCharacters(in, self, isDigit))},
    {"isdigit", METHOD(allCharacters(in, self, isDigit))},
    {"islower", METHOD(allCased(in, self, isLower, isUpper))},
    {"isnumeric", METHOD(allCharacters(in, self, isDigit))},
    {"isspace", METHOD(allCharacters(in, self, isSpace))},
    {"isupper", METHOD(allCased(in, self, isUpper, isLower))},
    {"join", join},
    {"ljust", METHOD(pad(in, self, arguments, 1))},
    {"lower", METHOD(in.string(changeCase(in, self.text(), CaseStyle::Lower)))},
    {"lstrip", METHOD(stripMethod(in, self, arguments, true, false))},
    {"partition", METHOD(partition(in, self, arguments, false))},
    {"removeprefix", METHOD(removeAffix(in, self, arguments, false))},
    {"removesuffix", METHOD(removeAffix(in, self, arguments, true))},
    {"replace", replace},
    {"rfind", METHOD(find(in, self, arguments, true, false))},
    {"rindex", METHOD(find(in, self, arguments, true, true))},
    {"rjust", METHOD(pad(in, self, arguments, -1))},
    {"rpartition", METHOD(partition(in, self, arguments, true))},
    {"rsplit", rsplit},
    {"rstrip", METHOD(stripMethod(in, self, arguments, false, true))},
    {"split", split},
    {"splitlines", splitlines},
    {"startswith", METHOD(affix(in, self, arguments, false))},
    {"strip", METHOD(stripMethod(in, self, arguments, true, true))},
    {"swapcase", METHOD(in.string(changeCase(in, self.text(), CaseStyle::Swap)))},
    {"title", METHOD(in.string(changeCase(in, self.text(), CaseStyle::Title)))},
    {"upper", METHOD(in.string(changeCase(in, self.text(), CaseStyle::Upper)))},
    {"zfill", zfill},
};

#undef METHOD

}  // namespace

FilterFunction findStringMethod(std::string_view name) {
  return functionNamed(kMethods, name);
}

}  // namespace engine::jinja
