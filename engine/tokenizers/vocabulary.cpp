#include "engine/tokenizers/vocabulary.h"

#include <fmt/format.h>

#include <chrono>
#include <random>

#include "engine/tokenizers/hash.h"

namespace engine {

uint64_t hashSeed() {
  static const uint64_t seed = [] {
    std::random_device device;
    const auto now = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    return mixHash((static_cast<uint64_t>(device()) << 32) ^ device() ^ now);
  }();
  return seed;
}

Result<void> Vocabulary::set(TokenId id, std::string_view spelling, TokenKind kind) {
  if (id < 0 || static_cast<size_t>(id) >= kMaxVocabulary) {
    return Error{ErrorCode::Unsupported, fmt::format("token id {} is outside 0..{}", id, kMaxVocabulary - 1)};
  }
  if (spelling.size() > kMaxSpelling || m_arena.size() + spelling.size() > UINT32_MAX) {
    return Error{ErrorCode::Unsupported,
                 fmt::format("token {} is {} bytes long; the limit is {}", id, spelling.size(), kMaxSpelling)};
  }
  const auto index = static_cast<size_t>(id);
  if (index >= m_entries.size()) m_entries.resize(index + 1);
  m_entries[index] = {static_cast<uint32_t>(m_arena.size()), static_cast<uint32_t>(spelling.size()), kind};
  m_arena.append(spelling);
  if ((m_used + 1) * 2 > m_slots.size()) grow();
  const size_t slot = slotOf(spelling);
  if (m_slots[slot] == 0) {
    m_slots[slot] = static_cast<uint32_t>(index) + 1;
    ++m_used;
  }
  return {};
}

std::string_view Vocabulary::spelling(TokenId id) const {
  if (!contains(id)) return {};
  const Entry& entry = m_entries[static_cast<size_t>(id)];
  return std::string_view(m_arena).substr(entry.offset, entry.length);
}

TokenId Vocabulary::find(std::string_view spelling) const {
  if (m_slots.empty()) return -1;
  const uint32_t found = m_slots[slotOf(spelling)];
  return found == 0 ? -1 : static_cast<TokenId>(found - 1);
}

size_t Vocabulary::slotOf(std::string_view spelling) const {
  const size_t mask = m_slots.size() - 1;
  size_t slot = hashBytes(spelling, hashSeed()) & mask;
  while (m_slots[slot] != 0 && this->spelling(static_cast<TokenId>(m_slots[slot] - 1)) != spelling) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void Vocabulary::grow() {
  const std::vector<uint32_t> old = std::move(m_slots);
  m_slots.assign(old.empty() ? 1024 : old.size() * 2, 0);
  for (const uint32_t entry : old) {
    if (entry != 0) m_slots[slotOf(spelling(static_cast<TokenId>(entry - 1)))] = entry;
  }
}

}  // namespace engine
