#include "engine/loaders/gguf.h"

#include <fmt/format.h>

#include <cstring>
#include <exception>
#include <limits>

#include "engine/loaders/gguf_parser.h"
#include "engine/text.h"

namespace engine {

namespace {

template <typename T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

/// One integer of an integer type, or nothing when it does not fit or the type is another.
std::optional<int64_t> integerAt(GgufType type, const std::byte* at) {
  switch (type) {
    case GgufType::U8:
      return load<uint8_t>(at);
    case GgufType::I8:
      return load<int8_t>(at);
    case GgufType::U16:
      return load<uint16_t>(at);
    case GgufType::I16:
      return load<int16_t>(at);
    case GgufType::U32:
      return load<uint32_t>(at);
    case GgufType::I32:
      return load<int32_t>(at);
    case GgufType::I64:
      return load<int64_t>(at);
    case GgufType::U64: {
      const auto value = load<uint64_t>(at);
      if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return std::nullopt;
      return static_cast<int64_t>(value);
    }
    case GgufType::F32:
    case GgufType::F64:
    case GgufType::Bool:
    case GgufType::String:
    case GgufType::Array:
      break;
  }
  return std::nullopt;
}

}  // namespace

Result<GgufFile> GgufFile::open(const std::filesystem::path& path, bool allowTruncated, const GgufLimits& limits) {
  ENGINE_ASSIGN_OR_RETURN(InputFile file, InputFile::open(path));
  try {
    GgufFile out(std::move(file));
    ENGINE_RETURN_IF_ERROR(GgufParser(out, limits).run(allowTruncated));
    return out;
  } catch (const std::exception& e) {
    const std::string name = printable(path.filename().string(), 200);
    return Error{ErrorCode::OutOfMemory, fmt::format("{}: no memory for its header: {}", name, e.what()), name};
  }
}

std::vector<std::string_view> GgufFile::keys() const {
  std::vector<std::string_view> out;
  out.reserve(m_values.size());
  for (const auto& [key, value] : m_values) out.emplace_back(key);
  return out;
}

const GgufFile::Value* GgufFile::find(std::string_view key, bool isArray) const {
  const auto found = m_values.find(key);
  return found == m_values.end() || found->second.isArray != isArray ? nullptr : &found->second;
}

std::optional<int64_t> GgufFile::getInteger(std::string_view key) const {
  const Value* value = find(key, false);
  if (value == nullptr) return std::nullopt;
  return integerAt(value->type, m_header.data() + value->offset);
}

std::optional<uint64_t> GgufFile::getUnsigned(std::string_view key) const {
  const Value* value = find(key, false);
  if (value == nullptr) return std::nullopt;
  const std::byte* at = m_header.data() + value->offset;
  if (value->type == GgufType::U64) return load<uint64_t>(at);
  const std::optional<int64_t> number = integerAt(value->type, at);
  if (!number || *number < 0) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

std::optional<double> GgufFile::getNumber(std::string_view key) const {
  const Value* value = find(key, false);
  if (value == nullptr) return std::nullopt;
  const std::byte* at = m_header.data() + value->offset;
  if (value->type == GgufType::F32) return static_cast<double>(load<float>(at));
  if (value->type == GgufType::F64) return load<double>(at);
  const std::optional<int64_t> number = integerAt(value->type, at);
  if (!number) return std::nullopt;
  return static_cast<double>(*number);
}

std::optional<bool> GgufFile::getBool(std::string_view key) const {
  const Value* value = find(key, false);
  if (value == nullptr || value->type != GgufType::Bool) return std::nullopt;
  return load<uint8_t>(m_header.data() + value->offset) != 0;
}

std::optional<std::string_view> GgufFile::getString(std::string_view key) const {
  const Value* value = find(key, false);
  if (value == nullptr || value->type != GgufType::String) return std::nullopt;
  const std::byte* at = m_header.data() + value->offset;
  return std::string_view(reinterpret_cast<const char*>(at + 8), static_cast<size_t>(load<uint64_t>(at)));
}

std::optional<std::vector<std::string_view>> GgufFile::getStrings(std::string_view key) const {
  const Value* value = find(key, true);
  if (value == nullptr || value->type != GgufType::String) return std::nullopt;
  std::vector<std::string_view> out;
  out.reserve(static_cast<size_t>(value->count));
  const std::byte* at = m_header.data() + value->offset;
  for (uint64_t i = 0; i < value->count; ++i) {
    const auto length = static_cast<size_t>(load<uint64_t>(at));
    out.emplace_back(reinterpret_cast<const char*>(at + 8), length);
    at += 8 + length;
  }
  return out;
}

std::optional<std::vector<int64_t>> GgufFile::getIntegers(std::string_view key) const {
  const Value* value = find(key, true);
  if (value == nullptr) return std::nullopt;
  std::vector<int64_t> out;
  const std::byte* at = m_header.data() + value->offset;
  for (uint64_t i = 0; i < value->count; ++i) {
    const std::optional<int64_t> number = integerAt(value->type, at);
    if (!number) return std::nullopt;
    out.push_back(*number);
    at += scalarBytes(value->type);
  }
  return out;
}

std::optional<std::vector<float>> GgufFile::getFloats(std::string_view key) const {
  const Value* value = find(key, true);
  if (value == nullptr || (value->type != GgufType::F32 && value->type != GgufType::F64)) return std::nullopt;
  std::vector<float> out(static_cast<size_t>(value->count));
  const std::byte* at = m_header.data() + value->offset;
  if (value->type == GgufType::F32) {
    if (!out.empty()) std::memcpy(out.data(), at, out.size() * sizeof(float));
    return out;
  }
  for (float& element : out) {
    element = static_cast<float>(load<double>(at));
    at += sizeof(double);
  }
  return out;
}

uint64_t GgufFile::arraySize(std::string_view key) const {
  const Value* value = find(key, true);
  return value == nullptr ? 0 : value->count;
}

}  // namespace engine
