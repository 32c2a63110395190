// A parsed template. Height is capped when it is built, so walking it may recurse.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/templates/value.h"

namespace engine::jinja {

using NameId = uint32_t;

enum class ExprKind : uint8_t {
  Constant,   ///< constant
  Name,       ///< id
  List,       ///< children
  Tuple,      ///< children
  Dict,       ///< children: key, value, key, value, …
  Attribute,  ///< children[0].name
  Item,       ///< children[0][children[1]]
  Slice,      ///< children[0][children[1]:children[2]:children[3]], absent parts null
  Call,       ///< children[0](children[1…], named; the last may be starred)
  Filter,     ///< children[0] | name(children[1…], named)
  Test,       ///< children[0] is name(children[1…])
  Not,
  Negative,
  Positive,
  Binary,    ///< children[0] op children[1]
  Compare,   ///< children[0] ops[0] children[1] ops[1] …
  And,       ///< children
  Or,        ///< children
  Concat,    ///< children
  Choice,    ///< children[1] if children[0] else children[2] (may be null)
  Captured,  ///< what a block produced, under the filters of {% filter %} and {% set %}
};

enum class Op : uint8_t {
  Add,
  Subtract,
  Multiply,
  Divide,
  FloorDivide,
  Modulo,
  Power,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  In,
  NotIn,
};

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

struct Expr {
  ExprKind kind = ExprKind::Constant;
  Op op = Op::Add;
  bool starArguments = false, starNamed = false;  ///< Call: the last positional is *x, the last named is **x
  uint32_t line = 0;
  uint32_t height = 1;
  NameId id = 0;
  std::string name;
  Value constant;
  std::vector<ExprPtr> children;
  std::vector<std::pair<std::string, ExprPtr>> named;
  std::vector<Op> ops;
};

enum class StmtKind : uint8_t {
  Data,       ///< constant
  Print,      ///< expr
  If,         ///< branches, orElse
  For,        ///< target in expr, filtered by condition; body, orElse
  Set,        ///< target = expr
  SetBlock,   ///< target = body (through expr's filters when there is one)
  Macro,      ///< macro
  CallBlock,  ///< expr called with macro as `caller`
  Filter,     ///< expr's filters over body
  With,       ///< targets = values (in branches' order); body
  Body,       ///< body alone: {% generation %}
  Do,         ///< expr
  Break,
  Continue,
};

struct Stmt;
using Block = std::vector<Stmt>;

struct MacroDef {
  std::string name;
  NameId id = 0;
  std::vector<NameId> parameters;
  std::vector<std::string> parameterNames;
  std::vector<ExprPtr> defaults;  ///< of the last parameters
  bool usesVarargs = false, usesKwargs = false, usesCaller = false;
};

struct Branch {
  ExprPtr condition;  ///< If: the condition; With: the target
  ExprPtr value;      ///< With only
  Block body;
};

struct Stmt {
  StmtKind kind = StmtKind::Data;
  bool recursive = false;
  uint32_t line = 0;
  Value constant;
  ExprPtr target, expr, condition;
  std::vector<Branch> branches;
  Block body, orElse;
  std::unique_ptr<MacroDef> macro;
};

/// Names that every part of the interpreter knows.
enum KnownName : NameId { kLoopName, kCallerName, kVarargsName, kKwargsName, kKnownNames };

struct Ast {
  Block body;
  std::unordered_map<std::string, NameId> names;
};

/// Throws Failure with its line on a template that is not well-formed or uses what we do not support.
Ast parseTemplate(std::string_view source);

}  // namespace engine::jinja
