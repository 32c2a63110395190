// The walk over a GGUF header. Every read first makes sure that the bytes are there.
#pragma once

#include <bit>
#include <cstring>

#include "engine/checked.h"
#include "engine/loaders/gguf.h"

namespace engine {

static_assert(std::endian::native == std::endian::little, "GGUF and safetensors are read in place");

/// Bytes of a scalar, 0 for strings, arrays and unknown types.
uint64_t scalarBytes(GgufType type);

/// Fills a GgufFile from its header.
class GgufParser {
 public:
  GgufParser(GgufFile& target, const GgufLimits& limits) : m_target(target), m_limits(limits) {}
  Result<void> run(bool allowTruncated);

 private:
  Result<void> ensure(uint64_t bytes, const char* what);
  template <typename T>
  Result<T> read(const char* what);
  Result<std::string_view> readString(const char* what, uint64_t maxBytes);
  Result<void> skipScalars(GgufType type, uint64_t count, const char* what);
  Result<void> readCounts();
  Result<void> readMetadata();
  Result<void> readValue(const std::string& key);
  Result<void> readTensors();
  Result<void> readTensor(uint64_t index);
  Result<void> placeTensors(bool allowTruncated);
  Error damaged(std::string message) const;

  GgufFile& m_target;
  const GgufLimits& m_limits;
  uint64_t m_position = 0;
  uint64_t m_tensorCount = 0, m_keyCount = 0;
};

}  // namespace engine
