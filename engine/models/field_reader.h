// Typed fields of a model's description, from config.json or GGUF metadata alike. A field that is absent where it is
// needed, of the wrong type or out of range becomes a problem that names it; reading goes on, so that all problems are
// told at once.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/loaders/gguf.h"

namespace engine {

class FieldReader {
 public:
  virtual ~FieldReader() = default;

  // The file's own values; nothing when absent or null. A value of another type is a problem and gives nothing.
  virtual bool has(std::string_view key) = 0;
  virtual std::optional<double> number(std::string_view key) = 0;
  virtual std::optional<int64_t> integer(std::string_view key) = 0;
  virtual std::optional<bool> boolean(std::string_view key) = 0;
  virtual std::optional<std::string> string(std::string_view key) = 0;
  /// The key as people find it in the file.
  virtual std::string shown(std::string_view key) const = 0;

  /// A whole number in [least, most]; `fallback` when absent (a problem when there is no fallback).
  uint32_t count(std::string_view key, uint32_t least, uint32_t most, std::optional<uint32_t> fallback = {});
  /// A finite number in [least, most].
  double real(std::string_view key, double least, double most, std::optional<double> fallback = {});
  bool flag(std::string_view key, bool fallback) { return boolean(key).value_or(fallback); }

  void problem(std::string text) { m_problems.push_back(std::move(text)); }
  const std::vector<std::string>& problems() const { return m_problems; }

 protected:
  std::vector<std::string> m_problems;
};

/// Fields of config.json, or of an object in it: `prefix` then stands before the key in messages.
class ConfigFields : public FieldReader {
 public:
  explicit ConfigFields(const nlohmann::json& object, std::string prefix = {});
  bool has(std::string_view key) override;
  std::optional<double> number(std::string_view key) override;
  std::optional<int64_t> integer(std::string_view key) override;
  std::optional<bool> boolean(std::string_view key) override;
  std::optional<std::string> string(std::string_view key) override;
  std::string shown(std::string_view key) const override { return m_prefix + std::string(key); }

  /// True when the key is there and null, which is not the same as absent for keys with a default.
  bool isNull(std::string_view key) const;
  /// The object under `key`, or null. Another type is a problem.
  const nlohmann::json* object(std::string_view key);
  const nlohmann::json* array(std::string_view key);
  /// One id or a list of ids, as eos_token_id comes; absent or null: empty.
  std::vector<int32_t> ids(std::string_view key);

 private:
  const nlohmann::json* find(std::string_view key) const;
  void wrongType(std::string_view key, const char* wanted, const nlohmann::json& value);

  const nlohmann::json& m_object;
  std::string m_prefix;
};

/// Keys of GGUF metadata. Names that begin with '.' stand for "<architecture>.<name>".
class GgufFields : public FieldReader {
 public:
  GgufFields(const GgufFile& file, std::string architecture) : m_file(file), m_architecture(std::move(architecture)) {}
  bool has(std::string_view key) override { return m_file.has(full(key)); }
  std::optional<double> number(std::string_view key) override;
  std::optional<int64_t> integer(std::string_view key) override;
  std::optional<bool> boolean(std::string_view key) override;
  std::optional<std::string> string(std::string_view key) override;
  std::string shown(std::string_view key) const override { return full(key); }

  const GgufFile& file() const { return m_file; }

 private:
  std::string full(std::string_view key) const;
  void wrongType(std::string_view key, const char* wanted);

  const GgufFile& m_file;
  std::string m_architecture;
};

}  // namespace engine
