#include "engine/templates/interpreter.h"

namespace engine::jinja {

const Value* Scope::find(NameId id) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->parent.get()) {
    scope->budget->spend(scope->variables.size() / kNamesPerUnit);
    for (const auto& [name, value] : scope->variables) {
      if (name == id) return &value;
    }
  }
  return nullptr;
}

void Scope::set(NameId id, Value value) {
  budget->spend(variables.size() / kNamesPerUnit);
  for (auto& [name, old] : variables) {
    if (name == id) {
      old = std::move(value);
      return;
    }
  }
  variables.emplace_back(id, std::move(value));
  charge.set(heapSize(variables));
}

/// Counts nested evaluations.
class Interpreter::Depth {
 public:
  explicit Depth(Interpreter* interpreter) : m_interpreter(interpreter) {
    if (++interpreter->m_depth > interpreter->m_budget.limits().depth) {
      --interpreter->m_depth;
      interpreter->fail("the template nests or calls itself deeper than " +
                        std::to_string(interpreter->m_budget.limits().depth) + " levels");
    }
    interpreter->m_budget.spend();
  }
  ~Depth() { --m_interpreter->m_depth; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  Interpreter* m_interpreter;
};

/// A new scope inside `parent` for as long as this lives.
class Interpreter::ScopeGuard {
 public:
  ScopeGuard(Interpreter* interpreter, std::shared_ptr<Scope> parent)
      : m_interpreter(interpreter), m_before(interpreter->m_scope) {
    Budget* budget = &interpreter->m_budget;
    interpreter->m_scope = makeAccounted<Scope>(budget, budget, std::move(parent));
  }
  explicit ScopeGuard(Interpreter* interpreter) : ScopeGuard(interpreter, interpreter->m_scope) {}
  ~ScopeGuard() { m_interpreter->m_scope = std::move(m_before); }
  ScopeGuard(const ScopeGuard&) = delete;
  ScopeGuard& operator=(const ScopeGuard&) = delete;

 private:
  Interpreter* m_interpreter;
  std::shared_ptr<Scope> m_before;
};

Interpreter::Interpreter(const Ast& ast, const Limits& limits, Clock clock)
    : m_budget(limits),
      m_ast(ast),
      m_clock(clock),
      m_globals(makeAccounted<Scope>(&m_budget, &m_budget, nullptr)),
      m_scope(makeAccounted<Scope>(&m_budget, &m_budget, m_globals)) {
  defineBuiltins();
}

void Interpreter::defineBuiltins() {
  define("raise_exception", Value(Builtin::RaiseException));
  define("strftime_now", Value(Builtin::StrftimeNow));
  define("namespace", Value(Builtin::Namespace));
  define("range", Value(Builtin::Range));
  define("dict", Value(Builtin::Dict));
}

Interpreter::~Interpreter() {
  // Namespaces may hold themselves and each other: what they hold goes first.
  for (const auto& object : m_namespaces) object->attributes.clear();
  for (const auto& scope : m_keptScopes) scope->variables.clear();
}

void Interpreter::define(const std::string& name, Value value) {
  const auto it = m_ast.names.find(name);
  if (it != m_ast.names.end()) m_globals->set(it->second, std::move(value));
}

void Interpreter::fail(const std::string& message) const {
  throw Failure{message, m_line};
}

Text Interpreter::render() {
  return capture(m_ast.body);
}

template <typename F>
Text Interpreter::captureOf(F&& work) {
  Text out;
  Charge charge(&m_budget);
  Text* before = std::exchange(m_out, &out);
  Charge* chargeBefore = std::exchange(m_outCharge, &charge);
  work();
  m_out = before;
  m_outCharge = chargeBefore;
  return out;
}

Text Interpreter::capture(const Block& block) {
  return captureOf([&] { execute(block); });
}

void Interpreter::write(const Value& value) {
  writeText(value, &m_budget, m_out);
  m_outCharge->set(m_out->heapSize());
}

Interpreter::Flow Interpreter::execute(const Block& block) {
  const Depth depth(this);
  for (const Stmt& stmt : block) {
    const Flow flow = execute(stmt);
    if (flow != Flow::Next) return flow;
  }
  return Flow::Next;
}

Interpreter::Flow Interpreter::execute(const Stmt& stmt) {
  m_budget.spend();
  m_line = stmt.line;
  switch (stmt.kind) {
    case StmtKind::Data:
      write(stmt.constant);
      return Flow::Next;
    case StmtKind::Print:
      write(evaluate(*stmt.expr));
      return Flow::Next;
    case StmtKind::If:
      return executeIf(stmt);
    case StmtKind::For:
      return executeFor(stmt);
    case StmtKind::Set:
      assign(*stmt.target, evaluate(*stmt.expr));
      return Flow::Next;
    case StmtKind::SetBlock: {
      Text body;
      {
        const ScopeGuard scope(this);
        body = capture(stmt.body);
      }
      assign(*stmt.target, filtered(*stmt.expr, std::move(body)));
      return Flow::Next;
    }
    case StmtKind::Macro:
      m_scope->set(stmt.macro->id, makeMacro(stmt));
      return Flow::Next;
    case StmtKind::CallBlock: {
      const Value callee = evaluate(*stmt.expr->children[0]);
      Arguments arguments = evaluateArguments(*stmt.expr);
      arguments.named.emplace_back("caller", makeMacro(stmt));
      write(call(callee, arguments));
      return Flow::Next;
    }
    case StmtKind::Filter: {
      Text body;
      {
        const ScopeGuard scope(this);
        body = capture(stmt.body);
      }
      write(filtered(*stmt.expr, std::move(body)));
      return Flow::Next;
    }
    case StmtKind::With:
      return executeWith(stmt);
    case StmtKind::Body: {
      const ScopeGuard scope(this);
      return execute(stmt.body);
    }
    case StmtKind::Do:
      evaluate(*stmt.expr);
      return Flow::Next;
    case StmtKind::Break:
      return Flow::Break;
    case StmtKind::Continue:
      return Flow::Continue;
  }
  return Flow::Next;
}

Value Interpreter::filtered(const Expr& expr, Text captured) {
  const Value before = std::exchange(m_captured, string(std::move(captured)));
  Value result = evaluate(expr);
  m_captured = before;
  return result;
}

Interpreter::Flow Interpreter::executeIf(const Stmt& stmt) {
  for (const Branch& branch : stmt.branches) {
    if (isTrue(evaluate(*branch.condition))) return execute(branch.body);
  }
  return execute(stmt.orElse);
}

Interpreter::Flow Interpreter::executeWith(const Stmt& stmt) {
  std::vector<Value> values;
  for (const Branch& branch : stmt.branches) values.push_back(evaluate(*branch.value));
  const ScopeGuard scope(this);
  for (size_t i = 0; i < values.size(); ++i) assign(*stmt.branches[i].condition, std::move(values[i]));
  return execute(stmt.body);
}

Items Interpreter::loopItems(const Stmt& stmt, const Value& over) {
  Items items = iterate(over);
  if (!stmt.condition) return items;
  size_t nKept = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    const ScopeGuard scope(this);
    assign(*stmt.target, items[i]);
    if (isTrue(evaluate(*stmt.condition))) items.values[nKept++] = items[i];
  }
  items.values.resize(nKept);
  return items;
}

Interpreter::Flow Interpreter::executeFor(const Stmt& stmt) {
  const Value over = evaluate(*stmt.expr);
  m_line = stmt.line;
  return executeFor(stmt, loopItems(stmt, over), 0);
}

Interpreter::Flow Interpreter::executeFor(const Stmt& stmt, Items elements, uint32_t level) {
  if (elements.empty()) {
    const ScopeGuard scope(this);
    return execute(stmt.orElse);
  }
  const auto loop = makeAccounted<LoopObject>(&m_budget, std::move(elements));
  const std::vector<Value>& items = loop->items;
  loop->level = level;
  for (const Value& item : items) loop->depth = std::max(loop->depth, depthOf(item) + 2);
  if (loop->depth > kMaxValueDepth) fail("a value nests deeper than " + std::to_string(kMaxValueDepth) + " levels");
  if (stmt.recursive) {
    m_budget.take(2 * sizeof(m_scope));
    m_keptScopes.push_back(m_scope);
    loop->recursive = &stmt;
    loop->scope = m_scope.get();
  }
  Flow flow = Flow::Next;
  for (; loop->index < items.size(); ++loop->index) {
    m_budget.spend();
    const ScopeGuard scope(this);
    m_scope->set(kLoopName, Value(loop));
    assign(*stmt.target, items[loop->index]);
    flow = execute(stmt.body);
    if (flow == Flow::Break) break;
  }
  loop->changedArgument = Value();
  return Flow::Next;
}

void Interpreter::assign(const Expr& target, Value value) {
  if (target.kind == ExprKind::Name) {
    m_scope->set(target.id, std::move(value));
    return;
  }
  if (target.kind == ExprKind::Attribute) {
    const Value* object = m_scope->find(target.children[0]->id);
    if (object == nullptr || !object->is(Kind::Namespace)) {
      fail("only attributes of a namespace can be set, and '" + target.children[0]->name + "' is none");
    }
    m_budget.spend(object->nameSpace().attributes.size() / kNamesPerUnit);
    for (auto& [name, old] : object->nameSpace().attributes) {
      if (name == target.name) {
        old = std::move(value);
        return;
      }
    }
    object->nameSpace().attributes.emplace_back(target.name, std::move(value));
    account(object->nameSpace());
    return;
  }
  const Items parts = iterate(value);
  if (parts.size() != target.children.size()) {
    fail("cannot unpack " + std::to_string(parts.size()) + " values into " + std::to_string(target.children.size()) +
         " names");
  }
  for (size_t i = 0; i < parts.size(); ++i) m_scope->set(target.children[i]->id, parts[i]);
}

void Interpreter::account(NamespaceObject& object) {
  size_t bytes = heapBytes(sizeof(NamespaceObject)) + sizeof(void*) + heapSize(object.attributes);
  for (const auto& [name, value] : object.attributes) bytes += heapSize(name);
  object.charge.set(bytes);
}

Value Interpreter::makeMacro(const Stmt& stmt) {
  m_budget.take(2 * sizeof(m_scope));
  if (m_keptScopes.empty() || m_keptScopes.back() != m_scope) m_keptScopes.push_back(m_scope);
  auto macro = makeAccounted<MacroObject>(&m_budget);
  macro->statement = &stmt;
  macro->scope = m_scope.get();
  return Value(std::shared_ptr<const MacroObject>(std::move(macro)));
}

Value Interpreter::callMacro(const MacroObject& macro, const Arguments& arguments) {
  const Depth depth(this);
  const MacroDef& definition = *macro.statement->macro;
  const uint32_t line = m_line;
  const ScopeGuard scope(this, macro.scope->shared_from_this());
  const size_t nParameters = definition.parameters.size();
  std::vector<bool> given(nParameters, false);
  for (size_t i = 0; i < arguments.positional.size() && i < nParameters; ++i) {
    m_scope->set(definition.parameters[i], arguments.positional[i]);
    given[i] = true;
  }
  if (arguments.positional.size() > nParameters && !definition.usesVarargs) {
    fail("macro '" + definition.name + "' takes not more than " + std::to_string(nParameters) + " argument(s)");
  }
  std::vector<std::pair<Value, Value>> rest;
  Value caller = makeUndefined(&m_budget, "No caller defined");
  for (const auto& [name, value] : arguments.named) {
    size_t i = 0;
    while (i < nParameters && definition.parameterNames[i] != name) ++i;
    if (i < nParameters) {
      if (given[i]) fail("macro '" + definition.name + "' got two values for '" + name + "'");
      m_scope->set(definition.parameters[i], value);
      given[i] = true;
    } else if (name == "caller") {
      caller = value;
    } else if (definition.usesKwargs) {
      rest.emplace_back(makeString(&m_budget, name), value);
    } else {
      fail("macro '" + definition.name + "' takes no argument '" + name + "'");
    }
  }
  const size_t firstDefault = nParameters - definition.defaults.size();
  for (size_t i = 0; i < nParameters; ++i) {
    if (given[i]) continue;
    Value value = i >= firstDefault
                      ? evaluate(*definition.defaults[i - firstDefault])
                      : makeUndefined(&m_budget, "parameter '" + definition.parameterNames[i] + "' was not provided");
    m_scope->set(definition.parameters[i], std::move(value));
  }
  if (definition.usesCaller) m_scope->set(kCallerName, std::move(caller));
  if (definition.usesKwargs) m_scope->set(kKwargsName, makeDict(&m_budget, std::move(rest)));
  if (definition.usesVarargs) {
    std::vector<Value> extra;
    for (size_t i = nParameters; i < arguments.positional.size(); ++i) extra.push_back(arguments.positional[i]);
    m_scope->set(kVarargsName, list(std::move(extra), true));
  }
  Value result = string(capture(macro.statement->body));
  m_line = line;
  return result;
}

Value Interpreter::callLoop(LoopObject& loop, const Arguments& arguments) {
  const Depth depth(this);
  if (loop.recursive == nullptr) fail("the loop is not marked 'recursive'");
  if (arguments.positional.size() != 1) fail("loop(…) takes one list");
  const Stmt& stmt = *loop.recursive;
  const uint32_t level = loop.level + 1;
  const ScopeGuard scope(this, loop.scope->shared_from_this());
  return string(captureOf([&] { executeFor(stmt, loopItems(stmt, arguments.positional[0]), level); }));
}

}  // namespace engine::jinja
