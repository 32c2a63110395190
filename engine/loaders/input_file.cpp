#include "engine/loaders/input_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
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
/// What direct reads are aligned to, and pages of the cache.
constexpr uint64_t kPage = 4096;
/// Of one direct read, so that slow disks leave time to be cancelled; several threads keep fast ones busy.
constexpr uint64_t kMaxDirect = 1u << 20;
/// Pages that a read is judged by.
constexpr uint64_t kProbes = 8;

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
    : m_path(std::move(other.m_path)),
      m_descriptor(std::exchange(other.m_descriptor, -1)),
      m_direct(other.m_direct.exchange(kNotTried)),
      m_size(other.m_size) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  if (this != &other) {
    close();
    m_path = std::move(other.m_path);
    m_descriptor = std::exchange(other.m_descriptor, -1);
    m_direct = other.m_direct.exchange(kNotTried);
    m_size = other.m_size;
  }
  return *this;
}

InputFile::~InputFile() {
  close();
}

void InputFile::close() {
  if (m_descriptor >= 0) ::close(m_descriptor);
  if (m_direct >= 0) ::close(m_direct);
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

/// Whether the page cache has a range, by some of its pages. Systems that will not tell say that it has.
bool InputFile::cached(uint64_t offset, uint64_t bytes) const {
  const uint64_t first = offset / kPage * kPage;
  const uint64_t length = offset + bytes - first;
  void* const map = ::mmap(nullptr, length, PROT_READ, MAP_SHARED, m_descriptor, static_cast<off_t>(first));
  if (map == MAP_FAILED) return true;
  bool all = true;
  const uint64_t last = (length - 1) / kPage;
  for (uint64_t probe = 0; probe < kProbes && all; ++probe) {
    unsigned char page = 1;
    auto* const at = static_cast<std::byte*>(map) + last * probe / (kProbes - 1) * kPage;
    all = ::mincore(at, 1, &page) != 0 || (page & 1) != 0;
  }
  ::munmap(map, length);
  return all;
}

int InputFile::direct() const {
  int known = m_direct.load();
  if (known != kNotTried) return known;
  // By descriptor, not by path: this very file, whatever stands under its name by now.
  const std::string self = fmt::format("/proc/self/fd/{}", m_descriptor);
  int opened = ::open(self.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
  if (opened < 0) opened = kNoDirect;
  if (m_direct.compare_exchange_strong(known, opened)) return opened;
  if (opened >= 0) ::close(opened);
  return known;
}

Result<FileRead> InputFile::readInto(uint64_t offset, uint64_t bytes, std::span<std::byte> room,
                                     const std::atomic<bool>* stop) const {
  const bool inside = bytes > 0 && bytes <= m_size && offset <= m_size - bytes;
  if (inside && room.size() >= bytes + kReadSlack && !cached(offset, bytes)) {
    if (const int descriptor = direct(); descriptor >= 0) {
      const uint64_t first = offset / kPage * kPage, begin = offset - first, wanted = begin + bytes;
      const uint64_t whole = (wanted + kPage - 1) / kPage * kPage;
      uint64_t done = 0;
      while (done < wanted) {
        if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
          return Error{ErrorCode::Cancelled, "loading was cancelled"};
        }
        const uint64_t want = std::min(whole - done, kMaxDirect);
        const ssize_t got = ::pread(descriptor, room.data() + done, want, static_cast<off_t>(first + done));
        if (got < 0 && errno == EINTR) continue;
        // Whatever direct reads do not do here, plain ones do or explain; only the end of a file comes unaligned.
        if (got <= 0 || (static_cast<uint64_t>(got) % kPage != 0 && done + static_cast<uint64_t>(got) < wanted)) break;
        done += static_cast<uint64_t>(got);
      }
      if (done >= wanted) return FileRead{begin, true};
    }
  }
  ENGINE_RETURN_IF_ERROR(readAt(offset, room.first(static_cast<size_t>(std::min<uint64_t>(bytes, room.size())))));
  return FileRead{};
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
