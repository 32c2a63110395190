// What may follow "is".

#include "engine/templates/library.h"

namespace engine::jinja {

namespace {

const Value& other(Interpreter& in, const Arguments& arguments) {
  if (arguments.positional.empty()) in.fail("the test needs a value to compare with");
  return arguments.positional[0];
}

int64_t whole(Interpreter& in, const Value& value) {
  if (value.is(Kind::Undefined)) in.getAttribute(value, "");
  if (!value.is(Kind::Integer) && !value.is(Kind::Bool)) {
    in.fail("the test needs a whole number, not " + std::string(typeName(value)));
  }
  return value.whole();
}

bool isEqual(Interpreter& in, const Value& value, const Arguments& arguments) {
  return equals(value, other(in, arguments), in.budget());
}

template <Op op>
bool ordered(Interpreter& in, const Value& value, const Arguments& arguments) {
  const int order = compare(value, other(in, arguments), in.budget(), "<");
  return op == Op::Less ? order < 0 : op == Op::LessEqual ? order <= 0 : op == Op::Greater ? order > 0 : order >= 0;
}

bool isIn(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value& container = other(in, arguments);
  if (container.is(Kind::String)) {
    if (!value.is(Kind::String)) in.fail("'in <string>' requires string as left operand");
    in.budget()->spendSearch(container.text().size(), value.text().size());
    return container.bytes().find(value.bytes()) != std::string::npos;
  }
  for (const Value& item : in.iterate(container)) {
    if (equals(item, value, in.budget())) return true;
  }
  return false;
}

bool isSequence(const Value& value) {
  return value.is(Kind::Undefined) || value.is(Kind::String) || value.is(Kind::List) || value.is(Kind::Dict);
}

bool isSame(Interpreter& in, const Value& value, const Arguments& arguments) {
  const Value& wanted = other(in, arguments);
  return value.kind() == wanted.kind() && equals(value, wanted, in.budget());
}

bool caseIs(Interpreter& in, const Value& value, CaseStyle style) {
  if (!value.is(Kind::String)) return false;
  const std::string changed = changeCase(in, value.text(), style).bytes();
  const CaseStyle opposite = style == CaseStyle::Upper ? CaseStyle::Lower : CaseStyle::Upper;
  return changed == value.bytes() && changeCase(in, value.text(), opposite).bytes() != value.bytes();
}

#define TEST(expression)                                                \
  [](Interpreter& in, const Value& value, const Arguments& arguments) { \
    (void)in, (void)arguments;                                          \
    return static_cast<bool>(expression);                               \
  }

constexpr TestEntry kTests[] = {
    {"!=", TEST(!isEqual(in, value, arguments))},
    {"<", ordered<Op::Less>},
    {"<=", ordered<Op::LessEqual>},
    {"==", isEqual},
    {">", ordered<Op::Greater>},
    {">=", ordered<Op::GreaterEqual>},
    {"boolean", TEST(value.is(Kind::Bool))},
    {"callable", TEST(value.is(Kind::Macro) || value.is(Kind::Method) || value.is(Kind::Builtin))},
    {"defined", TEST(!value.is(Kind::Undefined))},
    {"divisibleby",
     TEST(whole(in, other(in, arguments)) != 0 &&
          (whole(in, other(in, arguments)) == -1 || whole(in, value) % whole(in, other(in, arguments)) == 0))},
    {"eq", isEqual},
    {"equalto", isEqual},
    {"even", TEST(whole(in, value) % 2 == 0)},
    {"false", TEST(value.is(Kind::Bool) && !value.boolean())},
    {"filter", TEST(value.is(Kind::String) &&
                    (findTextFilter(value.bytes()) != nullptr || findListFilter(value.bytes()) != nullptr))},
    {"float", TEST(value.is(Kind::Real))},
    {"ge", ordered<Op::GreaterEqual>},
    {"greaterthan", ordered<Op::Greater>},
    {"gt", ordered<Op::Greater>},
    {"in", isIn},
    {"integer", TEST(value.is(Kind::Integer))},
    {"iterable", TEST(isSequence(value))},
    {"le", ordered<Op::LessEqual>},
    {"lessthan", ordered<Op::Less>},
    {"lower", TEST(caseIs(in, value, CaseStyle::Lower))},
    {"lt", ordered<Op::Less>},
    {"mapping", TEST(value.is(Kind::Dict))},
    {"ne", TEST(!isEqual(in, value, arguments))},
    {"none", TEST(value.is(Kind::None))},
    {"number", TEST(value.isNumber())},
    {"odd", TEST(whole(in, value) % 2 != 0)},
    {"sameas", isSame},
    {"sequence", TEST(isSequence(value))},
    {"string", TEST(value.is(Kind::String))},
    {"test", TEST(value.is(Kind::String) && findTest(value.bytes()) != nullptr)},
    {"true", TEST(value.is(Kind::Bool) && value.boolean())},
    {"undefined", TEST(value.is(Kind::Undefined))},
    {"upper", TEST(caseIs(in, value, CaseStyle::Upper))},
};

#undef TEST

}  // namespace

TestFunction findTest(std::string_view name) {
  return functionNamed(kTests, name);
}

bool Interpreter::applyTest(std::string_view name, const Value& value, const Arguments& arguments) {
  m_budget.spend();
  const TestFunction function = findTest(name);
  if (function == nullptr) fail("there is no test named '" + std::string(name) + "'");
  return function(*this, value, arguments);
}

Value Interpreter::applyFilter(std::string_view name, const Value& value, const Arguments& arguments) {
  m_budget.spend();
  FilterFunction function = findTextFilter(name);
  if (function == nullptr) function = findListFilter(name);
  if (function == nullptr) fail("there is no filter named '" + std::string(name) + "'");
  return function(*this, value, arguments);
}

}  // namespace engine::jinja
