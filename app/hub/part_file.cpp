#include "app/hub/part_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace app::hub {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr uint64_t kMagic = 0x3154524150485248;  // "HRHPART1"
constexpr uint64_t kChunk = 16u << 20;
constexpr uint64_t kMostChunks = 4096;
/// Magic, bytes of the file, bytes of a chunk; then one counter a chunk.
constexpr size_t kHeadWords = 3;

std::filesystem::path journalOf(const std::filesystem::path& file) {
  std::filesystem::path out = file;
  out += ".chunks";
  return out;
}

Error failed(const std::filesystem::path& file, int number) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return {ErrorCode::Io,
          fmt::format("{} cannot be written: {}{}", file.string(), std::strerror(number),
                      full ? ". Free some space there and resume" : ""),
          full ? "space" : "folder"};
}

uint64_t usualChunk(uint64_t bytes) {
  return std::max(kChunk, (bytes + kMostChunks - 1) / kMostChunks);
}

engine::Result<void> writeAll(int fd, const std::filesystem::path& file, const void* data, size_t size, uint64_t at) {
  const char* from = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t count = ::pwrite(fd, from, size, static_cast<off_t>(at));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return failed(file, count == 0 ? ENOSPC : errno);
    from += count;
    size -= static_cast<size_t>(count);
    at += static_cast<uint64_t>(count);
  }
  return {};
}

/// The journal's words, empty when it does not fit the file.
std::vector<uint64_t> readJournal(int fd, uint64_t bytes) {
  std::vector<uint64_t> words(kHeadWords + kMostChunks);
  const ssize_t count = ::pread(fd, words.data(), words.size() * sizeof(uint64_t), 0);
  if (count < static_cast<ssize_t>(kHeadWords * sizeof(uint64_t))) return {};
  words.resize(static_cast<size_t>(count) / sizeof(uint64_t));
  const uint64_t chunk = words[2];
  if (words[0] != kMagic || words[1] != bytes || (chunk != usualChunk(bytes) && chunk != bytes) || chunk == 0)
    return {};
  if (words.size() != kHeadWords + (bytes + chunk - 1) / chunk) return {};
  for (size_t i = kHeadWords; i < words.size(); ++i) {
    const uint64_t begin = (i - kHeadWords) * chunk;
    if (words[i] > std::min(chunk, bytes - begin)) return {};
  }
  return words;
}

}  // namespace

void PartFile::layOut(uint64_t chunkBytes) {
  m_chunkBytes = chunkBytes;
  m_done = 0;
  m_chunks.clear();
  for (uint64_t begin = 0; begin < m_bytes; begin += chunkBytes) {
    m_chunks.push_back({.begin = begin, .end = std::min(begin + chunkBytes, m_bytes)});
  }
}

engine::Result<void> PartFile::writeJournal() {
  std::vector<uint64_t> words = {kMagic, m_bytes, m_chunkBytes};
  for (const Chunk& chunk : m_chunks) words.push_back(chunk.done);
  if (::ftruncate(m_journal.get(), 0) != 0) return failed(journalOf(m_path), errno);
  return writeAll(m_journal.get(), journalOf(m_path), words.data(), words.size() * sizeof(uint64_t), 0);
}

engine::Result<PartFile> PartFile::open(const std::filesystem::path& file, uint64_t bytes) {
  PartFile part;
  part.m_path = file;
  part.m_bytes = bytes;
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  part.m_file = Descriptor(::open(file.c_str(), kFlags, 0644));
  if (!part.m_file.valid()) return failed(file, errno);
  part.m_journal = Descriptor(::open(journalOf(file).c_str(), kFlags, 0644));
  if (!part.m_journal.valid()) return failed(journalOf(file), errno);
  struct stat info {};
  if (::fstat(part.m_file.get(), &info) != 0) return failed(file, errno);

  const std::vector<uint64_t> words = readJournal(part.m_journal.get(), bytes);
  if (!words.empty() && static_cast<uint64_t>(info.st_size) == bytes) {
    part.layOut(words[2]);
    for (size_t i = 0; i < part.m_chunks.size(); ++i) {
      part.m_chunks[i].done = words[kHeadWords + i];
      part.m_done += part.m_chunks[i].done;
    }
    return part;
  }
  part.m_chunkBytes = usualChunk(bytes);
  ENGINE_RETURN_IF_ERROR(part.restart(false));
  return part;
}

engine::Result<void> PartFile::restart(bool whole) {
  layOut(whole ? std::max<uint64_t>(m_bytes, 1) : usualChunk(m_bytes));
  // The journal comes first: it must never speak of bytes that are gone.
  ENGINE_RETURN_IF_ERROR(writeJournal());
  if (::ftruncate(m_file.get(), 0) != 0 || ::ftruncate(m_file.get(), static_cast<off_t>(m_bytes)) != 0) {
    return failed(m_path, errno);
  }
  return {};
}

uint64_t PartFile::bytesLeftBy(const std::filesystem::path& file, uint64_t bytes) {
  std::error_code error;
  if (std::filesystem::file_size(file, error) != bytes || error) return 0;
  const Descriptor journal(::open(journalOf(file).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!journal.valid()) return 0;
  const std::vector<uint64_t> words = readJournal(journal.get(), bytes);
  uint64_t sum = 0;
  for (size_t i = kHeadWords; i < words.size(); ++i) sum += words[i];
  return sum;
}

void PartFile::remove(const std::filesystem::path& file) {
  std::error_code ignored;
  std::filesystem::remove(journalOf(file), ignored);
  std::filesystem::remove(file, ignored);
}

engine::Result<void> PartFile::append(size_t chunk, std::string_view data) {
  Chunk& to = m_chunks[chunk];
  if (data.size() > to.end - to.begin - to.done) {
    return Error{ErrorCode::Internal, "more bytes than the chunk takes", "network"};
  }
  ENGINE_RETURN_IF_ERROR(writeAll(m_file.get(), m_path, data.data(), data.size(), to.begin + to.done));
  to.done += data.size();
  m_done += data.size();
  return writeAll(m_journal.get(), m_path, &to.done, sizeof to.done, (kHeadWords + chunk) * sizeof(uint64_t));
}

}  // namespace app::hub
