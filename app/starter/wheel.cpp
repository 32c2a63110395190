#include "app/starter/wheel.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "app/hub/descriptor.h"

namespace app::starter {

namespace {

using engine::Error;
using engine::ErrorCode;
using hub::Descriptor;

// Sizes and places of the zip format (APPNOTE 4.3).
constexpr size_t kEndBytes = 22, kEntryBytes = 46, kLocalBytes = 30;
constexpr uint32_t kEndMark = 0x06054b50, kEntryMark = 0x02014b50, kLocalMark = 0x04034b50;
constexpr uint64_t kMostDirectory = 16u << 20, kMostComment = 65535;
constexpr uint16_t kStored = 0, kDeflated = 8;
constexpr size_t kPiece = 1u << 18;

struct Entry {
  uint16_t method = 0;
  uint64_t packed = 0, local = 0;
};

uint32_t littleEndian(const std::vector<char>& bytes, size_t at, size_t count) {
  uint32_t value = 0;
  for (size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

Error damaged(const std::filesystem::path& wheel, std::string_view what) {
  return {ErrorCode::Damaged, fmt::format("{} is no sound package: {}", wheel.filename().string(), what), "checksum"};
}

Error ioError(const std::filesystem::path& file, std::string_view what) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  return {ErrorCode::Io, fmt::format("{} cannot be {}: {}", file.string(), what, std::strerror(errno)),
          full ? "space" : "folder"};
}

engine::Result<std::vector<char>> readAt(const Descriptor& file, const std::filesystem::path& path, uint64_t at,
                                         uint64_t count) {
  std::vector<char> bytes(count);
  uint64_t done = 0;
  while (done < count) {
    const ssize_t got = ::pread(file.get(), bytes.data() + done, count - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ioError(path, "read");
    if (got == 0) return damaged(path, "it ends early");
    done += static_cast<uint64_t>(got);
  }
  return bytes;
}

/// The entry of the member, from the archive's directory at its end.
engine::Result<Entry> findEntry(const Descriptor& file, const std::filesystem::path& wheel, uint64_t size,
                                const std::string& name) {
  const uint64_t tail = std::min<uint64_t>(size, kEndBytes + kMostComment);
  ENGINE_ASSIGN_OR_RETURN(const std::vector<char> end, readAt(file, wheel, size - tail, tail));
  std::optional<size_t> found;
  for (size_t at = end.size() < kEndBytes ? 0 : end.size() - kEndBytes + 1; at-- > 0;) {
    if (littleEndian(end, at, 4) == kEndMark) {
      found = at;
      break;
    }
  }
  if (!found) return damaged(wheel, "its directory is missing");
  const uint64_t bytes = littleEndian(end, *found + 12, 4), begin = littleEndian(end, *found + 16, 4);
  if (bytes > kMostDirectory || begin + bytes > size) return damaged(wheel, "its directory lies outside");
  ENGINE_ASSIGN_OR_RETURN(const std::vector<char> directory, readAt(file, wheel, begin, bytes));
  size_t at = 0;
  while (at + kEntryBytes <= directory.size() && littleEndian(directory, at, 4) == kEntryMark) {
    const size_t nameBytes = littleEndian(directory, at + 28, 2);
    const size_t rest = littleEndian(directory, at + 30, 2) + littleEndian(directory, at + 32, 2);
    if (at + kEntryBytes + nameBytes + rest > directory.size()) break;
    const std::string_view path(directory.data() + at + kEntryBytes, nameBytes);
    if (path == name || path.ends_with("/" + name)) {
      return Entry{.method = static_cast<uint16_t>(littleEndian(directory, at + 10, 2)),
                   .packed = littleEndian(directory, at + 20, 4),
                   .local = littleEndian(directory, at + 42, 4)};
    }
    at += kEntryBytes + nameBytes + rest;
  }
  return Error{ErrorCode::NotFound, fmt::format("{} holds no {}", wheel.filename().string(), name), "file"};
}

/// A file that grows to a known size and not beyond.
class Output {
 public:
  Output(std::filesystem::path path, uint64_t most)
      : m_path(std::move(path)),
        m_file(::open(m_path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)),
        m_most(most) {}

  engine::Result<void> write(const char* data, size_t count) {
    if (!m_file.valid()) return ioError(m_path, "written");
    if (count > m_most - m_done) return damaged(m_path, "it is larger than the model");
    while (count > 0) {
      const ssize_t written = ::write(m_file.get(), data, count);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return ioError(m_path, "written");
      data += written;
      count -= static_cast<size_t>(written);
      m_done += static_cast<uint64_t>(written);
    }
    return {};
  }
  engine::Result<void> finish() {
    if (m_done != m_most) return damaged(m_path, fmt::format("{} of {} bytes are in it", m_done, m_most));
    if (::fsync(m_file.get()) != 0) return ioError(m_path, "written");
    return {};
  }

 private:
  std::filesystem::path m_path;
  Descriptor m_file;
  uint64_t m_most, m_done = 0;
};

engine::Result<void> inflateInto(Output& output, const Descriptor& file, const std::filesystem::path& wheel,
                                 uint64_t at, uint64_t packed, const std::atomic<bool>& stop) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) return Error{ErrorCode::Internal, "zlib does not start", "checksum"};
  const std::unique_ptr<z_stream, decltype(&inflateEnd)> owner(&stream, inflateEnd);
  std::vector<char> unpacked(kPiece);
  int state = Z_OK;
  while (packed > 0 && state == Z_OK) {
    if (stop.load()) return Error{ErrorCode::Cancelled, "stopped", "checksum"};
    const uint64_t count = std::min<uint64_t>(packed, kPiece);
    ENGINE_ASSIGN_OR_RETURN(std::vector<char> piece, readAt(file, wheel, at, count));
    at += count;
    packed -= count;
    stream.next_in = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_in = static_cast<uInt>(piece.size());
    while (stream.avail_in > 0 && state == Z_OK) {
      stream.next_out = reinterpret_cast<Bytef*>(unpacked.data());
      stream.avail_out = static_cast<uInt>(unpacked.size());
      state = inflate(&stream, Z_NO_FLUSH);
      if (state != Z_OK && state != Z_STREAM_END) return damaged(wheel, "its content does not unpack");
      ENGINE_RETURN_IF_ERROR(output.write(unpacked.data(), unpacked.size() - stream.avail_out));
    }
  }
  return state == Z_STREAM_END ? engine::Result<void>() : damaged(wheel, "its content ends early");
}

}  // namespace

engine::Result<void> extractMember(const std::filesystem::path& wheel, const std::string& name, uint64_t bytes,
                                   const std::filesystem::path& target, const std::atomic<bool>& stop) {
  const Descriptor file(::open(wheel.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info {};
  if (!file.valid() || ::fstat(file.get(), &info) != 0) return ioError(wheel, "read");
  const auto size = static_cast<uint64_t>(info.st_size);
  ENGINE_ASSIGN_OR_RETURN(const Entry entry, findEntry(file, wheel, size, name));
  ENGINE_ASSIGN_OR_RETURN(const std::vector<char> local, readAt(file, wheel, entry.local, kLocalBytes));
  if (littleEndian(local, 0, 4) != kLocalMark) return damaged(wheel, "a member is not where it should be");
  uint64_t at = entry.local + kLocalBytes + littleEndian(local, 26, 2) + littleEndian(local, 28, 2);
  if (at > size || entry.packed > size - at) return damaged(wheel, "a member lies outside");
  Output output(target, bytes);
  if (entry.method == kDeflated) {
    ENGINE_RETURN_IF_ERROR(inflateInto(output, file, wheel, at, entry.packed, stop));
    return output.finish();
  }
  if (entry.method != kStored) return damaged(wheel, "its content is packed in an unknown way");
  for (uint64_t left = entry.packed; left > 0;) {
    if (stop.load()) return Error{ErrorCode::Cancelled, "stopped", "checksum"};
    const uint64_t count = std::min<uint64_t>(left, kPiece);
    ENGINE_ASSIGN_OR_RETURN(const std::vector<char> piece, readAt(file, wheel, at, count));
    ENGINE_RETURN_IF_ERROR(output.write(piece.data(), piece.size()));
    at += count;
    left -= count;
  }
  return output.finish();
}

}  // namespace app::starter
