// Typed reading of a request's JSON object. Every offending field is collected, so that one 400 names them all.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/server/api_error.h"

namespace app {

/// Parses a request's body: a JSON object within bounds of depth and size, else the 400.
std::variant<nlohmann::ordered_json, ApiError> parseBody(std::string_view body);

/// Collects what is wrong with a request.
class FieldProblems {
 public:
  void add(std::string field, std::string message, std::string code = {});
  bool none() const { return m_problems.empty(); }
  /// One 400 that names every field; `param` and `code` are the first's.
  ApiError error() const;

 private:
  struct Problem {
    std::string field, message, code;
  };
  std::vector<Problem> m_problems;
};

/// Reads the fields of one object. Absent and null are the same: nothing. A value of the wrong kind is a problem, and
/// nothing.
class FieldReader {
 public:
  /// `prefix` goes before the names in messages ("stream_options.").
  FieldReader(const nlohmann::ordered_json& object, FieldProblems& problems, std::string prefix = {})
      : m_object(object), m_problems(problems), m_prefix(std::move(prefix)) {}

  /// The value, or null when absent or null.
  const nlohmann::ordered_json* value(std::string_view name) const;
  std::optional<bool> boolean(std::string_view name);
  /// 5 and 5.0 are integers, 5.5 is not; the value must lie in [low, high].
  std::optional<int64_t> integer(std::string_view name, int64_t low = INT64_MIN, int64_t high = INT64_MAX);
  /// A finite number; ranges are the caller's.
  std::optional<double> number(std::string_view name);
  std::optional<std::string> text(std::string_view name);
  /// Refuses a field that has a value, with the reason.
  void refuse(std::string_view name, std::string_view reason);
  void problem(std::string_view name, std::string message, std::string code = {});

 private:
  const nlohmann::ordered_json& m_object;
  FieldProblems& m_problems;
  std::string m_prefix;
};

/// An integer as FieldReader::integer takes it; nothing when it is none or does not fit.
std::optional<int64_t> asInteger(const nlohmann::ordered_json& value);
/// "a string", "an array", ... for messages.
std::string_view kindName(const nlohmann::ordered_json& value);

}  // namespace app
