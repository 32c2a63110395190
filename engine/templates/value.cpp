#include "engine/templates/value.h"

#include <algorithm>

namespace engine::jinja {

namespace {

int order(std::strong_ordering o) {
  return o < 0 ? -1 : o > 0 ? 1 : 0;
}

uint32_t deepest(uint32_t depth, const Value& value) {
  return std::max(depth, depthOf(value) + 1);
}

void checkDepth(uint32_t depth) {
  if (depth > kMaxValueDepth) {
    throw Failure{"a value nests deeper than " + std::to_string(kMaxValueDepth) + " levels"};
  }
}

}  // namespace

double Value::number() const {
  if (is(Kind::Real)) return real();
  return static_cast<double>(whole());
}

const Value* DictObject::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.is(Kind::String) && name.bytes() == key) return &value;
  }
  return nullptr;
}

std::string_view typeName(const Value& value) {
  switch (value.kind()) {
    case Kind::Undefined:
      return "Undefined";
    case Kind::None:
      return "NoneType";
    case Kind::Bool:
      return "bool";
    case Kind::Integer:
      return "int";
    case Kind::Real:
      return "float";
    case Kind::String:
      return "str";
    case Kind::List:
      return value.list().tuple ? "tuple" : "list";
    case Kind::Dict:
      return "dict";
    case Kind::Namespace:
      return "Namespace";
    case Kind::Loop:
      return "LoopContext";
    case Kind::Macro:
      return "Macro";
    case Kind::Method:
      return "method";
    case Kind::Builtin:
      return "function";
  }
  return "object";
}

std::string quoted(std::string_view text) {
  std::string result;
  result.append(1, '\'').append(text).append(1, '\'');
  return result;
}

bool isTrue(const Value& value) {
  switch (value.kind()) {
    case Kind::Undefined:
    case Kind::None:
      return false;
    case Kind::Bool:
      return value.boolean();
    case Kind::Integer:
      return value.integer() != 0;
    case Kind::Real:
      return value.real() != 0;
    case Kind::String:
      return !value.text().empty();
    case Kind::List:
      return !value.items().empty();
    case Kind::Dict:
      return !value.dict().entries.empty();
    default:
      return true;
  }
}

bool equals(const Value& a, const Value& b, Budget* budget) {
  budget->spend();
  if (a.isNumber() && b.isNumber()) {
    if (!a.is(Kind::Real) && !b.is(Kind::Real)) return a.whole() == b.whole();
    return a.number() == b.number();
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::Undefined:
    case Kind::None:
      return true;
    case Kind::String:
      budget->spendBytes(std::min(a.text().size(), b.text().size()));
      return a.bytes() == b.bytes();
    case Kind::List:
      if (a.list().tuple != b.list().tuple || a.items().size() != b.items().size()) return false;
      for (size_t i = 0; i < a.items().size(); ++i) {
        if (!equals(a.items()[i], b.items()[i], budget)) return false;
      }
      return true;
    case Kind::Dict: {
      if (a.dict().entries.size() != b.dict().entries.size()) return false;
      for (const auto& [key, value] : a.dict().entries) {
        const Value* other = findKey(b.dict(), key, budget);
        if (other == nullptr || !equals(value, *other, budget)) return false;
      }
      return true;
    }
    case Kind::Namespace:
      return &a.nameSpace() == &b.nameSpace();
    case Kind::Loop:
      return &a.loop() == &b.loop();
    case Kind::Macro:
      return &a.macro() == &b.macro();
    default:
      return false;
  }
}

const Value* findKey(const DictObject& dict, const Value& key, Budget* budget) {
  budget->spend(dict.entries.size() / kNamesPerUnit + 1);
  if (key.is(Kind::String)) return dict.find(key.bytes());
  for (const auto& [name, value] : dict.entries) {
    if (equals(name, key, budget)) return &value;
  }
  return nullptr;
}

int compare(const Value& a, const Value& b, Budget* budget, std::string_view operation) {
  budget->spend();
  if (a.isNumber() && b.isNumber()) {
    if (!a.is(Kind::Real) && !b.is(Kind::Real)) return order(a.whole() <=> b.whole());
    const double x = a.number(), y = b.number();
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.is(Kind::String) && b.is(Kind::String)) {
    budget->spendBytes(std::min(a.text().size(), b.text().size()));
    const int result = a.bytes().compare(b.bytes());
    return result < 0 ? -1 : result > 0 ? 1 : 0;
  }
  if (a.is(Kind::List) && b.is(Kind::List) && a.list().tuple == b.list().tuple) {
    const size_t shared = std::min(a.items().size(), b.items().size());
    for (size_t i = 0; i < shared; ++i) {
      if (!equals(a.items()[i], b.items()[i], budget)) return compare(a.items()[i], b.items()[i], budget, operation);
    }
    return order(a.items().size() <=> b.items().size());
  }
  throw Failure{quoted(operation) + " not supported between instances of " + quoted(typeName(a)) + " and " +
                quoted(typeName(b))};
}

uint32_t depthOf(const Value& value) {
  switch (value.kind()) {
    case Kind::List:
      return value.list().depth;
    case Kind::Dict:
      return value.dict().depth;
    case Kind::Loop:
      return value.loop().depth;
    case Kind::Method:
      return depthOf(value.method().self) + 1;
    default:
      return 0;
  }
}

Value makeString(Budget* budget, Text text) {
  budget->spendBytes(text.size());
  Charge charge(budget, text.heapSize());
  return Value(StringRef(makeAccounted<StringObject>(budget, StringObject{std::move(text), std::move(charge)})));
}

Value makeString(Budget* budget, std::string_view bytes, bool content) {
  return makeString(budget, Text(std::string(bytes), content));
}

Value makeList(Budget* budget, std::vector<Value> items, bool tuple, bool content) {
  budget->spend(items.size() + 1);
  uint32_t depth = 1;
  for (const Value& item : items) depth = deepest(depth, item);
  checkDepth(depth);
  Charge charge(budget, heapSize(items));
  return Value(
      ListRef(makeAccounted<ListObject>(budget, ListObject{std::move(items), tuple, depth, std::move(charge)})),
      content);
}

Value makeDict(Budget* budget, std::vector<std::pair<Value, Value>> entries, bool content) {
  budget->spend(entries.size() + 1);
  uint32_t depth = 1;
  for (const auto& entry : entries) depth = deepest(deepest(depth, entry.first), entry.second);
  checkDepth(depth);
  Charge charge(budget, heapSize(entries));
  return Value(DictRef(makeAccounted<DictObject>(budget, DictObject{std::move(entries), depth, std::move(charge)})),
               content);
}

Value makeUndefined(Budget* budget, std::string hint) {
  Charge charge(budget, heapSize(hint));
  return Value(Undefined{makeAccounted<Hint>(budget, Hint{std::move(hint), std::move(charge)})});
}

Value makeMethod(Budget* budget, Value self, std::string name) {
  Charge charge(budget, heapSize(name));
  return Value(std::shared_ptr<const MethodObject>(
      makeAccounted<MethodObject>(budget, MethodObject{std::move(self), std::move(name), std::move(charge)})));
}

}  // namespace engine::jinja
