// The merging loop of byte-pair encoding, for words of any length.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/tokenizers/merge_table.h"

namespace engine {

/// A token in the making and the bytes it covers. Id -1 is text that is no token; it merges with nothing.
struct Symbol {
  TokenId id = -1;
  uint32_t begin = 0, length = 0;
};

/// Holds scratch space; one a thread.
class BpeMerger {
 public:
  explicit BpeMerger(const MergeTable& merges) : m_merges(merges) {}
  /// Merges until nothing merges any more. `symbols` shrinks to the outcome. O(n log n) time, no recursion.
  void merge(std::vector<Symbol>& symbols);

 private:
  void mergeShort(std::vector<Symbol>& symbols);
  void mergeLong(std::vector<Symbol>& symbols);

  struct Candidate {
    uint32_t rank = 0, left = 0, right = 0, length = 0;
    TokenId result = -1;
  };
  const MergeTable& m_merges;
  std::vector<MergeTable::Merge> m_pairs;
  std::vector<Candidate> m_heap;
  std::vector<uint32_t> m_next, m_previous;
};

}  // namespace engine
