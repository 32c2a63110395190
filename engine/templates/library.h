// What templates can use: filters, tests, methods of strings, lists and dicts, formatting. Each table is an explicit
// list in one file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/templates/interpreter.h"

namespace engine::jinja {

using FilterFunction = Value (*)(Interpreter& in, const Value& value, const Arguments& arguments);
using TestFunction = bool (*)(Interpreter& in, const Value& value, const Arguments& arguments);

struct FilterEntry {
  std::string_view name;
  FilterFunction function;
};
struct TestEntry {
  std::string_view name;
  TestFunction function;
};

/// The function of the row with that name, null when there is none.
template <typename Entry, size_t kRows>
auto functionNamed(const Entry (&table)[kRows], std::string_view name) {
  for (const Entry& entry : table) {
    if (entry.name == name) return entry.function;
  }
  return decltype(Entry::function){};
}

/// Null when there is none of that name.
FilterFunction findTextFilter(std::string_view name);
FilterFunction findListFilter(std::string_view name);
TestFunction findTest(std::string_view name);
FilterFunction findStringMethod(std::string_view name);
/// A method of lists and dicts.
FilterFunction findContainerMethod(Kind kind, std::string_view name);
/// Python's method that would change its object: known, and refused.
bool isRefusedMethod(Kind kind, std::string_view name);
bool isMethod(Kind kind, std::string_view name);

/// value[begin:end:step] of a string or list.
Value slice(Interpreter& in, const Value& value, std::optional<int64_t> begin, std::optional<int64_t> end,
            int64_t step);
/// "%s and %d" % arguments.
Value formatPercent(Interpreter& in, const Text& format, const Value& argument);
/// "{} and {name}".format(…).
Value formatBraces(Interpreter& in, const Value& format, const Arguments& arguments);

// Pieces that several tables share.

/// An argument as a whole number, `fallback` when absent or None.
int64_t wholeArgument(Interpreter& in, const Arguments& arguments, size_t index, std::string_view name,
                      int64_t fallback);
bool flagArgument(const Arguments& arguments, size_t index, std::string_view name, bool fallback);
/// An argument that must be a string.
const Text& textArgument(Interpreter& in, const Arguments& arguments, size_t index, std::string_view name);
/// Strips spaces, or the characters in `set`, from the ends asked for.
Text strip(Interpreter& in, const Text& text, const Value* set, bool left, bool right);
Text replaceAll(Interpreter& in, const Text& text, const Text& from, const Text& to, int64_t count);
enum class CaseStyle { Upper, Lower, Capitalize, Title, Swap };
Text changeCase(Interpreter& in, const Text& text, CaseStyle style);

}  // namespace engine::jinja
