// An unfinished file: its bytes come in chunks over several connections, and a small journal beside it says how far
// each chunk has come. Only the checksum decides whether the bytes are right, so the journal needs no care beyond that
// it never claims what was not written while the machine stays up.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "app/hub/descriptor.h"
#include "engine/result.h"

namespace app::hub {

class PartFile {
 public:
  struct Chunk {
    uint64_t begin = 0, end = 0;  ///< bytes of the file
    uint64_t done = 0;            ///< of end - begin, from begin on
  };

  /// Opens what an earlier run has left when its journal fits `bytes`, else begins anew. The caller holds the file's
  /// lock.
  static engine::Result<PartFile> open(const std::filesystem::path& file, uint64_t bytes);
  /// Bytes that an earlier run has left, without opening anything for writing.
  static uint64_t bytesLeftBy(const std::filesystem::path& file, uint64_t bytes);
  /// Deletes part and journal.
  static void remove(const std::filesystem::path& file);

  const std::vector<Chunk>& chunks() const { return m_chunks; }
  uint64_t bytes() const { return m_bytes; }
  uint64_t bytesDone() const { return m_done; }
  bool complete() const { return m_done == m_bytes; }
  const std::filesystem::path& path() const { return m_path; }

  /// Appends to a chunk. Io with context "space" when the disk is full. `data` must fit the chunk.
  engine::Result<void> append(size_t chunk, std::string_view data);
  /// Forgets everything; `whole`: from now on one chunk, for servers that send no ranges.
  engine::Result<void> restart(bool whole);

 private:
  engine::Result<void> writeJournal();
  void layOut(uint64_t chunkBytes);

  std::filesystem::path m_path;
  Descriptor m_file, m_journal;
  uint64_t m_bytes = 0, m_done = 0, m_chunkBytes = 0;
  std::vector<Chunk> m_chunks;
};

}  // namespace app::hub
