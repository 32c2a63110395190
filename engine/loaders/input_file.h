// Reading model files: regular files only, positioned reads only. A file that shrinks while it is read gives an Error,
// where a memory map would give a signal.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "engine/result.h"

namespace engine {

/// What InputFile::readInto() did.
struct FileRead {
  uint64_t begin = 0;   ///< where the wanted bytes begin in the room
  bool direct = false;  ///< past the page cache
};

/// An open regular file. Reads may come from several threads at once.
class InputFile {
 public:
  static Result<InputFile> open(const std::filesystem::path& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  const std::filesystem::path& path() const { return m_path; }
  /// Name without folders, fit for a message.
  std::string name() const;
  /// Size when it was opened.
  uint64_t size() const { return m_size; }

  /// Fills `out` from `offset`; Damaged when the file ends before, Io when the system cannot read it.
  Result<void> readAt(uint64_t offset, std::span<std::byte> out) const;
  /// Reads `bytes` from `offset` into `room`, which is aligned to a page and at least kReadSlack larger: past the page
  /// cache where the cache does not have them, so that the disk writes into `room` itself. Fails as readAt(), and with
  /// Cancelled soon after `stop` is set.
  Result<FileRead> readInto(uint64_t offset, uint64_t bytes, std::span<std::byte> room,
                            const std::atomic<bool>* stop = nullptr) const;
  static constexpr uint64_t kReadSlack = 8192;
  /// Tells the system that a range will be read soon.
  void willNeed(uint64_t offset, uint64_t bytes) const;

 private:
  InputFile(std::filesystem::path path, int descriptor, uint64_t size)
      : m_path(std::move(path)), m_descriptor(descriptor), m_size(size) {}
  bool cached(uint64_t offset, uint64_t bytes) const;
  int direct() const;
  void close();

  std::filesystem::path m_path;
  int m_descriptor = -1;
  /// The same file for reads past the page cache; made at the first one, kNoDirect where the system refuses.
  mutable std::atomic<int> m_direct{kNotTried};
  static constexpr int kNotTried = -1, kNoDirect = -2;
  uint64_t m_size = 0;
};

/// The whole of a small file. InvalidArgument when it is larger than `maxBytes`.
Result<std::string> readTextFile(const std::filesystem::path& path, uint64_t maxBytes);

}  // namespace engine
