// Token list to Ast. One class in two files: expressions and statements.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/templates/ast.h"
#include "engine/templates/token.h"

namespace engine::jinja {

class Parser {
 public:
  explicit Parser(std::vector<Token> tokens);
  Ast run();

 private:
  /// Nested parentheses, tags and subscripts; keeps the host's stack bounded.
  class Nesting {
   public:
    explicit Nesting(Parser* parser);
    ~Nesting() { --m_parser->m_depth; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Parser* m_parser;
  };

  const Token& current() const { return m_tokens[m_position]; }
  const Token& peek() const { return m_tokens[m_position + 1 < m_tokens.size() ? m_position + 1 : m_position]; }
  void next() {
    if (m_position + 1 < m_tokens.size()) ++m_position;
  }
  [[noreturn]] void fail(const std::string& message) const;
  [[noreturn]] void failExpected(const std::string& what) const;
  bool skipOperator(std::string_view op);
  bool skipName(std::string_view name);
  void expectOperator(std::string_view op);
  void expectName(std::string_view name);
  std::string takeName();
  NameId idOf(const std::string& name);

  // expressions
  ExprPtr make(ExprKind kind) const;
  /// Sets the height from the children; fails when it is too large.
  ExprPtr finish(ExprPtr expr) const;
  ExprPtr expression(bool withChoice = true);
  ExprPtr orExpression();
  ExprPtr andExpression();
  ExprPtr notExpression();
  ExprPtr comparison();
  ExprPtr sum();
  ExprPtr concatenation();
  ExprPtr product();
  ExprPtr power();
  ExprPtr unary(bool withFilter);
  ExprPtr primary();
  ExprPtr postfix(ExprPtr expr);
  ExprPtr filtersAndTests(ExprPtr expr);
  ExprPtr filter(ExprPtr expr);
  ExprPtr test(ExprPtr expr);
  ExprPtr subscript(ExprPtr expr);
  ExprPtr binary(Op op, ExprPtr left, ExprPtr right) const;
  ExprPtr listDisplay();
  ExprPtr dictDisplay();
  ExprPtr parenthesised();
  ExprPtr numberConstant();
  /// "a, b" as a tuple, or the one expression; `ending` stops before a tag's end.
  ExprPtr tupleOrExpression(bool withChoice);
  bool atTupleEnd() const;
  void arguments(Expr* call);
  std::string dottedName();

  // statements
  Block block(std::initializer_list<std::string_view> endings);
  bool atEnding(std::initializer_list<std::string_view> endings) const;
  Stmt statement();
  Stmt makeStmt(StmtKind kind) const;
  Stmt ifStatement();
  Stmt forStatement();
  Stmt setStatement();
  Stmt macroStatement();
  Stmt callStatement();
  Stmt filterStatement();
  Stmt withStatement();
  ExprPtr capturedFilters();
  ExprPtr assignmentTarget();
  ExprPtr targetName();
  ExprPtr setTarget();
  void signature(MacroDef* macro);
  Block macroBody(MacroDef* macro, std::string_view ending);
  void endTag();

  std::vector<Token> m_tokens;
  size_t m_position = 0;
  uint32_t m_depth = 0;
  uint32_t m_loops = 0;
  std::vector<MacroDef*> m_macros;  ///< being parsed, innermost last
  std::unordered_map<std::string, NameId> m_names;
};

}  // namespace engine::jinja
