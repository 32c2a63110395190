// Reads straight into a room: through the page cache and past it, at odd offsets, to the very end, of files that
// shrink.
#include "engine/loaders/input_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "tests/support/temp_folder.h"

namespace engine {
namespace {

using testing::TempFolder;

class InputFileTest : public ::testing::Test {
 protected:
  InputFileTest() {
    m_bytes.resize(300001);
    uint32_t state = 7;
    for (char& byte : m_bytes) {
      state = state * 1664525u + 1013904223u;
      byte = static_cast<char>(state >> 24);
    }
    m_path = folder.path() / "data.bin";
    std::ofstream(m_path, std::ios::binary).write(m_bytes.data(), static_cast<std::streamsize>(m_bytes.size()));
  }

  /// Asks the system to forget the file; it need not.
  void forget() const {
    const int descriptor = ::open(m_path.c_str(), O_RDONLY);
    ::fsync(descriptor);
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    ::close(descriptor);
  }

  std::span<std::byte> room(uint64_t bytes) {
    m_room.resize((bytes + InputFile::kReadSlack) / sizeof(Page) + 1);
    return {m_room.data()->bytes, bytes + InputFile::kReadSlack};
  }

  void check(const InputFile& file, uint64_t offset, uint64_t bytes) {
    const std::span<std::byte> into = room(bytes);
    std::fill(into.begin(), into.end(), std::byte{0xee});
    const Result<FileRead> read = file.readInto(offset, bytes, into);
    ASSERT_TRUE(read.ok()) << read.error().message;
    ASSERT_LE(read->begin + bytes, into.size());
    EXPECT_EQ(std::memcmp(into.data() + read->begin, m_bytes.data() + offset, bytes), 0) << offset << " " << bytes;
    m_direct += read->direct ? 1 : 0;
  }

  struct Page {
    alignas(4096) std::byte bytes[4096];
  };
  TempFolder folder;
  std::filesystem::path m_path;
  std::string m_bytes;
  std::vector<Page> m_room;
  int m_direct = 0;
};

TEST_F(InputFileTest, ReadsAnyRangeIntoARoom) {
  auto file = InputFile::open(m_path);
  ASSERT_TRUE(file.ok());
  const uint64_t size = m_bytes.size();
  for (const bool cold : {false, true}) {
    for (const auto& [offset, bytes] : std::vector<std::pair<uint64_t, uint64_t>>{{0, 1},
                                                                                  {0, size},
                                                                                  {1, size - 1},
                                                                                  {4095, 2},
                                                                                  {4096, 8192},
                                                                                  {12345, 100000},
                                                                                  {size - 1, 1},
                                                                                  {size - 5000, 5000}}) {
      if (cold) forget();
      check(*file, offset, bytes);
    }
  }
  RecordProperty("direct_reads", m_direct);
}

TEST_F(InputFileTest, ReadsPastTheEndAreRefused) {
  auto file = InputFile::open(m_path);
  ASSERT_TRUE(file.ok());
  for (const auto& [offset, bytes] :
       std::vector<std::pair<uint64_t, uint64_t>>{{300000, 2}, {300002, 1}, {~uint64_t{0}, 1}, {1, 300001}}) {
    const Result<FileRead> read = file->readInto(offset, bytes, room(bytes));
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, ErrorCode::Damaged);
  }
}

TEST_F(InputFileTest, AFileThatShrinksIsAnError) {
  auto file = InputFile::open(m_path);
  ASSERT_TRUE(file.ok());
  for (const bool cold : {false, true}) {
    std::filesystem::resize_file(m_path, 100000);
    if (cold) forget();
    const Result<FileRead> read = file->readInto(90000, 50000, room(50000));
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, ErrorCode::Damaged);
    EXPECT_THAT(read.error().message, ::testing::HasSubstr("shorter"));
  }
}

TEST_F(InputFileTest, AnotherFileUnderTheNameChangesNothing) {
  auto file = InputFile::open(m_path);
  ASSERT_TRUE(file.ok());
  std::filesystem::rename(m_path, folder.path() / "old.bin");
  std::ofstream(m_path, std::ios::binary) << std::string(300001, 'x');
  forget();
  check(*file, 5000, 200000);
  InputFile moved = std::move(*file);
  check(moved, 1, 4096);
}

}  // namespace
}  // namespace engine
