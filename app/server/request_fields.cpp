#include "app/server/request_fields.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "app/server/body_json.h"

namespace app {

namespace {

using json = nlohmann::ordered_json;

constexpr size_t kMaxProblems = 20;

}  // namespace

std::variant<json, ApiError> parseBody(std::string_view body) {
  if (body.empty())
    return ApiError{.message = "The request body is empty; a JSON object is needed.", .code = "invalid_json"};
  auto parsed = parseBodyJson(body);
  if (!parsed.ok()) {
    const bool memory = parsed.error().code == engine::ErrorCode::OutOfMemory;
    return ApiError{.status = memory ? 503 : 400,
                    .message = "The request body is not usable JSON: " + parsed.error().message + ".",
                    .code = memory ? "out_of_memory" : "invalid_json"};
  }
  if (!parsed->is_object()) {
    return ApiError{.message = fmt::format("The request body must be a JSON object, not {}.", kindName(*parsed)),
                    .code = "invalid_json"};
  }
  return std::move(parsed).value();
}

void FieldProblems::add(std::string field, std::string message, std::string code) {
  if (m_problems.size() < kMaxProblems) m_problems.push_back({std::move(field), std::move(message), std::move(code)});
}

ApiError FieldProblems::error() const {
  ApiError error;
  for (const Problem& problem : m_problems) {
    if (!error.message.empty()) error.message += "; ";
    error.message += problem.message;
  }
  error.message += '.';
  if (!m_problems.empty()) {
    error.param = m_problems.front().field;
    error.code = m_problems.front().code;
  }
  return error;
}

const json* FieldReader::value(std::string_view name) const {
  const auto found = m_object.find(name);
  return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

void FieldReader::problem(std::string_view name, std::string message, std::string code) {
  m_problems.add(m_prefix + std::string(name), std::move(message), std::move(code));
}

std::optional<bool> FieldReader::boolean(std::string_view name) {
  const json* field = value(name);
  if (field == nullptr) return std::nullopt;
  if (field->is_boolean()) return field->get<bool>();
  problem(name, fmt::format("{}{} must be true or false, got {}", m_prefix, name, kindName(*field)));
  return std::nullopt;
}

std::optional<int64_t> FieldReader::integer(std::string_view name, int64_t low, int64_t high) {
  const json* field = value(name);
  if (field == nullptr) return std::nullopt;
  const std::optional<int64_t> number = asInteger(*field);
  if (number && *number >= low && *number <= high) return number;
  const std::string got = field->is_number() ? field->dump() : std::string(kindName(*field));
  std::string range;
  if (low != INT64_MIN && high != INT64_MAX) {
    range = fmt::format(" in [{}, {}]", low, high);
  } else if (low != INT64_MIN) {
    range = fmt::format(" of at least {}", low);
  }
  problem(name, fmt::format("{}{} must be an integer{}, got {}", m_prefix, name, range, got));
  return std::nullopt;
}

std::optional<double> FieldReader::number(std::string_view name) {
  const json* field = value(name);
  if (field == nullptr) return std::nullopt;
  if (field->is_number() && std::isfinite(field->get<double>())) return field->get<double>();
  problem(name, fmt::format("{}{} must be a number, got {}", m_prefix, name, kindName(*field)));
  return std::nullopt;
}

std::optional<std::string> FieldReader::text(std::string_view name) {
  const json* field = value(name);
  if (field == nullptr) return std::nullopt;
  if (field->is_string()) return field->get<std::string>();
  problem(name, fmt::format("{}{} must be a string, got {}", m_prefix, name, kindName(*field)));
  return std::nullopt;
}

void FieldReader::refuse(std::string_view name, std::string_view reason) {
  if (value(name) != nullptr) problem(name, fmt::format("{}{} {}", m_prefix, name, reason), "unsupported_parameter");
}

std::optional<int64_t> asInteger(const json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<uint64_t>();
    return number <= INT64_MAX ? std::optional(static_cast<int64_t>(number)) : std::nullopt;
  }
  if (value.is_number_integer()) return value.get<int64_t>();
  if (!value.is_number_float()) return std::nullopt;
  const auto number = value.get<double>();
  constexpr double kLimit = 9007199254740992.0;  // beyond 2^53 a float no longer says which integer is meant
  if (number != std::floor(number) || std::abs(number) > kLimit) return std::nullopt;
  return static_cast<int64_t>(number);
}

std::string_view kindName(const json& value) {
  switch (value.type()) {
    case json::value_t::null:
      return "null";
    case json::value_t::boolean:
      return "a boolean";
    case json::value_t::string:
      return "a string";
    case json::value_t::array:
      return "an array";
    case json::value_t::object:
      return "an object";
    default:
      return "a number";
  }
}

}  // namespace app
