// Calls of functions, methods and loops.
#include <cstdlib>

#include "engine/templates/interpreter.h"
#include "engine/templates/library.h"

namespace engine::jinja {

const Value* Arguments::get(size_t index, std::string_view name) const {
  if (index < positional.size()) return &positional[index];
  for (const auto& [key, value] : named) {
    if (key == name) return &value;
  }
  return nullptr;
}

Value Interpreter::call(const Value& callee, const Arguments& arguments) {
  switch (callee.kind()) {
    case Kind::Macro:
      return callMacro(callee.macro(), arguments);
    case Kind::Loop:
      return callLoop(callee.loop(), arguments);
    case Kind::Method:
      return callMethod(callee.method(), arguments);
    case Kind::Builtin:
      return callBuiltin(callee.builtin(), arguments);
    case Kind::Undefined:
      return getAttribute(callee, "");
    default:
      fail(quoted(typeName(callee)) + " object is not callable");
  }
}

Value Interpreter::callMethod(const MethodObject& method, const Arguments& arguments) {
  const Value& self = method.self;
  if (self.is(Kind::Loop)) {
    LoopObject& loop = self.loop();
    if (method.name == "cycle") {
      if (arguments.positional.empty()) fail("loop.cycle needs something to choose from");
      return arguments.positional[loop.index % arguments.positional.size()];
    }
    Value now = list(arguments.positional, true);
    const bool changed = !loop.changedCalled || !equals(now, loop.changedArgument, &m_budget);
    loop.changedCalled = true;
    loop.changedArgument = std::move(now);
    return Value(changed);
  }
  if (isRefusedMethod(self.kind(), method.name)) {
    fail("access to attribute '" + method.name + "' of '" + std::string(typeName(self)) +
         "' object is unsafe: templates may not change their data");
  }
  const FilterFunction function =
      self.is(Kind::String) ? findStringMethod(method.name) : findContainerMethod(self.kind(), method.name);
  if (function == nullptr) fail("no method '" + method.name + "'");
  return function(*this, self, arguments);
}

Value Interpreter::callBuiltin(Builtin builtin, const Arguments& arguments) {
  switch (builtin) {
    case Builtin::RaiseException: {
      const Value* message = arguments.get(0, "message");
      throw Failure{message != nullptr ? textOf(*message).bytes() : std::string("the template refuses these messages"),
                    m_line, true};
    }
    case Builtin::StrftimeNow:
      return strftimeNow(arguments);
    case Builtin::Range:
      return range(arguments);
    case Builtin::Namespace: {
      m_namespaces.push_back(std::make_unique<NamespaceObject>(NamespaceObject{{}, Charge(&m_budget)}));
      NamespaceObject* object = m_namespaces.back().get();
      for (const Value& value : arguments.positional) {
        if (!value.is(Kind::Dict)) fail("namespace takes a mapping or named values");
        for (const auto& [key, item] : value.dict().entries) object->attributes.emplace_back(textOf(key).bytes(), item);
      }
      for (const auto& [name, value] : arguments.named) object->attributes.emplace_back(name, value);
      account(*object);
      return Value(object);
    }
    case Builtin::Dict: {
      std::vector<std::pair<Value, Value>> entries;
      if (!arguments.positional.empty()) {
        if (!arguments.positional[0].is(Kind::Dict)) fail("dict takes a mapping or named values");
        entries = arguments.positional[0].dict().entries;
      }
      for (const auto& [name, value] : arguments.named) {
        m_budget.spend(entries.size() + 1);
        bool found = false;
        for (auto& [key, old] : entries) {
          if (!key.is(Kind::String) || key.bytes() != name) continue;
          old = value;
          found = true;
        }
        if (!found) entries.emplace_back(makeString(&m_budget, name), value);
      }
      return makeDict(&m_budget, std::move(entries));
    }
  }
  return Value();
}

Value Interpreter::range(const Arguments& arguments) {
  const size_t n = arguments.positional.size();
  if (n < 1 || n > 3) fail("range takes one to three numbers");
  int64_t bounds[3] = {0, 0, 1};
  for (size_t i = 0; i < n; ++i) {
    const Value& value = arguments.positional[i];
    if (value.is(Kind::Undefined)) getAttribute(value, "");
    if (!value.is(Kind::Integer) && !value.is(Kind::Bool)) {
      fail(quoted(typeName(value)) + " object cannot be interpreted as an integer");
    }
    bounds[n == 1 ? 1 : i] = value.whole();
  }
  const auto [begin, end, step] = std::tie(bounds[0], bounds[1], bounds[2]);
  if (step == 0) fail("range() arg 3 must not be zero");
  std::vector<Value> items;
  for (int64_t i = begin; step > 0 ? i < end : i > end;) {
    if (items.size() == m_budget.limits().rangeItems) {
      fail("range() gives at most " + std::to_string(m_budget.limits().rangeItems) + " numbers");
    }
    items.emplace_back(i);
    if (__builtin_add_overflow(i, step, &i)) break;
  }
  return list(std::move(items));
}

Value Interpreter::strftimeNow(const Arguments& arguments) {
  const Text& format = textArgument(*this, arguments, 0, "format");
  if (format.size() > 256) fail("the format of strftime_now is longer than 256 bytes");
  std::tm parts{};
  std::time_t seconds = m_clock.now ? static_cast<std::time_t>(*m_clock.now) : std::time(nullptr);
  const bool known = m_clock.now ? gmtime_r(&seconds, &parts) != nullptr : localtime_r(&seconds, &parts) != nullptr;
  if (!known) fail("the time given is out of range");
  char buffer[1024];
  const size_t length = std::strftime(buffer, sizeof buffer, format.bytes().c_str(), &parts);
  return makeString(&m_budget, std::string_view(buffer, length), format.anyContent());
}

}  // namespace engine::jinja
