#include "engine/models/field_reader.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/text.h"

namespace engine {

using nlohmann::json;

uint32_t FieldReader::count(std::string_view key, uint32_t least, uint32_t most, std::optional<uint32_t> fallback) {
  const std::optional<int64_t> value = integer(key);
  if (!value) {
    if (!fallback && !has(key)) problem(fmt::format("{} is missing", shown(key)));
    return fallback.value_or(least);
  }
  if (*value < static_cast<int64_t>(least) || *value > static_cast<int64_t>(most)) {
    problem(fmt::format("{} is {}; it must be {} to {}", shown(key), *value, least, most));
    return fallback.value_or(least);
  }
  return static_cast<uint32_t>(*value);
}

double FieldReader::real(std::string_view key, double least, double most, std::optional<double> fallback) {
  const std::optional<double> value = number(key);
  if (!value) {
    if (!fallback && !has(key)) problem(fmt::format("{} is missing", shown(key)));
    return fallback.value_or(least);
  }
  if (!std::isfinite(*value) || *value < least || *value > most) {
    problem(fmt::format("{} is {}; it must be {} to {}", shown(key), *value, least, most));
    return fallback.value_or(least);
  }
  return *value;
}

ConfigFields::ConfigFields(const json& object, std::string prefix) : m_object(object), m_prefix(std::move(prefix)) {}

const json* ConfigFields::find(std::string_view key) const {
  if (!m_object.is_object()) return nullptr;
  const auto found = m_object.find(key);
  return found == m_object.end() || found->is_null() ? nullptr : &*found;
}

void ConfigFields::wrongType(std::string_view key, const char* wanted, const json& value) {
  problem(fmt::format("{}{} is no {} but {}", m_prefix, key, wanted, value.type_name()));
}

bool ConfigFields::isNull(std::string_view key) const {
  if (!m_object.is_object()) return false;
  const auto found = m_object.find(key);
  return found != m_object.end() && found->is_null();
}

bool ConfigFields::has(std::string_view key) {
  return find(key) != nullptr;
}

std::optional<double> ConfigFields::number(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number()) return value->get<double>();
  wrongType(key, "number", *value);
  return std::nullopt;
}

std::optional<int64_t> ConfigFields::integer(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) {
    constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    return static_cast<int64_t>(std::min(value->get<uint64_t>(), kMost));
  }
  if (value->is_number_integer()) return value->get<int64_t>();
  if (value->is_number_float()) {
    // Some tools write whole numbers as 4096.0.
    const double real = value->get<double>();
    if (std::trunc(real) == real && std::abs(real) < 9.0e15) return static_cast<int64_t>(real);
  }
  wrongType(key, "whole number", *value);
  return std::nullopt;
}

std::optional<bool> ConfigFields::boolean(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_boolean()) return value->get<bool>();
  wrongType(key, "boolean", *value);
  return std::nullopt;
}

std::optional<std::string> ConfigFields::string(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return value->get<std::string>();
  wrongType(key, "string", *value);
  return std::nullopt;
}

const json* ConfigFields::object(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr || value->is_object()) return value;
  wrongType(key, "object", *value);
  return nullptr;
}

const json* ConfigFields::array(std::string_view key) {
  const json* value = find(key);
  if (value == nullptr || value->is_array()) return value;
  wrongType(key, "list", *value);
  return nullptr;
}

std::vector<int32_t> ConfigFields::ids(std::string_view key) {
  constexpr size_t kMostIds = 1024;
  std::vector<int32_t> out;
  const json* value = find(key);
  if (value == nullptr) return out;
  const json list = value->is_array() ? *value : json::array({*value});
  for (const json& id : list) {
    if (!id.is_number_integer() || id.get<int64_t>() < 0 || id.get<int64_t>() > std::numeric_limits<int32_t>::max() ||
        out.size() >= kMostIds) {
      problem(fmt::format("{}{} is no token id or list of token ids", m_prefix, key));
      return {};
    }
    out.push_back(static_cast<int32_t>(id.get<int64_t>()));
  }
  return out;
}

std::string GgufFields::full(std::string_view key) const {
  return key.starts_with('.') ? m_architecture + std::string(key) : std::string(key);
}

void GgufFields::wrongType(std::string_view key, const char* wanted) {
  if (m_file.has(full(key))) problem(fmt::format("{} is no {}", full(key), wanted));
}

std::optional<double> GgufFields::number(std::string_view key) {
  const std::optional<double> value = m_file.getNumber(full(key));
  if (!value) wrongType(key, "number");
  return value;
}

std::optional<int64_t> GgufFields::integer(std::string_view key) {
  const std::optional<int64_t> value = m_file.getInteger(full(key));
  if (!value) wrongType(key, "whole number");
  return value;
}

std::optional<bool> GgufFields::boolean(std::string_view key) {
  const std::optional<bool> value = m_file.getBool(full(key));
  if (!value) wrongType(key, "boolean");
  return value;
}

std::optional<std::string> GgufFields::string(std::string_view key) {
  const std::optional<std::string_view> value = m_file.getString(full(key));
  if (!value) {
    wrongType(key, "string");
    return std::nullopt;
  }
  return std::string(*value);
}

}  // namespace engine
