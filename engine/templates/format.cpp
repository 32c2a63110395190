// "%s" % x and "{}".format(x): the parts that templates use.
#include <charconv>
#include <cstdio>

#include "engine/templates/library.h"
#include "engine/templates/unicode.h"

namespace engine::jinja {

namespace {

/// [[fill]align][sign][0][width][.precision][type] of both kinds of format.
struct Spec {
  char align = 0, sign = 0, type = 0;
  std::string fill = " ";
  bool zero = false;
  int64_t width = 0, precision = -1;
};

/// A number at `at`, capped so that no output gets large.
int64_t readNumber(Interpreter& in, std::string_view text, size_t* at) {
  int64_t value = 0;
  for (; *at < text.size() && text[*at] >= '0' && text[*at] <= '9'; ++*at) {
    value = value * 10 + (text[*at] - '0');
    if (value > 10'000) in.fail("a format asks for more than 10000 characters");
  }
  return value;
}

Text formatNumber(Interpreter& in, const Value& value, const Spec& spec) {
  if (!value.isNumber()) {
    in.fail(std::string("%") + spec.type + " format: a number is required, not " + std::string(typeName(value)));
  }
  const bool real = spec.type == 'f' || spec.type == 'F' || spec.type == 'e' || spec.type == 'g';
  char buffer[512];
  std::string text;
  if (real) {
    const int precision = spec.precision < 0 ? 6 : static_cast<int>(std::min<int64_t>(spec.precision, 100));
    const char format[] = {'%', '.', '*', spec.type, 0};
    // A double has at most 309 digits before the point.
    const int length = std::snprintf(buffer, sizeof buffer, format, precision, value.number());
    text.assign(buffer, static_cast<size_t>(length));
  } else {
    const int64_t whole = value.is(Kind::Real)
                              ? (std::abs(value.real()) < 9.2e18 ? static_cast<int64_t>(value.real()) : 0)
                              : value.whole();
    const int base = spec.type == 'x' || spec.type == 'X' ? 16 : spec.type == 'o' ? 8 : spec.type == 'b' ? 2 : 10;
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, whole, base);
    text.assign(buffer, end.ptr);
    if (spec.type == 'X') {
      for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
    }
  }
  if (spec.sign == '+' && text[0] != '-') text.insert(text.begin(), '+');
  if (spec.zero && static_cast<int64_t>(text.size()) < spec.width) {
    text.insert(text[0] == '-' || text[0] == '+' ? 1 : 0, static_cast<size_t>(spec.width) - text.size(), '0');
  }
  return Text(std::move(text), value.content());
}

Text padded(const Text& text, const Spec& spec, char defaultAlign) {
  const auto size = static_cast<int64_t>(countCodePoints(text.bytes()));
  if (size >= spec.width) return text;
  const char align = spec.align != 0 ? spec.align : defaultAlign;
  const int64_t missing = spec.width - size;
  const int64_t left = align == '>' ? missing : align == '^' ? missing / 2 : 0;
  Text result;
  for (int64_t i = 0; i < left; ++i) result.append(spec.fill, false);
  result.append(text);
  for (int64_t i = left; i < missing; ++i) result.append(spec.fill, false);
  return result;
}

Text formatOne(Interpreter& in, const Value& value, const Spec& spec) {
  const bool number = spec.type != 0 && spec.type != 's' && spec.type != 'r';
  if (number) return padded(formatNumber(in, value, spec), spec, '>');
  Text text;
  if (spec.type == 'r') {
    writeRepr(value, false, in.budget(), &text);
  } else {
    text = in.textOf(value);
  }
  if (spec.precision >= 0) text = text.substr(0, byteOffset(text.bytes(), static_cast<size_t>(spec.precision)));
  return padded(text, spec, value.isNumber() ? '>' : '<');
}

}  // namespace

Value formatPercent(Interpreter& in, const Text& format, const Value& argument) {
  const bool tuple = argument.is(Kind::List) && argument.list().tuple;
  const std::string& bytes = format.bytes();
  Text result;
  size_t next = 0;
  for (size_t i = 0; i < bytes.size();) {
    const size_t percent = std::min(bytes.find('%', i), bytes.size());
    result.append(format, i, percent - i);
    if (percent == bytes.size()) break;
    i = percent + 1;
    Spec spec;
    const Value* value = nullptr;
    if (i < bytes.size() && bytes[i] == '(') {
      const size_t close = bytes.find(')', i);
      if (close == std::string::npos) in.fail("incomplete format key");
      if (!argument.is(Kind::Dict)) in.fail("format requires a mapping");
      value = argument.dict().find(std::string_view(bytes).substr(i + 1, close - i - 1));
      if (value == nullptr) in.fail("the format's key is not in the mapping");
      i = close + 1;
    }
    for (; i < bytes.size() && std::string_view("-+0 #").find(bytes[i]) != std::string_view::npos; ++i) {
      if (bytes[i] == '-') spec.align = '<';
      if (bytes[i] == '+') spec.sign = '+';
      if (bytes[i] == '0') spec.zero = true;
    }
    if (spec.align == 0) spec.align = '>';
    spec.width = readNumber(in, bytes, &i);
    if (i < bytes.size() && bytes[i] == '.') {
      ++i;
      spec.precision = readNumber(in, bytes, &i);
    }
    if (i >= bytes.size()) in.fail("incomplete format");
    spec.type = bytes[i] == 'i' ? 'd' : bytes[i];
    ++i;
    if (spec.type == '%') {
      result.append("%", false);
      continue;
    }
    if (std::string_view("srdfFegxXo").find(spec.type) == std::string_view::npos) {
      in.fail(std::string("unsupported format character '") + spec.type + "'");
    }
    if (value == nullptr) {
      if (tuple ? next >= argument.items().size() : next > 0) in.fail("not enough arguments for format string");
      value = tuple ? &argument.items()[next] : &argument;
      ++next;
    }
    result.append(formatOne(in, *value, spec));
    in.budget()->checkOutput(result.size());
  }
  if (tuple && next < argument.items().size()) in.fail("not all arguments converted during string formatting");
  return in.string(std::move(result));
}

Value formatBraces(Interpreter& in, const Value& format, const Arguments& arguments) {
  const std::string& bytes = format.bytes();
  Text result;
  size_t automatic = 0;
  for (size_t i = 0; i < bytes.size();) {
    const char c = bytes[i];
    const bool doubled = i + 1 < bytes.size() && bytes[i + 1] == c;
    if ((c != '{' && c != '}') || doubled) {
      result.append(format.text(), i, 1);
      i += doubled && (c == '{' || c == '}') ? 2 : 1;
      continue;
    }
    const size_t close = bytes.find('}', i);
    if (c == '}' || close == std::string::npos) in.fail("a single brace in a format string");
    const std::string field = bytes.substr(i + 1, close - i - 1);
    i = close + 1;
    const size_t colon = std::min(field.find(':'), field.size());
    const std::string name = field.substr(0, colon);
    if (name.find_first_of(".[!") != std::string::npos) in.fail("format fields are plain names or numbers");
    size_t index = automatic;
    const bool numbered = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    if (name.empty()) ++automatic;
    if (numbered) std::from_chars(name.data(), name.data() + name.size(), index);
    const Value* value = name.empty() || numbered ? arguments.get(index, "") : arguments.get(SIZE_MAX, name);
    if (value == nullptr) in.fail("nothing is given for the format field '" + name + "'");
    Spec spec;
    size_t at = colon + 1;
    const auto alignAt = [&](size_t k) {
      return k < field.size() && (field[k] == '<' || field[k] == '>' || field[k] == '^');
    };
    if (colon < field.size()) {
      if (at < field.size() && alignAt(at + 1)) {
        spec.fill = field.substr(at, 1);
        spec.align = field[at + 1];
        at += 2;
      } else if (alignAt(at)) {
        spec.align = field[at++];
      }
      if (at < field.size() && (field[at] == '+' || field[at] == '-')) spec.sign = field[at++];
      if (at < field.size() && field[at] == '0') spec.zero = true;
      spec.width = readNumber(in, field, &at);
      if (at < field.size() && field[at] == '.') {
        ++at;
        spec.precision = readNumber(in, field, &at);
      }
      if (at < field.size()) spec.type = field[at++];
      if (at < field.size() || std::string_view("\0sdfFegxXob", 11).find(spec.type) == std::string_view::npos) {
        in.fail("unsupported format '" + field.substr(colon) + "'");
      }
    }
    result.append(formatOne(in, *value, spec));
    in.budget()->checkOutput(result.size());
  }
  return in.string(std::move(result));
}

}  // namespace engine::jinja
