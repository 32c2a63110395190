#include "engine/templates/parser.h"

#include <algorithm>

namespace engine::jinja {

namespace {

constexpr uint32_t kMaxNesting = 100;
constexpr size_t kMaxSource = size_t{4} << 20;

}  // namespace

Ast parseTemplate(std::string_view source) {
  if (source.size() > kMaxSource) {
    throw Failure{"the template has " + std::to_string(source.size()) + " bytes, at most " +
                      std::to_string(kMaxSource) + " are read",
                  1};
  }
  return Parser(tokenize(source)).run();
}

Parser::Parser(std::vector<Token> tokens)
    : m_tokens(std::move(tokens)),
      m_names{{"loop", kLoopName}, {"caller", kCallerName}, {"varargs", kVarargsName}, {"kwargs", kKwargsName}} {}

Ast Parser::run() {
  Ast ast;
  ast.body = block({});
  ast.names = std::move(m_names);
  return ast;
}

Parser::Nesting::Nesting(Parser* parser) : m_parser(parser) {
  if (++parser->m_depth > kMaxNesting) {
    --parser->m_depth;
    parser->fail("tags and parentheses nest deeper than " + std::to_string(kMaxNesting));
  }
}

void Parser::fail(const std::string& message) const {
  throw Failure{message, current().line};
}

void Parser::failExpected(const std::string& what) const {
  const Token& token = current();
  std::string found;
  switch (token.type) {
    case TokenType::End:
      found = "the end of the template";
      break;
    case TokenType::BlockEnd:
    case TokenType::VariableEnd:
      found = "the end of the tag";
      break;
    case TokenType::Data:
    case TokenType::BlockBegin:
    case TokenType::VariableBegin:
      found = "text or another tag";
      break;
    default:
      found = quoted(token.text.substr(0, 60));
  }
  fail("expected " + what + ", found " + found);
}

bool Parser::skipOperator(std::string_view op) {
  if (!current().isOperator(op)) return false;
  next();
  return true;
}

bool Parser::skipName(std::string_view name) {
  if (!current().isName(name)) return false;
  next();
  return true;
}

void Parser::expectOperator(std::string_view op) {
  if (!skipOperator(op)) failExpected(quoted(op));
}

void Parser::expectName(std::string_view name) {
  if (!skipName(name)) failExpected(quoted(name));
}

std::string Parser::takeName() {
  if (current().type != TokenType::Name) failExpected("a name");
  std::string name = current().text;
  next();
  return name;
}

NameId Parser::idOf(const std::string& name) {
  const auto [it, isNew] = m_names.emplace(name, static_cast<NameId>(m_names.size()));
  if (!isNew && it->second < kKnownNames) {
    for (MacroDef* macro : m_macros) {
      macro->usesVarargs = macro->usesVarargs || it->second == kVarargsName;
      macro->usesKwargs = macro->usesKwargs || it->second == kKwargsName;
      macro->usesCaller = macro->usesCaller || it->second == kCallerName;
    }
  }
  return it->second;
}

Stmt Parser::makeStmt(StmtKind kind) const {
  Stmt stmt;
  stmt.kind = kind;
  stmt.line = current().line;
  return stmt;
}

void Parser::endTag() {
  if (current().type != TokenType::BlockEnd) failExpected("'%}'");
  next();
}

bool Parser::atEnding(std::initializer_list<std::string_view> endings) const {
  return current().type == TokenType::BlockBegin && peek().type == TokenType::Name &&
         std::find(endings.begin(), endings.end(), peek().text) != endings.end();
}

/// Statements up to a tag of `endings`; stands on that tag's name afterwards.
Block Parser::block(std::initializer_list<std::string_view> endings) {
  const Nesting nesting(this);
  const uint32_t startLine = current().line;
  Block result;
  for (;;) {
    const Token& token = current();
    if (token.type == TokenType::End) {
      if (endings.size() == 0) return result;
      fail("the block that begins in line " + std::to_string(startLine) + " is not closed with {% " +
           std::string(*(endings.end() - 1)) + " %}");
    }
    if (atEnding(endings)) {
      next();
      return result;
    }
    if (token.type == TokenType::Data) {
      Stmt data = makeStmt(StmtKind::Data);
      data.constant = Value(StringRef(std::make_shared<StringObject>(StringObject{Text(token.text, false), Charge()})));
      next();
      result.push_back(std::move(data));
    } else if (token.type == TokenType::VariableBegin) {
      Stmt print = makeStmt(StmtKind::Print);
      next();
      print.expr = tupleOrExpression(true);
      if (current().type != TokenType::VariableEnd) failExpected("'}}'");
      next();
      result.push_back(std::move(print));
    } else {
      result.push_back(statement());
    }
  }
}

Stmt Parser::statement() {
  next();
  if (current().type != TokenType::Name) failExpected("the name of a tag");
  const std::string name = current().text;
  if (name == "if") return ifStatement();
  if (name == "for") return forStatement();
  if (name == "set") return setStatement();
  if (name == "macro") return macroStatement();
  if (name == "call") return callStatement();
  if (name == "filter") return filterStatement();
  if (name == "with") return withStatement();
  if (name == "generation") {
    Stmt stmt = makeStmt(StmtKind::Body);
    next();
    endTag();
    stmt.body = block({"endgeneration"});
    next();
    endTag();
    return stmt;
  }
  if (name == "do") {
    Stmt stmt = makeStmt(StmtKind::Do);
    next();
    stmt.expr = tupleOrExpression(true);
    endTag();
    return stmt;
  }
  if (name == "break" || name == "continue") {
    Stmt stmt = makeStmt(name == "break" ? StmtKind::Break : StmtKind::Continue);
    if (m_loops == 0) fail("{% " + name + " %} stands outside of a loop");
    next();
    endTag();
    return stmt;
  }
  fail("unknown tag '" + name.substr(0, 60) + "'");
}

Stmt Parser::ifStatement() {
  Stmt stmt = makeStmt(StmtKind::If);
  for (;;) {
    next();
    Branch branch;
    branch.condition = tupleOrExpression(false);
    endTag();
    branch.body = block({"elif", "else", "endif"});
    stmt.branches.push_back(std::move(branch));
    if (!current().isName("elif")) break;
  }
  if (skipName("else")) {
    endTag();
    stmt.orElse = block({"endif"});
  }
  next();
  endTag();
  return stmt;
}

ExprPtr Parser::targetName() {
  ExprPtr target = make(ExprKind::Name);
  target->name = takeName();
  target->id = idOf(target->name);
  return target;
}

/// "a" or "a, b" or "(a, b)".
ExprPtr Parser::assignmentTarget() {
  const bool parenthesis = skipOperator("(");
  ExprPtr first = targetName();
  if (current().isOperator(",")) {
    ExprPtr tuple = make(ExprKind::Tuple);
    tuple->children.push_back(std::move(first));
    while (skipOperator(",")) {
      if (current().type != TokenType::Name || current().isName("in")) break;
      tuple->children.push_back(targetName());
    }
    first = std::move(tuple);
  }
  if (parenthesis) expectOperator(")");
  return first;
}

Stmt Parser::forStatement() {
  Stmt stmt = makeStmt(StmtKind::For);
  next();
  stmt.target = assignmentTarget();
  expectName("in");
  stmt.expr = tupleOrExpression(false);
  if (skipName("if")) stmt.condition = expression();
  stmt.recursive = skipName("recursive");
  endTag();
  ++m_loops;
  stmt.body = block({"else", "endfor"});
  --m_loops;
  if (skipName("else")) {
    endTag();
    stmt.orElse = block({"endfor"});
  }
  next();
  endTag();
  return stmt;
}

ExprPtr Parser::setTarget() {
  if (!peek().isOperator(".")) return assignmentTarget();
  ExprPtr attribute = make(ExprKind::Attribute);
  attribute->children.push_back(targetName());
  expectOperator(".");
  attribute->name = takeName();
  return attribute;
}

/// The filters that follow in "{% filter a|b %}" and "{% set x | a %}", over what the block produces.
ExprPtr Parser::capturedFilters() {
  ExprPtr expr = make(ExprKind::Captured);
  while (current().isOperator("|")) expr = filter(std::move(expr));
  return expr;
}

Stmt Parser::setStatement() {
  Stmt stmt = makeStmt(StmtKind::Set);
  next();
  stmt.target = setTarget();
  if (skipOperator("=")) {
    stmt.expr = tupleOrExpression(true);
    endTag();
    return stmt;
  }
  stmt.kind = StmtKind::SetBlock;
  stmt.expr = capturedFilters();
  endTag();
  stmt.body = block({"endset"});
  next();
  endTag();
  return stmt;
}

void Parser::signature(MacroDef* macro) {
  expectOperator("(");
  while (!current().isOperator(")")) {
    std::string name = takeName();
    macro->parameters.push_back(idOf(name));
    macro->parameterNames.push_back(std::move(name));
    if (skipOperator("=")) {
      macro->defaults.push_back(expression());
    } else if (!macro->defaults.empty()) {
      fail("a parameter without a default follows one with a default");
    }
    if (!skipOperator(",")) break;
  }
  expectOperator(")");
}

Block Parser::macroBody(MacroDef* macro, std::string_view ending) {
  const uint32_t loops = m_loops;
  m_loops = 0;
  m_macros.push_back(macro);
  Block body = block({ending});
  m_macros.pop_back();
  m_loops = loops;
  next();
  if (current().type == TokenType::Name) next();
  endTag();
  return body;
}

Stmt Parser::macroStatement() {
  Stmt stmt = makeStmt(StmtKind::Macro);
  next();
  stmt.macro = std::make_unique<MacroDef>();
  stmt.macro->name = takeName();
  stmt.macro->id = idOf(stmt.macro->name);
  signature(stmt.macro.get());
  endTag();
  stmt.body = macroBody(stmt.macro.get(), "endmacro");
  return stmt;
}

Stmt Parser::callStatement() {
  Stmt stmt = makeStmt(StmtKind::CallBlock);
  next();
  stmt.macro = std::make_unique<MacroDef>();
  stmt.macro->name = "caller";
  stmt.macro->id = kCallerName;
  if (current().isOperator("(")) signature(stmt.macro.get());
  stmt.expr = unary(true);
  if (stmt.expr->kind != ExprKind::Call) fail("{% call %} needs a call");
  endTag();
  stmt.body = macroBody(stmt.macro.get(), "endcall");
  return stmt;
}

Stmt Parser::filterStatement() {
  Stmt stmt = makeStmt(StmtKind::Filter);
  next();
  ExprPtr filter = make(ExprKind::Filter);
  filter->children.push_back(make(ExprKind::Captured));
  filter->name = dottedName();
  if (current().isOperator("(")) arguments(filter.get());
  stmt.expr = finish(std::move(filter));
  while (current().isOperator("|")) stmt.expr = this->filter(std::move(stmt.expr));
  endTag();
  stmt.body = block({"endfilter"});
  next();
  endTag();
  return stmt;
}

Stmt Parser::withStatement() {
  Stmt stmt = makeStmt(StmtKind::With);
  next();
  while (current().type == TokenType::Name) {
    Branch branch;
    branch.condition = assignmentTarget();
    expectOperator("=");
    branch.value = expression();
    stmt.branches.push_back(std::move(branch));
    if (!skipOperator(",")) break;
  }
  endTag();
  stmt.body = block({"endwith"});
  next();
  endTag();
  return stmt;
}

}  // namespace engine::jinja
