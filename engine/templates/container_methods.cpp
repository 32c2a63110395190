// Methods of list and dict. Those that would change their object are known and refused, as in the sandbox of
// transformers.
#include <algorithm>

#include "engine/templates/library.h"

namespace engine::jinja {

namespace {

Value dictGet(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Value* key = arguments.get(0, "key");
  if (key == nullptr) in.fail("get needs a key");
  if (const Value* value = findKey(self.dict(), *key, in.budget())) return *value;
  const Value* fallback = arguments.get(1, "default");
  return fallback != nullptr ? *fallback : Value(None{});
}

Value dictItems(Interpreter& in, const Value& self, const Arguments&) {
  std::vector<Value> items;
  for (const auto& [key, value] : self.dict().entries) items.push_back(in.list({key, value}, true, self.content()));
  return in.list(std::move(items), false, self.content());
}

Value dictKeys(Interpreter& in, const Value& self, const Arguments&) {
  return in.list(in.iterate(self), false, self.content());
}

Value dictValues(Interpreter& in, const Value& self, const Arguments&) {
  std::vector<Value> values;
  for (const auto& entry : self.dict().entries) values.push_back(entry.second);
  return in.list(std::move(values), false, self.content());
}

Value copy(Interpreter&, const Value& self, const Arguments&) {
  return self;
}

Value listCount(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Value* wanted = arguments.get(0, "value");
  if (wanted == nullptr) in.fail("count needs a value");
  int64_t n = 0;
  for (const Value& item : self.items()) n += equals(item, *wanted, in.budget()) ? 1 : 0;
  return Value(n);
}

Value listIndex(Interpreter& in, const Value& self, const Arguments& arguments) {
  const Value* wanted = arguments.get(0, "value");
  if (wanted == nullptr) in.fail("index needs a value");
  for (size_t i = 0; i < self.items().size(); ++i) {
    if (equals(self.items()[i], *wanted, in.budget())) return Value(static_cast<int64_t>(i));
  }
  in.fail("the value is not in the list");
}

constexpr FilterEntry kDictMethods[] = {
    {"copy", copy}, {"get", dictGet}, {"items", dictItems}, {"keys", dictKeys}, {"values", dictValues}};
constexpr FilterEntry kListMethods[] = {{"copy", copy}, {"count", listCount}, {"index", listIndex}};
constexpr std::string_view kRefusedOfDict[] = {"clear", "pop", "popitem", "setdefault", "update"};
constexpr std::string_view kRefusedOfList[] = {"append", "clear",  "extend",  "insert",
                                               "pop",    "remove", "reverse", "sort"};

template <size_t n>
FilterFunction lookUp(const FilterEntry (&entries)[n], std::string_view name) {
  for (const FilterEntry& entry : entries) {
    if (entry.name == name) return entry.function;
  }
  return nullptr;
}

template <size_t n>
bool holds(const std::string_view (&names)[n], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

}  // namespace

FilterFunction findContainerMethod(Kind kind, std::string_view name) {
  if (kind == Kind::Dict) return lookUp(kDictMethods, name);
  if (kind == Kind::List) return lookUp(kListMethods, name);
  return nullptr;
}

bool isRefusedMethod(Kind kind, std::string_view name) {
  return (kind == Kind::Dict && holds(kRefusedOfDict, name)) || (kind == Kind::List && holds(kRefusedOfList, name));
}

bool isMethod(Kind kind, std::string_view name) {
  if (kind == Kind::String) return findStringMethod(name) != nullptr;
  return findContainerMethod(kind, name) != nullptr || isRefusedMethod(kind, name);
}

}  // namespace engine::jinja
