// Filters that give a string or a number.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/templates/library.h"
#include "engine/templates/unicode.h"

namespace engine::jinja {

namespace {

Value textFilter(Interpreter& in, const Value& value, CaseStyle style) {
  return in.string(changeCase(in, in.textOf(value), style));
}

Value trim(Interpreter& in, const Value& value, const Arguments& arguments) {
  return in.string(strip(in, in.textOf(value), arguments.get(0, "chars"), true, true));
}

Value replace(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value* from = arguments.get(0, "old");
  const Value* to = arguments.get(1, "new");
  if (from == nullptr || to == nullptr) in.fail("replace needs two strings");
  return in.string(
      replaceAll(in, in.textOf(value), in.textOf(*from), in.textOf(*to), wholeArgument(in, arguments, 2, "count", -1)));
}

Value defaultFilter(Interpreter& in, const Value& value, const Arguments& arguments) {
  const bool missing = value.is(Kind::Undefined) || (flagArgument(arguments, 1, "boolean", false) && !isTrue(value));
  if (!missing) return value;
  const Value* fallback = arguments.get(0, "default_value");
  return fallback != nullptr ? *fallback : in.string(Text());
}

Value escape(Interpreter& in, const Value& value, const Arguments&) {
  const Text text = in.textOf(value);
  in.budget()->spendBytes(text.size() * 4);
  Text result;
  text.forEachRun([&](std::string_view run, bool content) {
    std::string escaped;
    for (const char c : run) {
      switch (c) {
        case '&':
          escaped += "&amp;";
          break;
        case '<':
          escaped += "&lt;";
          break;
        case '>':
          escaped += "&gt;";
          break;
        case '"':
          escaped += "&#34;";
          break;
        case '\'':
          escaped += "&#39;";
          break;
        default:
          escaped += c;
      }
    }
    result.append(escaped, content);
  });
  return in.string(std::move(result));
}

Value toJson(Interpreter& in, const Value& value, const Arguments& arguments) {
  JsonStyle style;
  style.ensureAscii = flagArgument(arguments, 4, "ensure_ascii", false);
  style.sortKeys = flagArgument(arguments, 5, "sort_keys", false);
  const int64_t indent = wholeArgument(in, arguments, 0, "indent", -1);
  if (indent > 64) in.fail("tojson indents by at most 64 spaces");
  style.indent = indent < 0 ? -1 : static_cast<int>(indent);
  if (style.indent >= 0) style.itemSeparator.assign(1, ',');
  if (const Value* separators = arguments.get(6, "separators"); separators != nullptr && !separators->is(Kind::None)) {
    const Items parts = in.iterate(*separators);
    if (parts.size() != 2) in.fail("tojson needs two separators");
    style.itemSeparator = in.textOf(parts[0]).bytes();
    style.keySeparator = in.textOf(parts[1]).bytes();
  }
  Text text;
  writeJson(value, style, in.budget(), &text);
  return in.string(std::move(text));
}

Value indent(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value* width = arguments.get(0, "width");
  const bool first = flagArgument(arguments, 1, "first", false), blank = flagArgument(arguments, 2, "blank", false);
  Text by;
  if (width != nullptr && width->is(Kind::String)) {
    by = width->text();
  } else {
    const int64_t spaces = wholeArgument(in, arguments, 0, "width", 4);
    in.budget()->checkOutput(static_cast<size_t>(std::max<int64_t>(spaces, 0)));
    by.append(std::string(static_cast<size_t>(std::max<int64_t>(spaces, 0)), ' '), false);
  }
  Text text = in.textOf(value);
  text.append("\n", false);
  const Value lines = findStringMethod("splitlines")(in, in.string(std::move(text)), {});
  Text result;
  for (size_t i = 0; i < lines.items().size(); ++i) {
    const Text& line = lines.items()[i].text();
    in.budget()->spendBytes(by.size() + line.size());
    if (i > 0) result.append("\n", result.anyContent() && line.anyContent());
    const bool indented = i == 0 ? first : blank || !line.empty();
    if (indented) result.append(by);
    result.append(line);
    in.budget()->checkOutput(result.size());
  }
  return in.string(std::move(result));
}

Value toInteger(Interpreter& in, const Value& value, const Arguments& arguments) {
  const int64_t fallback = wholeArgument(in, arguments, 0, "default", 0);
  const int64_t base = wholeArgument(in, arguments, 1, "base", 10);
  if (base < 2 || base > 36) in.fail("int needs a base from 2 to 36");
  if (value.is(Kind::Integer) || value.is(Kind::Bool)) return Value(value.whole(), value.content());
  double real = value.is(Kind::Real) ? value.real() : std::nan("");
  if (value.is(Kind::String)) {
    const Text text = strip(in, value.text(), nullptr, true, true);
    std::string_view digits = text.bytes();
    if (digits.starts_with('+')) digits.remove_prefix(1);
    int64_t whole = 0;
    const char* end = digits.data() + digits.size();
    if (const auto r = std::from_chars(digits.data(), end, whole, static_cast<int>(base));
        r.ec == std::errc() && r.ptr == end && !digits.empty()) {
      return Value(whole, text.anyContent());
    }
    if (const auto r = std::from_chars(digits.data(), end, real); r.ec != std::errc() || r.ptr != end) real = NAN;
  }
  if (!(std::fabs(real) < 9.2e18)) return Value(fallback);
  return Value(static_cast<int64_t>(real), value.content());
}

Value toReal(Interpreter& in, const Value& value, const Arguments& arguments) {
  if (value.isNumber()) return Value(value.number(), value.content());
  if (value.is(Kind::String)) {
    const Text text = strip(in, value.text(), nullptr, true, true);
    double real = 0;
    const char* end = text.bytes().data() + text.size();
    if (const auto r = std::from_chars(text.bytes().data(), end, real);
        r.ec == std::errc() && r.ptr == end && !text.empty()) {
      return Value(real, text.anyContent());
    }
  }
  const Value* fallback = arguments.get(0, "default");
  return fallback != nullptr ? *fallback : Value(0.0);
}

Value absolute(Interpreter& in, const Value& value, const Arguments&) {
  if (!value.isNumber()) in.fail("bad operand type for abs(): '" + std::string(typeName(value)) + "'");
  if (value.is(Kind::Real)) return Value(std::fabs(value.real()), value.content());
  return value.whole() < 0 ? in.binary(Op::Subtract, Value(int64_t{0}), value) : value;
}

Value roundFilter(Interpreter& in, const Value& value, const Arguments& arguments) {
  if (!value.isNumber()) in.fail("round needs a number, not " + std::string(typeName(value)));
  const int64_t precision = std::clamp<int64_t>(wholeArgument(in, arguments, 0, "precision", 0), -300, 300);
  const Value* method = arguments.get(1, "method");
  const std::string how = method != nullptr && method->is(Kind::String) ? method->bytes() : "common";
  const double scale = std::pow(10.0, static_cast<double>(precision));
  const double scaled = value.number() * scale;
  const double rounded = how == "ceil"    ? std::ceil(scaled)
                         : how == "floor" ? std::floor(scaled)
                                          : std::nearbyint(scaled);
  return Value(std::isfinite(scaled) ? rounded / scale : value.number(), value.content());
}

Value formatFilter(Interpreter& in, const Value& value, const Arguments& arguments) {
  return formatPercent(in, in.textOf(value), in.list(arguments.positional, true));
}

Value center(Interpreter& in, const Value& value, const Arguments& arguments) {
  Arguments width;
  width.positional.emplace_back(wholeArgument(in, arguments, 0, "width", 80));
  return findStringMethod("center")(in, in.string(in.textOf(value)), width);
}

Value wordCount(Interpreter& in, const Value& value, const Arguments&) {
  const Value words = findStringMethod("split")(in, in.string(in.textOf(value)), {});
  return Value(static_cast<int64_t>(words.items().size()));
}

Value truncate(Interpreter& in, const Value& value, const Arguments& arguments) {
  const int64_t length = std::max<int64_t>(wholeArgument(in, arguments, 0, "length", 255), 0);
  const bool killWords = flagArgument(arguments, 1, "killwords", false);
  const Value* ending = arguments.get(2, "end");
  const Text end = ending != nullptr ? in.textOf(*ending) : Text("...", false);
  const int64_t leeway = wholeArgument(in, arguments, 3, "leeway", 5);
  const Text text = in.textOf(value);
  if (static_cast<int64_t>(countCodePoints(text.bytes())) - leeway <= length) return in.string(text);
  const int64_t room = std::max<int64_t>(length - static_cast<int64_t>(countCodePoints(end.bytes())), 0);
  Text result = text.substr(0, byteOffset(text.bytes(), static_cast<size_t>(room)));
  if (!killWords) {
    const size_t space = result.bytes().rfind(' ');
    if (space != std::string::npos) result = result.substr(0, space);
  }
  result.append(end);
  return in.string(std::move(result));
}

Value toStringFilter(Interpreter& in, const Value& value, const Arguments&) {
  return value.is(Kind::String) ? value : in.string(in.textOf(value));
}

template <CaseStyle style>
Value caseFilter(Interpreter& in, const Value& value, const Arguments&) {
  return textFilter(in, value, style);
}

constexpr FilterEntry kFilters[] = {
    {"abs", absolute},
    {"capitalize", caseFilter<CaseStyle::Capitalize>},
    {"center", center},
    {"d", defaultFilter},
    {"default", defaultFilter},
    {"e", escape},
    {"escape", escape},
    {"float", toReal},
    {"forceescape", escape},
    {"format", formatFilter},
    {"indent", indent},
    {"int", toInteger},
    {"lower", caseFilter<CaseStyle::Lower>},
    {"replace", replace},
    {"round", roundFilter},
    {"safe", toStringFilter},
    {"string", toStringFilter},
    {"title", caseFilter<CaseStyle::Title>},
    {"tojson", toJson},
    {"trim", trim},
    {"truncate", truncate},
    {"upper", caseFilter<CaseStyle::Upper>},
    {"wordcount", wordCount},
};

}  // namespace

FilterFunction findTextFilter(std::string_view name) {
  return functionNamed(kFilters, name);
}

}  // namespace engine::jinja
