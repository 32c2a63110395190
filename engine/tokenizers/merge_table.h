// Which neighbouring symbols merge into which, and which merge comes first.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/tokenizer.h"
#include "engine/tokenizers/hash.h"

namespace engine {

class MergeTable {
 public:
  struct Merge {
    uint32_t rank = 0;  ///< lowest first; equal ranks merge from the left
    TokenId result = -1;
  };

  /// A pair given twice keeps the later rank.
  void set(TokenId left, TokenId right, Merge merge) {
    if ((m_used + 1) * 5 > m_slots.size() * 3) grow();
    Slot& slot = m_slots[slotOf(keyOf(left, right))];
    if (slot.key == kFree) {
      slot.key = keyOf(left, right);
      ++m_used;
    }
    slot.merge = merge;
  }

  /// nullptr when the two do not merge.
  const Merge* find(TokenId left, TokenId right) const {
    if (m_slots.empty()) return nullptr;
    const Slot& slot = m_slots[slotOf(keyOf(left, right))];
    return slot.key == kFree ? nullptr : &slot.merge;
  }

  size_t size() const { return m_used; }

 private:
  static constexpr uint64_t kFree = UINT64_MAX;
  struct Slot {
    uint64_t key = kFree;
    Merge merge;
  };

  static uint64_t keyOf(TokenId left, TokenId right) {
    return (static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32) | static_cast<uint32_t>(right);
  }
  size_t slotOf(uint64_t key) const {
    const size_t mask = m_slots.size() - 1;
    size_t slot = mixHash(key ^ m_seed) & mask;
    while (m_slots[slot].key != kFree && m_slots[slot].key != key) slot = (slot + 1) & mask;
    return slot;
  }
  void grow() {
    const std::vector<Slot> old = std::move(m_slots);
    m_slots.assign(old.empty() ? 1024 : old.size() * 2, Slot{});
    for (const Slot& slot : old) {
      if (slot.key != kFree) m_slots[slotOf(slot.key)] = slot;
    }
  }

  uint64_t m_seed = hashSeed();
  std::vector<Slot> m_slots;
  size_t m_used = 0;
};

}  // namespace engine
