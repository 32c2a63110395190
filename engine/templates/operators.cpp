// Operators with Python's rules.
#include <cmath>

#include "engine/templates/interpreter.h"
#include "engine/templates/library.h"

namespace engine::jinja {

namespace {

std::string_view symbol(Op op) {
  switch (op) {
    case Op::Add:
      return "+";
    case Op::Subtract:
      return "-";
    case Op::Multiply:
      return "*";
    case Op::Divide:
      return "/";
    case Op::FloorDivide:
      return "//";
    case Op::Modulo:
      return "%";
    case Op::Power:
      return "**";
    case Op::Less:
      return "<";
    case Op::LessEqual:
      return "<=";
    case Op::Greater:
      return ">";
    case Op::GreaterEqual:
      return ">=";
    default:
      return "==";
  }
}

struct Whole {
  int64_t value = 0;
  bool overflow = false;
};

Whole wholePower(int64_t base, int64_t exponent) {
  Whole result{1};
  while (exponent > 0 && !result.overflow) {
    if (exponent & 1) result.overflow = __builtin_mul_overflow(result.value, base, &result.value);
    exponent >>= 1;
    if (exponent > 0) result.overflow = __builtin_mul_overflow(base, base, &base) || result.overflow;
  }
  return result;
}

Whole wholeOperation(Op op, int64_t a, int64_t b) {
  Whole result;
  switch (op) {
    case Op::Add:
      result.overflow = __builtin_add_overflow(a, b, &result.value);
      break;
    case Op::Subtract:
      result.overflow = __builtin_sub_overflow(a, b, &result.value);
      break;
    case Op::Multiply:
      result.overflow = __builtin_mul_overflow(a, b, &result.value);
      break;
    case Op::FloorDivide:
    case Op::Modulo: {
      if (b == -1) {
        if (op == Op::Modulo) break;
        result.overflow = __builtin_sub_overflow(int64_t{0}, a, &result.value);
        break;
      }
      const bool adjust = a % b != 0 && ((a < 0) != (b < 0));
      result.value = op == Op::Modulo ? a % b + (adjust ? b : 0) : a / b - (adjust ? 1 : 0);
      break;
    }
    default:
      result = wholePower(a, b);
  }
  return result;
}

double realOperation(Op op, double a, double b) {
  switch (op) {
    case Op::Add:
      return a + b;
    case Op::Subtract:
      return a - b;
    case Op::Multiply:
      return a * b;
    case Op::Divide:
      return a / b;
    case Op::FloorDivide:
      return std::floor(a / b);
    case Op::Modulo:
      return a - std::floor(a / b) * b;
    default:
      return std::pow(a, b);
  }
}

}  // namespace

Value Interpreter::arithmetic(Op op, const Value& left, const Value& right) {
  const bool content = left.content() || right.content();
  const bool divides = op == Op::Divide || op == Op::FloorDivide || op == Op::Modulo;
  if (divides && right.number() == 0) fail("division by zero");
  const bool whole =
      !left.is(Kind::Real) && !right.is(Kind::Real) && op != Op::Divide && !(op == Op::Power && right.whole() < 0);
  if (!whole) return Value(realOperation(op, left.number(), right.number()), content);
  const Whole result = wholeOperation(op, left.whole(), right.whole());
  if (result.overflow) fail("a whole number becomes too large");
  return Value(result.value, content);
}

Value Interpreter::repeat(const Value& value, int64_t times) {
  if (times < 0) times = 0;
  const auto count = static_cast<size_t>(times);
  if (value.is(Kind::String)) {
    const Text& text = value.text();
    if (!text.empty() && count > m_budget.limits().output / text.size()) m_budget.checkOutput(SIZE_MAX);
    m_budget.spendBytes(text.size() * count);
    Text result;
    if (!text.empty()) {
      for (size_t i = 0; i < count; ++i) result.append(text);
    }
    return string(std::move(result));
  }
  const std::vector<Value>& items = value.items();
  std::vector<Value> result;
  if (!items.empty()) {
    if (count > m_budget.limits().memory / sizeof(Value) / items.size()) m_budget.take(SIZE_MAX);
    m_budget.spend(items.size() * count);
    const Charge charge(&m_budget, items.size() * count * sizeof(Value));
    for (size_t i = 0; i < count; ++i) result.insert(result.end(), items.begin(), items.end());
  }
  return list(std::move(result), value.list().tuple, value.content());
}

Value Interpreter::binary(Op op, const Value& left, const Value& right) {
  for (const Value* value : {&left, &right}) {
    if (value->is(Kind::Undefined)) getAttribute(*value, "");
  }
  if (op == Op::Modulo && left.is(Kind::String)) return formatPercent(*this, left.text(), right);
  if (left.isNumber() && right.isNumber()) return arithmetic(op, left, right);
  const auto repeatable = [](const Value& value) { return value.is(Kind::String) || value.is(Kind::List); };
  if (op == Op::Multiply) {
    if (repeatable(left) && right.isNumber() && !right.is(Kind::Real)) return repeat(left, right.whole());
    if (repeatable(right) && left.isNumber() && !left.is(Kind::Real)) return repeat(right, left.whole());
  }
  if (op == Op::Add && left.is(Kind::String)) {
    if (!right.is(Kind::String)) {
      fail("can only concatenate str (not \"" + std::string(typeName(right)) + "\") to str");
    }
    Text text = left.text();
    m_budget.spendBytes(text.size() + right.text().size());
    text.append(right.text());
    return string(std::move(text));
  }
  if (op == Op::Add && left.is(Kind::List) && right.is(Kind::List) && left.list().tuple == right.list().tuple) {
    std::vector<Value> items = left.items();
    items.insert(items.end(), right.items().begin(), right.items().end());
    return list(std::move(items), left.list().tuple, left.content() && right.content());
  }
  fail("unsupported operand type(s) for " + std::string(symbol(op)) + ": '" + std::string(typeName(left)) + "' and '" +
       std::string(typeName(right)) + "'");
}

bool Interpreter::contains(const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::Undefined:
      return false;
    case Kind::String:
      if (!item.is(Kind::String)) {
        fail("'in <string>' requires string as left operand, not " + std::string(typeName(item)));
      }
      m_budget.spendSearch(container.text().size(), item.text().size());
      return container.bytes().find(item.bytes()) != std::string::npos;
    case Kind::Dict:
      return findKey(container.dict(), item, &m_budget) != nullptr;
    case Kind::List:
      for (const Value& element : container.items()) {
        if (equals(element, item, &m_budget)) return true;
      }
      return false;
    default:
      fail("argument of type '" + std::string(typeName(container)) + "' is not iterable");
  }
}

bool Interpreter::compareOne(Op op, const Value& left, const Value& right) {
  switch (op) {
    case Op::Equal:
      return equals(left, right, &m_budget);
    case Op::NotEqual:
      return !equals(left, right, &m_budget);
    case Op::In:
      return contains(right, left);
    case Op::NotIn:
      return !contains(right, left);
    default:
      break;
  }
  for (const Value* value : {&left, &right}) {
    if (value->is(Kind::Undefined)) getAttribute(*value, "");
  }
  if ((left.is(Kind::Real) && std::isnan(left.real())) || (right.is(Kind::Real) && std::isnan(right.real()))) {
    return false;
  }
  const int order = compare(left, right, &m_budget, symbol(op));
  switch (op) {
    case Op::Less:
      return order < 0;
    case Op::LessEqual:
      return order <= 0;
    case Op::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

}  // namespace engine::jinja
