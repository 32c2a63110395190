// A lock between programs: flock() on a file, as Hugging Face's own library takes it.
#pragma once

#include <filesystem>
#include <optional>

#include "app/hub/descriptor.h"
#include "engine/result.h"

namespace app::hub {

/// Held until it goes away; the kernel releases it when the program ends, however that happens.
class FileLock {
 public:
  /// Nothing when another program (or another lock of this one) holds it. Makes the file and its folders. Io when that
  /// fails.
  static engine::Result<std::optional<FileLock>> tryTake(const std::filesystem::path& file);

 private:
  explicit FileLock(Descriptor file) : m_file(std::move(file)) {}
  Descriptor m_file;
};

}  // namespace app::hub
