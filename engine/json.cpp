#include "engine/json.h"

#include <fmt/format.h>

#include <exception>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "engine/text.h"

namespace engine {

namespace {

using nlohmann::json;

Error jsonError(std::string message) {
  return {ErrorCode::InvalidArgument, std::move(message)};
}

/// Accepts events only to learn where and why a text is malformed, and whether an object repeats a key.
class Checker : public nlohmann::json_sax<json> {
 public:
  explicit Checker(bool rejectDuplicates) : m_rejectDuplicates(rejectDuplicates) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    m_keys.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!m_rejectDuplicates || m_keys.back().insert(name).second) return true;
    m_problem = fmt::format("JSON has the key \"{}\" twice in one object", printable(name));
    return false;
  }
  bool end_object() override {
    m_keys.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& lastToken, const nlohmann::detail::exception&) override {
    m_problem = fmt::format("JSON is malformed at byte {} near \"{}\"", position, printable(lastToken, 40));
    return false;
  }

  const std::string& problem() const { return m_problem; }

 private:
  bool m_rejectDuplicates;
  std::vector<std::set<std::string>> m_keys;
  std::string m_problem;
};

}  // namespace

Result<void> checkJsonShape(std::string_view text, const JsonLimits& limits) {
  uint32_t depth = 0;
  size_t values = 1;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inString) {
      if (c == '\\') {
        ++i;
      } else if (c == '"') {
        inString = false;
      }
      continue;
    }
    switch (c) {
      case '"':
        inString = true;
        break;
      case '[':
      case '{':
        ++values;
        if (++depth > limits.maxDepth) {
          return jsonError(fmt::format("JSON is nested deeper than {} levels at byte {}", limits.maxDepth, i));
        }
        break;
      case ']':
      case '}':
        if (depth > 0) --depth;
        break;
      case ',':
        ++values;
        break;
      default:
        break;
    }
    if (values > limits.maxValues) return jsonError(fmt::format("JSON holds more than {} values", limits.maxValues));
  }
  return {};
}

Result<json> parseJson(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.maxBytes) {
    return jsonError(
        fmt::format("JSON is {} long; at most {} are read", formatBytes(text.size()), formatBytes(limits.maxBytes)));
  }
  ENGINE_RETURN_IF_ERROR(checkJsonShape(text, limits));
  try {
    if (limits.rejectDuplicates) {
      Checker checker(true);
      if (!json::sax_parse(text, &checker)) return jsonError(checker.problem());
    }
    json value = json::parse(text, nullptr, false);
    if (!value.is_discarded()) return value;
    Checker checker(false);
    json::sax_parse(text, &checker);
    return jsonError(checker.problem().empty() ? "JSON is malformed" : checker.problem());
  } catch (const std::exception& e) {
    return Error{ErrorCode::OutOfMemory,
                 fmt::format("JSON of {} could not be read: {}", formatBytes(text.size()), e.what())};
  }
}

}  // namespace engine
