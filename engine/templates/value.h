// Values of the template language: plain data with Python's manners. Nothing here reaches objects of the host.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/templates/budget.h"
#include "engine/templates/text.h"

namespace engine::jinja {

class Value;
struct Stmt;
struct Scope;

struct Hint {
  std::string text;
  Charge charge;
};
/// A name or member that is not there; `hint` says what, for the error when it is used.
struct Undefined {
  std::shared_ptr<const Hint> hint;
};
struct None {};

struct StringObject {
  Text text;
  Charge charge;
};
struct ListObject;
struct DictObject;
struct NamespaceObject;
struct LoopObject;
struct MacroObject;
struct MethodObject;

/// What templates may call by name.
enum class Builtin : uint8_t { RaiseException, StrftimeNow, Namespace, Range, Dict };

using StringRef = std::shared_ptr<const StringObject>;
using ListRef = std::shared_ptr<const ListObject>;
using DictRef = std::shared_ptr<const DictObject>;

/// In the order of Value's variant.
enum class Kind : uint8_t {
  Undefined,
  None,
  Bool,
  Integer,
  Real,
  String,
  List,
  Dict,
  Namespace,
  Loop,
  Macro,
  Method,
  Builtin,
};

class Value {
 public:
  using Data = std::variant<Undefined, None, bool, int64_t, double, StringRef, ListRef, DictRef, NamespaceObject*,
                            std::shared_ptr<LoopObject>, std::shared_ptr<const MacroObject>,
                            std::shared_ptr<const MethodObject>, Builtin>;

  Value() = default;
  template <typename T>
  explicit Value(T data, bool content = false) : m_data(std::move(data)), m_content(content) {}

  Kind kind() const { return static_cast<Kind>(m_data.index()); }
  bool is(Kind kind) const { return this->kind() == kind; }
  /// True for numbers and containers that came from messages (a string knows it by byte).
  bool content() const { return m_content; }

  bool boolean() const { return std::get<bool>(m_data); }
  int64_t integer() const { return std::get<int64_t>(m_data); }
  double real() const { return std::get<double>(m_data); }
  const Text& text() const { return std::get<StringRef>(m_data)->text; }
  const std::string& bytes() const { return text().bytes(); }
  const std::vector<Value>& items() const;
  const ListObject& list() const { return *std::get<ListRef>(m_data); }
  const DictObject& dict() const { return *std::get<DictRef>(m_data); }
  NamespaceObject& nameSpace() const { return *std::get<NamespaceObject*>(m_data); }
  LoopObject& loop() const { return *std::get<std::shared_ptr<LoopObject>>(m_data); }
  const MacroObject& macro() const { return *std::get<std::shared_ptr<const MacroObject>>(m_data); }
  const MethodObject& method() const { return *std::get<std::shared_ptr<const MethodObject>>(m_data); }
  Builtin builtin() const { return std::get<Builtin>(m_data); }
  const Undefined& undefined() const { return std::get<Undefined>(m_data); }

  bool isNumber() const { return is(Kind::Bool) || is(Kind::Integer) || is(Kind::Real); }
  /// Bool, Integer or Real as double.
  double number() const;
  /// Bool or Integer as integer.
  int64_t whole() const { return is(Kind::Bool) ? (boolean() ? 1 : 0) : integer(); }

 private:
  Data m_data;
  bool m_content = false;
};

struct ListObject {
  std::vector<Value> items;
  bool tuple = false;
  uint32_t depth = 1;
  Charge charge;
};
struct DictObject {
  std::vector<std::pair<Value, Value>> entries;
  uint32_t depth = 1;
  Charge charge;
  const Value* find(std::string_view key) const;
};
/// Owned by the rendering, so that a namespace may hold itself.
struct NamespaceObject {
  std::vector<std::pair<std::string, Value>> attributes;
  Charge charge;
};
/// The elements of something, paid for while they are gone through.
struct Items {
  std::vector<Value> values;
  Charge charge;

  auto begin() const { return values.begin(); }
  auto end() const { return values.end(); }
  size_t size() const { return values.size(); }
  bool empty() const { return values.empty(); }
  const Value& operator[](size_t i) const { return values[i]; }
};
struct LoopObject {
  std::vector<Value> items;
  size_t index = 0;
  uint32_t level = 0;     ///< nesting of recursive loops
  Value changedArgument;  ///< of loop.changed
  bool changedCalled = false;
  const Stmt* recursive = nullptr;  ///< the statement to run again, for `recursive` loops
  Scope* scope = nullptr;           ///< around that statement; kept by the rendering
  uint32_t depth = 1;
  Charge charge;
  explicit LoopObject(Items elements) : items(std::move(elements.values)), charge(std::move(elements.charge)) {}
};
struct MacroObject {
  const Stmt* statement = nullptr;  ///< {% macro %} or {% call %}
  Scope* scope = nullptr;           ///< where it was defined; kept by the rendering
};
struct MethodObject {
  Value self;
  std::string name;
  Charge charge;
};

inline const std::vector<Value>& Value::items() const {
  return list().items;
}

/// "str", "list", "NoneType": Python's names, for errors.
std::string_view typeName(const Value& value);
/// 'text'
std::string quoted(std::string_view text);
bool isTrue(const Value& value);
/// Python's ==. Throws Failure only when the budget is used up.
bool equals(const Value& a, const Value& b, Budget* budget);
/// The value of a key that is equal to `key`, or null.
const Value* findKey(const DictObject& dict, const Value& key, Budget* budget);
/// -1, 0, 1; Failure when Python cannot order the two.
int compare(const Value& a, const Value& b, Budget* budget, std::string_view operation);
uint32_t depthOf(const Value& value);

/// Makes values and accounts for them.
Value makeString(Budget* budget, Text text);
Value makeString(Budget* budget, std::string_view bytes, bool content = false);
Value makeList(Budget* budget, std::vector<Value> items, bool tuple = false, bool content = false);
Value makeDict(Budget* budget, std::vector<std::pair<Value, Value>> entries, bool content = false);
Value makeUndefined(Budget* budget, std::string hint);
Value makeMethod(Budget* budget, Value self, std::string name);
/// Bytes of a vector on the heap.
template <typename T>
size_t heapSize(const std::vector<T>& list) {
  return heapBytes(list.capacity() * sizeof(T));
}
/// Bytes of a string on the heap; short ones have none.
inline size_t heapSize(const std::string& text) {
  return text.capacity() == std::string().capacity() ? 0 : heapBytes(text.capacity() + 1);
}

/// str(value): appends to `out`. An undefined value writes nothing.
void writeText(const Value& value, Budget* budget, Text* out);
/// repr(value).
void writeRepr(const Value& value, bool content, Budget* budget, Text* out);
Text toText(const Value& value, Budget* budget);
/// A float as Python prints it.
std::string formatReal(double value);

struct JsonStyle {
  bool ensureAscii = false;
  bool sortKeys = false;
  int indent = -1;  ///< -1: one line
  std::string itemSeparator = ", ", keySeparator = ": ";
};
/// json.dumps.
void writeJson(const Value& value, const JsonStyle& style, Budget* budget, Text* out);

}  // namespace engine::jinja
