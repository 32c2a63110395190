#include "engine/tokenizers/bpe_merger.h"

#include <algorithm>

namespace engine {
namespace {

constexpr size_t kShortWord = 48;
constexpr uint32_t kNoRank = UINT32_MAX;
constexpr uint32_t kNone = UINT32_MAX;

}  // namespace

void BpeMerger::merge(std::vector<Symbol>& symbols) {
  if (symbols.size() < 2) return;
  if (symbols.size() <= kShortWord) {
    mergeShort(symbols);
  } else {
    mergeLong(symbols);
  }
}

void BpeMerger::mergeShort(std::vector<Symbol>& symbols) {
  const auto pairAt = [&](size_t i) {
    const MergeTable::Merge* merge = m_merges.find(symbols[i].id, symbols[i + 1].id);
    return merge == nullptr ? MergeTable::Merge{kNoRank, -1} : *merge;
  };
  m_pairs.clear();
  for (size_t i = 0; i + 1 < symbols.size(); ++i) m_pairs.push_back(pairAt(i));
  while (!m_pairs.empty()) {
    size_t best = 0;
    for (size_t i = 1; i < m_pairs.size(); ++i) {
      if (m_pairs[i].rank < m_pairs[best].rank) best = i;
    }
    if (m_pairs[best].rank == kNoRank) return;
    symbols[best].id = m_pairs[best].result;
    symbols[best].length += symbols[best + 1].length;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
    m_pairs.erase(m_pairs.begin() + static_cast<std::ptrdiff_t>(best));
    if (best < m_pairs.size()) m_pairs[best] = pairAt(best);
    if (best > 0) m_pairs[best - 1] = pairAt(best - 1);
  }
}

void BpeMerger::mergeLong(std::vector<Symbol>& symbols) {
  const auto later = [](const Candidate& a, const Candidate& b) {
    return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
  };
  const auto candidate = [&](uint32_t left, uint32_t right, Candidate& out) {
    const MergeTable::Merge* merge = m_merges.find(symbols[left].id, symbols[right].id);
    if (merge == nullptr) return false;
    out = {merge->rank, left, right, symbols[left].length + symbols[right].length, merge->result};
    return true;
  };
  const auto count = static_cast<uint32_t>(symbols.size());
  m_heap.clear();
  m_next.resize(count);
  m_previous.resize(count);
  Candidate found;
  for (uint32_t i = 0; i < count; ++i) {
    m_next[i] = i + 1 < count ? i + 1 : kNone;
    m_previous[i] = i == 0 ? kNone : i - 1;
    if (i + 1 < count && candidate(i, i + 1, found)) m_heap.push_back(found);
  }
  std::make_heap(m_heap.begin(), m_heap.end(), later);
  while (!m_heap.empty()) {
    const Candidate top = m_heap.front();
    std::pop_heap(m_heap.begin(), m_heap.end(), later);
    m_heap.pop_back();
    Symbol& left = symbols[top.left];
    Symbol& right = symbols[top.right];
    // Symbols only grow or die (length 0), so an equal sum means that neither has changed since.
    if (left.length == 0 || right.length == 0 || left.length + right.length != top.length) continue;
    left.id = top.result;
    left.length = top.length;
    right.length = 0;
    const uint32_t after = m_next[top.right], before = m_previous[top.left];
    m_next[top.left] = after;
    if (after != kNone) m_previous[after] = top.left;
    for (const auto& [first, second] : {std::pair{before, top.left}, std::pair{top.left, after}}) {
      if (first == kNone || second == kNone || !candidate(first, second, found)) continue;
      m_heap.push_back(found);
      std::push_heap(m_heap.begin(), m_heap.end(), later);
    }
  }
  std::erase_if(symbols, [](const Symbol& symbol) { return symbol.length == 0; });
}

}  // namespace engine
