// The pieces a template's source falls into.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace engine::jinja {

enum class TokenType : uint8_t {
  Data,
  VariableBegin,
  VariableEnd,
  BlockBegin,
  BlockEnd,
  Name,
  String,
  Integer,
  Real,
  Operator,
  End
};

struct Token {
  TokenType type = TokenType::End;
  uint32_t line = 0;
  std::string text;  ///< data, decoded string, name, digits or operator

  bool isOperator(std::string_view op) const { return type == TokenType::Operator && text == op; }
  bool isName(std::string_view name) const { return type == TokenType::Name && text == name; }
};

/// Splits a source with trim_blocks and lstrip_blocks on, as transformers sets them. The last token is End. Throws
/// Failure with its line.
std::vector<Token> tokenize(std::string_view source);

}  // namespace engine::jinja
