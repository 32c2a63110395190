// Expressions.
#include <algorithm>

#include "engine/templates/interpreter.h"
#include "engine/templates/library.h"
#include "engine/templates/unicode.h"

namespace engine::jinja {

namespace {

std::string objectName(const Value& value) {
  return value.is(Kind::None) ? "None" : std::string(typeName(value)) + " object";
}

}  // namespace

Value Interpreter::evaluateName(const Expr& expr) {
  const Value* value = m_scope->find(expr.id);
  return value != nullptr ? *value : makeUndefined(&m_budget, quoted(expr.name) + " is undefined");
}

Value Interpreter::evaluate(const Expr& expr) {
  struct RestoreDepth {
    uint32_t* depth;
    ~RestoreDepth() { --*depth; }
  };
  m_line = expr.line;
  if (++m_depth > m_budget.limits().depth) {
    --m_depth;
    fail("the template nests or calls itself deeper than " + std::to_string(m_budget.limits().depth) + " levels");
  }
  const RestoreDepth restore{&m_depth};
  m_budget.spend();
  switch (expr.kind) {
    case ExprKind::Constant:
      return expr.constant;
    case ExprKind::Name:
      return evaluateName(expr);
    case ExprKind::List:
    case ExprKind::Tuple: {
      std::vector<Value> items;
      items.reserve(expr.children.size());
      for (const ExprPtr& child : expr.children) items.push_back(evaluate(*child));
      return list(std::move(items), expr.kind == ExprKind::Tuple);
    }
    case ExprKind::Dict:
      return evaluateDict(expr);
    case ExprKind::Attribute: {
      const Value object = evaluate(*expr.children[0]);
      m_line = expr.line;
      return getAttribute(object, expr.name);
    }
    case ExprKind::Item: {
      const Value object = evaluate(*expr.children[0]);
      const Value key = evaluate(*expr.children[1]);
      m_line = expr.line;
      return getItem(object, key);
    }
    case ExprKind::Slice:
      return evaluateSlice(expr);
    case ExprKind::Call: {
      const Value callee = evaluate(*expr.children[0]);
      const Arguments arguments = evaluateArguments(expr);
      m_line = expr.line;
      return call(callee, arguments);
    }
    case ExprKind::Filter: {
      const Value value = evaluate(*expr.children[0]);
      const Arguments arguments = evaluateArguments(expr);
      m_line = expr.line;
      return applyFilter(expr.name, value, arguments);
    }
    case ExprKind::Test: {
      const Value value = evaluate(*expr.children[0]);
      const Arguments arguments = evaluateArguments(expr);
      m_line = expr.line;
      return Value(applyTest(expr.name, value, arguments));
    }
    case ExprKind::Not:
      return Value(!isTrue(evaluate(*expr.children[0])));
    case ExprKind::Negative:
    case ExprKind::Positive: {
      const Value value = evaluate(*expr.children[0]);
      if (expr.kind == ExprKind::Negative) return binary(Op::Subtract, Value(int64_t{0}), value);
      return binary(Op::Add, Value(int64_t{0}), value);
    }
    case ExprKind::Binary: {
      const Value left = evaluate(*expr.children[0]);
      const Value right = evaluate(*expr.children[1]);
      m_line = expr.line;
      return binary(expr.op, left, right);
    }
    case ExprKind::Compare:
      return evaluateCompare(expr);
    case ExprKind::And:
    case ExprKind::Or: {
      Value value;
      for (const ExprPtr& child : expr.children) {
        value = evaluate(*child);
        if (isTrue(value) == (expr.kind == ExprKind::Or)) break;
      }
      return value;
    }
    case ExprKind::Concat:
      return evaluateConcat(expr);
    case ExprKind::Choice: {
      const bool condition = isTrue(evaluate(*expr.children[0]));
      if (condition) return evaluate(*expr.children[1]);
      if (expr.children[2]) return evaluate(*expr.children[2]);
      return makeUndefined(&m_budget, "the inline if in line " + std::to_string(expr.line) + " has no else");
    }
    case ExprKind::Captured:
      return m_captured;
  }
  return Value();
}

Value Interpreter::evaluateDict(const Expr& expr) {
  std::vector<std::pair<Value, Value>> entries;
  for (size_t i = 0; i + 1 < expr.children.size(); i += 2) {
    Value key = evaluate(*expr.children[i]);
    Value value = evaluate(*expr.children[i + 1]);
    if (key.is(Kind::List) || key.is(Kind::Dict)) {
      fail("unhashable type: '" + std::string(typeName(key)) + "'");
    }
    const auto same = std::find_if(entries.begin(), entries.end(),
                                   [&](const auto& entry) { return equals(entry.first, key, &m_budget); });
    if (same != entries.end()) {
      same->second = std::move(value);
    } else {
      entries.emplace_back(std::move(key), std::move(value));
    }
  }
  return makeDict(&m_budget, std::move(entries));
}

Value Interpreter::evaluateCompare(const Expr& expr) {
  Value left = evaluate(*expr.children[0]);
  for (size_t i = 0; i < expr.ops.size(); ++i) {
    Value right = evaluate(*expr.children[i + 1]);
    m_line = expr.line;
    if (!compareOne(expr.ops[i], left, right)) return Value(false);
    left = std::move(right);
  }
  return Value(true);
}

Value Interpreter::evaluateConcat(const Expr& expr) {
  Text text;
  for (const ExprPtr& child : expr.children) {
    writeText(evaluate(*child), &m_budget, &text);
  }
  return string(std::move(text));
}

Arguments Interpreter::evaluateArguments(const Expr& expr) {
  Arguments arguments;
  arguments.charge.emplace(&m_budget);
  for (size_t i = 1; i < expr.children.size(); ++i) {
    Value value = evaluate(*expr.children[i]);
    if (expr.starArguments && i + 1 == expr.children.size()) {
      const Items items = iterate(value);
      arguments.positional.insert(arguments.positional.end(), items.begin(), items.end());
    } else {
      arguments.positional.push_back(std::move(value));
    }
  }
  for (const auto& [name, child] : expr.named) {
    Value value = evaluate(*child);
    if (name != "**") {
      arguments.named.emplace_back(name, std::move(value));
      continue;
    }
    if (!value.is(Kind::Dict)) fail("argument after ** must be a mapping, not " + std::string(typeName(value)));
    for (const auto& [key, item] : value.dict().entries) {
      if (!key.is(Kind::String)) fail("keywords must be strings");
      arguments.named.emplace_back(key.bytes(), item);
    }
  }
  size_t bytes = heapSize(arguments.positional) + heapSize(arguments.named);
  for (const auto& [name, value] : arguments.named) bytes += heapSize(name);
  arguments.charge->set(bytes);
  return arguments;
}

Value Interpreter::evaluateSlice(const Expr& expr) {
  const Value object = evaluate(*expr.children[0]);
  const auto bound = [&](size_t i) -> std::optional<int64_t> {
    if (!expr.children[i]) return {};
    const Value value = evaluate(*expr.children[i]);
    if (value.is(Kind::None)) return {};
    if (!value.is(Kind::Integer) && !value.is(Kind::Bool)) {
      fail("slice indices must be integers or None, not " + std::string(typeName(value)));
    }
    return value.whole();
  };
  const std::optional<int64_t> begin = bound(1), end = bound(2), step = bound(3);
  m_line = expr.line;
  return slice(*this, object, begin, end, step.value_or(1));
}

Items Interpreter::iterate(const Value& value) {
  const auto room = [this](size_t n) {
    m_budget.spend(n);
    Items items{{}, Charge(&m_budget, heapBytes(n * sizeof(Value)))};
    items.values.reserve(n);
    return items;
  };
  switch (value.kind()) {
    case Kind::Undefined:
      return room(0);
    case Kind::List: {
      Items items = room(value.items().size());
      items.values = value.items();
      return items;
    }
    case Kind::Dict: {
      Items keys = room(value.dict().entries.size());
      for (const auto& entry : value.dict().entries) keys.values.push_back(entry.first);
      return keys;
    }
    case Kind::String: {
      const Text& text = value.text();
      Items characters = room(countCodePoints(text.bytes()));
      size_t length = 0;
      for (size_t i = 0; i < text.size(); i += length) {
        decodeAt(text.bytes(), i, &length);
        characters.values.push_back(string(text.substr(i, length)));
      }
      return characters;
    }
    default:
      fail(quoted(typeName(value)) + " object is not iterable");
  }
}

Value Interpreter::getAttribute(const Value& value, const std::string& name) {
  switch (value.kind()) {
    case Kind::Undefined:
      fail(value.undefined().hint ? value.undefined().hint->text : "the value is undefined");
    case Kind::Namespace:
      m_budget.spend(value.nameSpace().attributes.size() / kNamesPerUnit);
      for (const auto& [attribute, item] : value.nameSpace().attributes) {
        if (attribute == name) return item;
      }
      break;
    case Kind::Loop: {
      Value item = loopAttribute(value.loop(), name, value);
      if (!item.is(Kind::Undefined)) return item;
      break;
    }
    case Kind::Macro:
      if (name == "name") return makeString(&m_budget, value.macro().statement->macro->name);
      break;
    default:
      if (isMethod(value.kind(), name)) {
        return makeMethod(&m_budget, value, name);
      }
      if (value.is(Kind::Dict)) {
        m_budget.spend(value.dict().entries.size() / kNamesPerUnit);
        if (const Value* item = value.dict().find(name)) return *item;
      }
  }
  return makeUndefined(&m_budget, quoted(objectName(value)) + " has no attribute " + quoted(name));
}

Value Interpreter::getItem(const Value& value, const Value& key) {
  if (value.is(Kind::Undefined)) return getAttribute(value, "");
  if (value.is(Kind::Dict)) {
    if (const Value* item = findKey(value.dict(), key, &m_budget)) return *item;
  } else if ((value.is(Kind::List) || value.is(Kind::String)) && (key.is(Kind::Integer) || key.is(Kind::Bool))) {
    const bool isList = value.is(Kind::List);
    if (!isList) m_budget.spendBytes(value.text().size());
    const auto size = static_cast<int64_t>(isList ? value.items().size() : countCodePoints(value.bytes()));
    const int64_t index = key.whole() < 0 ? key.whole() + size : key.whole();
    if (index >= 0 && index < size) {
      if (isList) return value.items()[static_cast<size_t>(index)];
      const size_t at = byteOffset(value.bytes(), static_cast<size_t>(index));
      size_t length = 0;
      decodeAt(value.bytes(), at, &length);
      return string(value.text().substr(at, length));
    }
  }
  if (key.is(Kind::String)) return getAttribute(value, key.bytes());
  return makeUndefined(&m_budget, objectName(value) + " has no element " + textOf(key).bytes());
}

Value Interpreter::loopAttribute(const LoopObject& loop, const std::string& name, const Value& self) {
  const auto index = static_cast<int64_t>(loop.index), length = static_cast<int64_t>(loop.items.size());
  if (name == "index") return Value(index + 1);
  if (name == "index0") return Value(index);
  if (name == "revindex") return Value(length - index);
  if (name == "revindex0") return Value(length - index - 1);
  if (name == "first") return Value(index == 0);
  if (name == "last") return Value(index + 1 == length);
  if (name == "length") return Value(length);
  if (name == "depth") return Value(static_cast<int64_t>(loop.level) + 1);
  if (name == "depth0") return Value(static_cast<int64_t>(loop.level));
  if (name == "previtem") return index > 0 ? loop.items[loop.index - 1] : Value();
  if (name == "nextitem") return loop.index + 1 < loop.items.size() ? loop.items[loop.index + 1] : Value();
  if (name == "cycle" || name == "changed") {
    return makeMethod(&m_budget, self, name);
  }
  return Value();
}

}  // namespace engine::jinja
