#include "engine/templates/json_value.h"

#include <algorithm>
#include <limits>

namespace engine::jinja {

namespace {

using Json = nlohmann::ordered_json;
constexpr int kMaxJsonDepth = 128;

Value convert(const Json& json, Budget* budget, int depth) {
  if (depth > kMaxJsonDepth) {
    throw Failure{"the messages or tools nest deeper than " + std::to_string(kMaxJsonDepth) + " levels"};
  }
  switch (json.type()) {
    case Json::value_t::boolean:
      return Value(json.get<bool>(), true);
    case Json::value_t::number_integer:
      return Value(json.get<int64_t>(), true);
    case Json::value_t::number_unsigned: {
      const auto value = json.get<uint64_t>();
      if (value <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
        return Value(static_cast<int64_t>(value), true);
      }
      return Value(static_cast<double>(value), true);
    }
    case Json::value_t::number_float:
      return Value(json.get<double>(), true);
    case Json::value_t::string:
      return makeString(budget, json.get_ref<const std::string&>(), true);
    case Json::value_t::array: {
      std::vector<Value> items;
      items.reserve(json.size());
      for (const Json& item : json) items.push_back(convert(item, budget, depth + 1));
      return makeList(budget, std::move(items), false, true);
    }
    case Json::value_t::object: {
      std::vector<std::pair<Value, Value>> entries;
      entries.reserve(json.size());
      for (const auto& [key, item] : json.items()) {
        entries.emplace_back(makeString(budget, key, true), convert(item, budget, depth + 1));
      }
      return makeDict(budget, std::move(entries), true);
    }
    default:
      return Value(None{}, true);
  }
}

}  // namespace

bool isKnownRole(std::string_view role) {
  constexpr std::string_view kRoles[] = {"system", "developer", "user", "assistant", "tool"};
  return std::find(std::begin(kRoles), std::end(kRoles), role) != std::end(kRoles);
}

Value fromJson(const Json& json, Budget* budget) {
  return convert(json, budget, 0);
}

Value fromMessage(const Json& message, Budget* budget) {
  if (!message.is_object()) return fromJson(message, budget);
  std::vector<std::pair<Value, Value>> entries;
  for (const auto& [key, item] : message.items()) {
    const bool role = key == "role" && item.is_string() && isKnownRole(item.get_ref<const std::string&>());
    entries.emplace_back(makeString(budget, key, true),
                         role ? makeString(budget, item.get_ref<const std::string&>()) : convert(item, budget, 1));
  }
  return makeDict(budget, std::move(entries), true);
}

}  // namespace engine::jinja
