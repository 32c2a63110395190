// JSON to template values.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/templates/value.h"

namespace engine::jinja {

/// Everything in the result counts as content. Throws Failure when it nests too deep.
Value fromJson(const nlohmann::ordered_json& json, Budget* budget);
/// One message: like fromJson, but a role that the API knows counts as the template's own text.
Value fromMessage(const nlohmann::ordered_json& message, Budget* budget);
/// True for system, developer, user, assistant, tool.
bool isKnownRole(std::string_view role);

}  // namespace engine::jinja
