// One safetensors file: its header, checked as strictly as the format's own library does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "engine/loaders/input_file.h"
#include "engine/loaders/stored_type.h"
#include "engine/result.h"

namespace engine {

struct SafetensorsTensor {
  std::string name;
  StoredType type = StoredType::F32;
  std::vector<uint64_t> shape;  ///< slowest first; empty for a scalar
  uint64_t offset = 0;          ///< from the start of the file; any alignment
  uint64_t bytes = 0;
};

/// Limits beyond which a file is refused as hostile rather than large.
struct SafetensorsLimits {
  uint64_t maxHeaderBytes = 16u << 20;
  uint64_t maxTensors = 1u << 18;
  uint32_t maxDims = 16;
};

class SafetensorsFile {
 public:
  /// Reads the header: at most 16 MB, a JSON object with unique names, sizes that equal shape times type, offsets
  /// without holes or overlaps, data that ends where the file ends. A file that is too short is Damaged unless
  /// `allowTruncated`, for telling what the file is.
  static Result<SafetensorsFile> open(const std::filesystem::path& path, bool allowTruncated = false,
                                      const SafetensorsLimits& limits = {});

  const InputFile& file() const { return m_file; }
  /// The open file, for reading the data after the header has been used up.
  InputFile takeFile() && { return std::move(m_file); }
  /// Bytes that the file must have by its own header.
  uint64_t expectedBytes() const { return m_expectedBytes; }
  bool truncated() const { return m_file.size() < m_expectedBytes; }
  /// In order of their data.
  const std::vector<SafetensorsTensor>& tensors() const { return m_tensors; }

 private:
  explicit SafetensorsFile(InputFile file) : m_file(std::move(file)) {}

  InputFile m_file;
  std::vector<SafetensorsTensor> m_tensors;
  uint64_t m_expectedBytes = 0;
};

}  // namespace engine
