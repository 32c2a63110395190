// Runs a parsed template over a set of variables. One object renders once.
#pragma once

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/templates/ast.h"

namespace engine::jinja {

/// Variables of one block of the template, and those around it.
struct Scope : std::enable_shared_from_this<Scope> {
  Scope(Budget* counts, std::shared_ptr<Scope> around) : budget(counts), parent(std::move(around)), charge(counts) {}
  const Value* find(NameId id) const;
  void set(NameId id, Value value);

  Budget* budget;
  std::shared_ptr<Scope> parent;
  std::vector<std::pair<NameId, Value>> variables;
  Charge charge;
};

/// Arguments of a call, evaluated.
struct Arguments {
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;
  std::optional<Charge> charge;

  /// By position or by name; null when it was not given.
  const Value* get(size_t index, std::string_view name) const;
};

/// What strftime_now tells: the clock in local time, or a given moment in UTC so that prompts can be reproduced.
struct Clock {
  std::optional<int64_t> now;
};

class Interpreter {
 public:
  Interpreter(const Ast& ast, const Limits& limits, Clock clock);
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  Budget* budget() { return &m_budget; }
  /// Sets a variable before render(); names that the template does not mention are dropped.
  void define(const std::string& name, Value value);
  /// Defines the functions again, over variables of the same name.
  void defineBuiltins();
  /// Throws Failure.
  Text render();
  /// Where evaluation stood when it failed.
  uint32_t line() const { return m_line; }

  // For filters, tests and methods.
  [[noreturn]] void fail(const std::string& message) const;
  Value applyFilter(std::string_view name, const Value& value, const Arguments& arguments);
  bool applyTest(std::string_view name, const Value& value, const Arguments& arguments);
  /// The elements of a list, the keys of a dict, the characters of a string.
  Items iterate(const Value& value);
  Value getAttribute(const Value& value, const std::string& name);
  Value getItem(const Value& value, const Value& key);
  Value string(Text text) { return makeString(&m_budget, std::move(text)); }
  Value list(std::vector<Value> items, bool tuple = false, bool content = false) {
    return makeList(&m_budget, std::move(items), tuple, content);
  }
  Value list(Items items, bool tuple = false, bool content = false) {
    items.charge.set(0);
    return makeList(&m_budget, std::move(items.values), tuple, content);
  }
  Text textOf(const Value& value) { return toText(value, &m_budget); }
  Value binary(Op op, const Value& left, const Value& right);

 private:
  enum class Flow { Next, Break, Continue };
  class Depth;
  class ScopeGuard;

  Flow execute(const Block& block);
  Flow execute(const Stmt& stmt);
  Flow executeIf(const Stmt& stmt);
  Flow executeFor(const Stmt& stmt, Items items, uint32_t level);
  Flow executeFor(const Stmt& stmt);
  Flow executeWith(const Stmt& stmt);
  Items loopItems(const Stmt& stmt, const Value& over);
  /// Runs a block and returns what it wrote.
  Text capture(const Block& block);
  /// What `work` writes.
  template <typename F>
  Text captureOf(F&& work);
  Value filtered(const Expr& expr, Text captured);
  void assign(const Expr& target, Value value);
  void write(const Value& value);
  /// Counts what a namespace holds now.
  void account(NamespaceObject& object);
  Value makeMacro(const Stmt& stmt);

  Value evaluate(const Expr& expr);
  Value evaluateDict(const Expr& expr);
  Value evaluateCompare(const Expr& expr);
  Value evaluateConcat(const Expr& expr);
  Value evaluateSlice(const Expr& expr);
  Value evaluateName(const Expr& expr);
  Arguments evaluateArguments(const Expr& expr);
  bool compareOne(Op op, const Value& left, const Value& right);
  bool contains(const Value& container, const Value& item);
  Value arithmetic(Op op, const Value& left, const Value& right);
  Value repeat(const Value& value, int64_t times);

  Value call(const Value& callee, const Arguments& arguments);
  Value callMacro(const MacroObject& macro, const Arguments& arguments);
  Value callLoop(LoopObject& loop, const Arguments& arguments);
  Value callMethod(const MethodObject& method, const Arguments& arguments);
  Value callBuiltin(Builtin builtin, const Arguments& arguments);
  Value loopAttribute(const LoopObject& loop, const std::string& name, const Value& self);
  Value strftimeNow(const Arguments& arguments);
  Value range(const Arguments& arguments);

  Budget m_budget;  // before everything that holds values
  const Ast& m_ast;
  Clock m_clock;
  uint32_t m_line = 0;
  uint32_t m_depth = 0;
  std::vector<std::unique_ptr<NamespaceObject>> m_namespaces;
  std::vector<std::shared_ptr<Scope>> m_keptScopes;
  std::shared_ptr<Scope> m_globals, m_scope;
  Text* m_out = nullptr;
  Charge* m_outCharge = nullptr;
  Value m_captured;
};

}  // namespace engine::jinja
