// GGUF version 2 and 3: metadata and the table of tensors, read from the header with every length checked before it is
// used. No tensor data is read here; a file without tensors (a vocabulary) is fine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/loaders/input_file.h"
#include "engine/loaders/stored_type.h"
#include "engine/result.h"

namespace engine {

/// Types of metadata values, with their ids in the file.
enum class GgufType : uint32_t {
  U8 = 0,
  I8 = 1,
  U16 = 2,
  I16 = 3,
  U32 = 4,
  I32 = 5,
  F32 = 6,
  Bool = 7,
  String = 8,
  Array = 9,
  U64 = 10,
  I64 = 11,
  F64 = 12
};

struct GgufTensor {
  std::string name;
  StoredType type = StoredType::F32;
  std::vector<uint64_t> shape;  ///< slowest first: [out, in], the reverse of the file's order
  uint64_t offset = 0;          ///< from the start of the file
  uint64_t bytes = 0;
};

/// Limits beyond which a file is refused as hostile rather than large.
struct GgufLimits {
  uint64_t maxStringBytes = 16u << 20;
  uint64_t maxArrayElements = 64u << 20;
  uint64_t maxHeaderBytes = 256u << 20;
  uint64_t maxKeys = 1u << 16;
  uint64_t maxTensors = 1u << 20;
  uint64_t maxAlignment = 1u << 20;
};

/// The header of a GGUF file. Movable; string_views it hands out live as long as it does.
class GgufFile {
 public:
  /// Reads the header. Damaged with what, where and by how much for every contradiction. A file that ends before its
  /// last tensor does is Damaged too unless `allowTruncated`, for telling what the file is.
  static Result<GgufFile> open(const std::filesystem::path& path, bool allowTruncated = false,
                               const GgufLimits& limits = {});

  const InputFile& file() const { return m_file; }
  uint32_t version() const { return m_version; }
  uint64_t alignment() const { return m_alignment; }
  /// Bytes that the file must have by its own table of tensors.
  uint64_t expectedBytes() const { return m_expectedBytes; }
  bool truncated() const { return m_file.size() < m_expectedBytes; }

  /// In the file's order.
  const std::vector<GgufTensor>& tensors() const { return m_tensors; }

  bool has(std::string_view key) const { return m_values.find(key) != m_values.end(); }
  std::vector<std::string_view> keys() const;

  // Each gives nothing when the key is absent or holds another kind of value.
  std::optional<uint64_t> getUnsigned(std::string_view key) const;  ///< any integer type that is not negative
  std::optional<int64_t> getInteger(std::string_view key) const;    ///< any integer type that fits
  std::optional<double> getNumber(std::string_view key) const;      ///< any integer or float
  std::optional<bool> getBool(std::string_view key) const;
  std::optional<std::string_view> getString(std::string_view key) const;
  std::optional<std::vector<std::string_view>> getStrings(std::string_view key) const;
  std::optional<std::vector<int64_t>> getIntegers(std::string_view key) const;  ///< array of any integer type
  std::optional<std::vector<float>> getFloats(std::string_view key) const;      ///< array of F32 or F64
  /// Elements of an array, 0 when the key is absent or no array.
  uint64_t arraySize(std::string_view key) const;

 private:
  friend class GgufParser;
  struct Value {
    GgufType type = GgufType::U8;  ///< of the value, of the elements when `isArray`
    bool isArray = false;
    uint64_t count = 1;   ///< elements of an array
    uint64_t offset = 0;  ///< in m_header: first byte of the value (of a string: of its length)
  };

  explicit GgufFile(InputFile file) : m_file(std::move(file)) {}
  const Value* find(std::string_view key, bool isArray) const;

  InputFile m_file;
  std::vector<std::byte> m_header;  ///< the file's first bytes, at least the metadata
  std::map<std::string, Value, std::less<>> m_values;
  std::vector<GgufTensor> m_tensors;
  uint32_t m_version = 0;
  uint64_t m_alignment = 32;
  uint64_t m_expectedBytes = 0;
};

}  // namespace engine
