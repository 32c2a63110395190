#include <algorithm>
#include <charconv>

#include "engine/templates/parser.h"

namespace engine::jinja {

namespace {

constexpr uint32_t kMaxHeight = 150;

Value constantString(std::string bytes) {
  return Value(StringRef(std::make_shared<StringObject>(StringObject{Text(std::move(bytes), false), {}})));
}

}  // namespace

ExprPtr Parser::make(ExprKind kind) const {
  auto expr = std::make_unique<Expr>();
  expr->kind = kind;
  expr->line = current().line;
  return expr;
}

ExprPtr Parser::finish(ExprPtr expr) const {
  uint32_t height = 0;
  for (const ExprPtr& child : expr->children) height = std::max(height, child ? child->height : 0);
  for (const auto& [name, child] : expr->named) height = std::max(height, child->height);
  expr->height = height + 1;
  if (expr->height > kMaxHeight) {
    fail("an expression nests deeper than " + std::to_string(kMaxHeight) + " operations");
  }
  return expr;
}

ExprPtr Parser::expression(bool withChoice) {
  const Nesting nesting(this);
  ExprPtr value = orExpression();
  while (withChoice && current().isName("if")) {
    ExprPtr choice = make(ExprKind::Choice);
    next();
    choice->children.push_back(orExpression());
    choice->children.push_back(std::move(value));
    choice->children.push_back(skipName("else") ? expression() : nullptr);
    value = finish(std::move(choice));
  }
  return value;
}

ExprPtr Parser::orExpression() {
  ExprPtr first = andExpression();
  if (!current().isName("or")) return first;
  ExprPtr expr = make(ExprKind::Or);
  expr->children.push_back(std::move(first));
  while (skipName("or")) expr->children.push_back(andExpression());
  return finish(std::move(expr));
}

ExprPtr Parser::andExpression() {
  ExprPtr first = notExpression();
  if (!current().isName("and")) return first;
  ExprPtr expr = make(ExprKind::And);
  expr->children.push_back(std::move(first));
  while (skipName("and")) expr->children.push_back(notExpression());
  return finish(std::move(expr));
}

ExprPtr Parser::notExpression() {
  if (!current().isName("not")) return comparison();
  const Nesting nesting(this);
  ExprPtr expr = make(ExprKind::Not);
  next();
  expr->children.push_back(notExpression());
  return finish(std::move(expr));
}

ExprPtr Parser::comparison() {
  ExprPtr first = sum();
  ExprPtr expr;
  constexpr std::pair<std::string_view, Op> kOperators[] = {{"==", Op::Equal},  {"!=", Op::NotEqual},
                                                            {"<", Op::Less},    {"<=", Op::LessEqual},
                                                            {">", Op::Greater}, {">=", Op::GreaterEqual}};
  for (;;) {
    Op op = Op::In;
    const auto known = std::find_if(std::begin(kOperators), std::end(kOperators),
                                    [this](const auto& entry) { return current().isOperator(entry.first); });
    const bool notIn = current().isName("not") && peek().isName("in");
    if (known != std::end(kOperators)) {
      op = known->second;
    } else if (notIn) {
      op = Op::NotIn;
    } else if (!current().isName("in")) {
      break;
    }
    if (!expr) {
      expr = make(ExprKind::Compare);
      expr->children.push_back(std::move(first));
    }
    next();
    if (notIn) next();
    expr->ops.push_back(op);
    expr->children.push_back(sum());
  }
  return expr ? finish(std::move(expr)) : std::move(first);
}

ExprPtr Parser::binary(Op op, ExprPtr left, ExprPtr right) const {
  ExprPtr expr = make(ExprKind::Binary);
  expr->op = op;
  expr->line = left->line;
  expr->children.push_back(std::move(left));
  expr->children.push_back(std::move(right));
  return finish(std::move(expr));
}

ExprPtr Parser::sum() {
  ExprPtr left = concatenation();
  for (;;) {
    if (skipOperator("+")) {
      left = binary(Op::Add, std::move(left), concatenation());
    } else if (skipOperator("-")) {
      left = binary(Op::Subtract, std::move(left), concatenation());
    } else {
      return left;
    }
  }
}

ExprPtr Parser::concatenation() {
  ExprPtr first = product();
  if (!current().isOperator("~")) return first;
  ExprPtr expr = make(ExprKind::Concat);
  expr->children.push_back(std::move(first));
  while (skipOperator("~")) expr->children.push_back(product());
  return finish(std::move(expr));
}

ExprPtr Parser::product() {
  ExprPtr left = power();
  constexpr std::pair<std::string_view, Op> kOperators[] = {
      {"*", Op::Multiply}, {"/", Op::Divide}, {"//", Op::FloorDivide}, {"%", Op::Modulo}};
  for (;;) {
    const auto known = std::find_if(std::begin(kOperators), std::end(kOperators),
                                    [this](const auto& entry) { return current().isOperator(entry.first); });
    if (known == std::end(kOperators)) return left;
    next();
    left = binary(known->second, std::move(left), power());
  }
}

ExprPtr Parser::power() {
  ExprPtr left = unary(true);
  while (skipOperator("**")) left = binary(Op::Power, std::move(left), unary(true));
  return left;
}

ExprPtr Parser::unary(bool withFilter) {
  const Nesting nesting(this);
  ExprPtr expr;
  if (current().isOperator("-") || current().isOperator("+")) {
    expr = make(current().isOperator("-") ? ExprKind::Negative : ExprKind::Positive);
    next();
    expr->children.push_back(unary(false));
    expr = finish(std::move(expr));
  } else {
    expr = primary();
  }
  expr = postfix(std::move(expr));
  return withFilter ? filtersAndTests(std::move(expr)) : std::move(expr);
}

ExprPtr Parser::numberConstant() {
  ExprPtr expr = make(ExprKind::Constant);
  const std::string& text = current().text;
  if (current().type == TokenType::Integer) {
    int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) {
      fail("the number " + text.substr(0, 40) + " is too large");
    }
    expr->constant = Value(value);
  } else {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    expr->constant = Value(value);
  }
  next();
  return expr;
}

ExprPtr Parser::primary() {
  switch (current().type) {
    case TokenType::Integer:
    case TokenType::Real:
      return numberConstant();
    case TokenType::String: {
      ExprPtr expr = make(ExprKind::Constant);
      std::string bytes;
      for (; current().type == TokenType::String; next()) bytes += current().text;
      expr->constant = constantString(std::move(bytes));
      return expr;
    }
    case TokenType::Name: {
      ExprPtr expr = make(ExprKind::Constant);
      const std::string name = takeName();
      if (name == "true" || name == "True") {
        expr->constant = Value(true);
      } else if (name == "false" || name == "False") {
        expr->constant = Value(false);
      } else if (name == "none" || name == "None") {
        expr->constant = Value(None{});
      } else {
        expr->kind = ExprKind::Name;
        expr->id = idOf(name);
        expr->name = name;
      }
      return expr;
    }
    default:
      if (current().isOperator("(")) return parenthesised();
      if (current().isOperator("[")) return listDisplay();
      if (current().isOperator("{")) return dictDisplay();
      failExpected("an expression");
  }
}

ExprPtr Parser::parenthesised() {
  const Nesting nesting(this);
  expectOperator("(");
  ExprPtr expr;
  if (current().isOperator(")")) {
    expr = make(ExprKind::Tuple);
  } else {
    expr = tupleOrExpression(true);
  }
  expectOperator(")");
  return expr;
}

bool Parser::atTupleEnd() const {
  const Token& token = current();
  return token.type == TokenType::BlockEnd || token.type == TokenType::VariableEnd || token.isOperator(")") ||
         token.isOperator("]") || token.isOperator("=") || token.isName("in") || token.isName("if");
}

ExprPtr Parser::tupleOrExpression(bool withChoice) {
  ExprPtr first = expression(withChoice);
  if (!current().isOperator(",")) return first;
  ExprPtr tuple = make(ExprKind::Tuple);
  tuple->children.push_back(std::move(first));
  while (skipOperator(",")) {
    if (atTupleEnd()) break;
    tuple->children.push_back(expression(withChoice));
  }
  return finish(std::move(tuple));
}

ExprPtr Parser::listDisplay() {
  const Nesting nesting(this);
  ExprPtr list = make(ExprKind::List);
  expectOperator("[");
  while (!current().isOperator("]")) {
    list->children.push_back(expression());
    if (!skipOperator(",")) break;
  }
  expectOperator("]");
  return finish(std::move(list));
}

ExprPtr Parser::dictDisplay() {
  const Nesting nesting(this);
  ExprPtr dict = make(ExprKind::Dict);
  expectOperator("{");
  while (!current().isOperator("}")) {
    dict->children.push_back(expression());
    expectOperator(":");
    dict->children.push_back(expression());
    if (!skipOperator(",")) break;
  }
  expectOperator("}");
  return finish(std::move(dict));
}

ExprPtr Parser::postfix(ExprPtr expr) {
  for (;;) {
    if (current().isOperator(".") || current().isOperator("[")) {
      expr = subscript(std::move(expr));
    } else if (current().isOperator("(")) {
      ExprPtr call = make(ExprKind::Call);
      call->children.push_back(std::move(expr));
      arguments(call.get());
      expr = finish(std::move(call));
    } else {
      return expr;
    }
  }
}

ExprPtr Parser::subscript(ExprPtr expr) {
  const Nesting nesting(this);
  if (skipOperator(".")) {
    ExprPtr result = make(ExprKind::Attribute);
    result->children.push_back(std::move(expr));
    if (current().type == TokenType::Integer) {
      result->kind = ExprKind::Item;
      result->children.push_back(numberConstant());
    } else {
      result->name = takeName();
    }
    return finish(std::move(result));
  }
  ExprPtr result = make(ExprKind::Item);
  result->children.push_back(std::move(expr));
  expectOperator("[");
  const auto part = [this]() -> ExprPtr {
    if (current().isOperator(":") || current().isOperator("]")) return nullptr;
    return tupleOrExpression(true);
  };
  ExprPtr first = part();
  if (!current().isOperator(":")) {
    if (!first) failExpected("an index");
    result->children.push_back(std::move(first));
  } else {
    result->kind = ExprKind::Slice;
    result->children.push_back(std::move(first));
    next();
    result->children.push_back(part());
    result->children.push_back(skipOperator(":") ? part() : nullptr);
  }
  expectOperator("]");
  return finish(std::move(result));
}

void Parser::arguments(Expr* call) {
  const Nesting nesting(this);
  expectOperator("(");
  while (!current().isOperator(")")) {
    if (call->starNamed) fail("nothing may follow ** in a call");
    if (skipOperator("**")) {
      call->named.emplace_back("**", expression());
      call->starNamed = true;
    } else if (skipOperator("*")) {
      if (call->starArguments) fail("a call may hold only one *");
      call->children.push_back(expression());
      call->starArguments = true;
    } else if (current().type == TokenType::Name && peek().isOperator("=")) {
      std::string name = takeName();
      next();
      call->named.emplace_back(std::move(name), expression());
    } else {
      if (!call->named.empty() || call->starArguments) fail("an argument without a name follows one with a name");
      call->children.push_back(expression());
    }
    if (!skipOperator(",")) break;
  }
  expectOperator(")");
}

std::string Parser::dottedName() {
  std::string name = takeName();
  while (skipOperator(".")) name.append(1, '.').append(takeName());
  return name;
}

ExprPtr Parser::filtersAndTests(ExprPtr expr) {
  for (;;) {
    if (current().isOperator("|")) {
      expr = filter(std::move(expr));
    } else if (current().isName("is")) {
      expr = test(std::move(expr));
    } else if (current().isOperator("(")) {
      expr = postfix(std::move(expr));
    } else {
      return expr;
    }
  }
}

ExprPtr Parser::filter(ExprPtr expr) {
  ExprPtr result = make(ExprKind::Filter);
  expectOperator("|");
  result->children.push_back(std::move(expr));
  result->name = dottedName();
  if (current().isOperator("(")) arguments(result.get());
  return finish(std::move(result));
}

ExprPtr Parser::test(ExprPtr expr) {
  ExprPtr result = make(ExprKind::Test);
  expectName("is");
  const bool negated = skipName("not");
  result->children.push_back(std::move(expr));
  result->name = dottedName();
  constexpr std::string_view kContinuations[] = {"else", "or", "and", "if", "in", "not", "is"};
  const Token& token = current();
  if (token.isOperator("(")) {
    arguments(result.get());
  } else if (token.isName("is")) {
    fail("tests cannot be chained with 'is'");
  } else if (token.type == TokenType::String || token.type == TokenType::Integer || token.type == TokenType::Real ||
             token.isOperator("[") || token.isOperator("{") ||
             (token.type == TokenType::Name && std::find(std::begin(kContinuations), std::end(kContinuations),
                                                         token.text) == std::end(kContinuations))) {
    result->children.push_back(postfix(primary()));
  }
  result = finish(std::move(result));
  if (!negated) return result;
  ExprPtr inverse = make(ExprKind::Not);
  inverse->children.push_back(std::move(result));
  return finish(std::move(inverse));
}

}  // namespace engine::jinja
