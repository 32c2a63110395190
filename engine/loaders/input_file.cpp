#include "engine/loaders/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "engine/text.h"

namespace engine {

namespace {

/// One read() moves at most this much on Linux.
constexpr uint64_t kMaxRead = 1u << 30;

Error systemError(const std::filesystem::path& path, const char* what) {
  const int code = errno;
  return {code == ENOENT || code == ENOTDIR ? ErrorCode::NotFound : ErrorCode::Io,
          fmt::format("{} {}: {}", what, printable(path.string(), 300), std::strerror(code)), path.filename().string()};
}

}  // namespace

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return systemError(path, "cannot open");
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) {
    const Error error = systemError(path, "cannot read");
    ::close(descriptor);
    return error;
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(descriptor);
    return Error{ErrorCode::InvalidArgument, fmt::format("{} is not a regular file", printable(path.string(), 300)),
                 path.filename().string()};
  }
  return InputFile(path, descriptor, static_cast<uint64_t>(info.st_size));
}

InputFile::InputFile(InputFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_descriptor(std::exchange(other.m_descriptor, -1)), m_size(other.m_size) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  if (this != &other) {
    if (m_descriptor >= 0) ::close(m_descriptor);
    m_path = std::move(other.m_path);
    m_descriptor = std::exchange(other.m_descriptor, -1);
    m_size = other.m_size;
  }
  return *this;
}

InputFile::~InputFile() {
  if (m_descriptor >= 0) ::close(m_descriptor);
}

std::string InputFile::name() const {
  return printable(m_path.filename().string(), 200);
}

Result<void> InputFile::readAt(uint64_t offset, std::span<std::byte> out) const {
  if (out.size() > m_size || offset > m_size - out.size()) {
    return Error{ErrorCode::Damaged,
                 fmt::format("{} ends early: {} bytes from offset {} are wanted, the file has {}", name(), out.size(),
                             offset, m_size),
                 name()};
  }
  uint64_t done = 0;
  while (done < out.size()) {
    const size_t want = static_cast<size_t>(std::min<uint64_t>(out.size() - done, kMaxRead));
    const ssize_t got = ::pread(m_descriptor, out.data() + done, want, static_cast<off_t>(offset + done));
    if (got < 0) {
      if (errno == EINTR) continue;
      return systemError(m_path, "cannot read");
    }
    if (got == 0) {
      return Error{ErrorCode::Damaged, fmt::format("{} became shorter while it was read", name()), name()};
    }
    done += static_cast<uint64_t>(got);
  }
  return {};
}

void InputFile::willNeed(uint64_t offset, uint64_t bytes) const {
  static_cast<void>(
      ::posix_fadvise(m_descriptor, static_cast<off_t>(offset), static_cast<off_t>(bytes), POSIX_FADV_WILLNEED));
}

Result<std::string> readTextFile(const std::filesystem::path& path, uint64_t maxBytes) {
  ENGINE_ASSIGN_OR_RETURN(const InputFile file, InputFile::open(path));
  if (file.size() > maxBytes) {
    return Error{
        ErrorCode::InvalidArgument,
        fmt::format("{} is {} long; at most {} are read", file.name(), formatBytes(file.size()), formatBytes(maxBytes)),
        file.name()};
  }
  std::string text;
  try {
    text.resize(static_cast<size_t>(file.size()));
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory,
                 fmt::format("no memory for the {} of {}", formatBytes(file.size()), file.name()), file.name()};
  }
  ENGINE_RETURN_IF_ERROR(file.readAt(0, std::as_writable_bytes(std::span(text.data(), text.size()))));
  return text;
}

}  // namespace engine
