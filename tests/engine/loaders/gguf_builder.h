// Builds GGUF files in memory, broken ones too.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/loaders/gguf.h"

namespace engine::testing {

/// Appends little-endian values to a byte string.
class ByteWriter {
 public:
  template <typename T>
  ByteWriter& put(T value) {
    m_bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  ByteWriter& raw(std::string_view text) {
    m_bytes += text;
    return *this;
  }
  ByteWriter& string(std::string_view text) { return put<uint64_t>(text.size()).raw(text); }
  ByteWriter& padTo(size_t alignment) {
    while (m_bytes.size() % alignment != 0) m_bytes += '\0';
    return *this;
  }
  const std::string& bytes() const { return m_bytes; }

 private:
  std::string m_bytes;
};

/// A well-formed file, part by part; tests break one part at a time.
struct GgufBuilder {
  uint32_t magic = 0x46554747u, version = 3;
  std::vector<std::string> keys;     ///< whole entries
  std::vector<std::string> tensors;  ///< whole entries
  std::optional<uint64_t> keyCount, tensorCount;
  uint64_t alignment = 32;
  std::string data;

  GgufBuilder& key(std::string_view name, GgufType type, const std::string& value) {
    keys.push_back(ByteWriter().string(name).put(static_cast<uint32_t>(type)).raw(value).bytes());
    return *this;
  }
  template <typename T>
  GgufBuilder& scalar(std::string_view name, GgufType type, T value) {
    return key(name, type, ByteWriter().put(value).bytes());
  }
  GgufBuilder& text(std::string_view name, std::string_view value) {
    return key(name, GgufType::String, ByteWriter().string(value).bytes());
  }
  GgufBuilder& strings(std::string_view name, const std::vector<std::string>& values) {
    ByteWriter writer;
    writer.put(static_cast<uint32_t>(GgufType::String)).put<uint64_t>(values.size());
    for (const std::string& value : values) writer.string(value);
    return key(name, GgufType::Array, writer.bytes());
  }
  /// `dims` fastest first, as in the file.
  GgufBuilder& tensor(std::string_view name, const std::vector<uint64_t>& dims, uint32_t type, uint64_t offset) {
    ByteWriter writer;
    writer.string(name).put(static_cast<uint32_t>(dims.size()));
    for (const uint64_t dim : dims) writer.put(dim);
    tensors.push_back(writer.put(type).put(offset).bytes());
    return *this;
  }
  std::string build() const {
    ByteWriter writer;
    writer.put(magic).put(version);
    writer.put<uint64_t>(tensorCount.value_or(tensors.size())).put<uint64_t>(keyCount.value_or(keys.size()));
    for (const std::string& entry : keys) writer.raw(entry);
    for (const std::string& entry : tensors) writer.raw(entry);
    if (!tensors.empty()) writer.padTo(alignment);
    return writer.raw(data).bytes();
  }
};

}  // namespace engine::testing
