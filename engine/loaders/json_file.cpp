#include "engine/loaders/json_file.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/loaders/input_file.h"
#include "engine/text.h"

namespace engine {

Result<nlohmann::json> readJsonFile(const std::filesystem::path& path, const JsonLimits& limits) {
  ENGINE_ASSIGN_OR_RETURN(const std::string text, readTextFile(path, limits.maxBytes));
  Result<nlohmann::json> value = parseJson(text, limits);
  if (value.ok()) return value;
  const std::string name = printable(path.filename().string(), 200);
  const ErrorCode code = value.error().code == ErrorCode::InvalidArgument ? ErrorCode::Damaged : value.error().code;
  return Error{code, fmt::format("{}: {}", name, value.error().message), name};
}

}  // namespace engine
