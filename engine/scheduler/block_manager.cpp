#include "engine/scheduler/block_manager.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace engine {

namespace {

constexpr size_t kBlock = kernels::kKvBlockTokens;
/// Salts remembered at once; beyond, all are forgotten and their prefixes are simply computed anew.
constexpr size_t kMostSalts = 4096;

uint64_t mix(uint64_t value) {
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ull;
  value ^= value >> 32;
  value *= 0xd6e8feb86659fd93ull;
  return value ^ (value >> 32);
}

}  // namespace

BlockManager::BlockManager(uint32_t nBlocks) : m_blocks(nBlocks), m_hashKey(std::random_device{}()) {
  m_hashKey = mix(m_hashKey << 32 | std::random_device{}());
  m_index.reserve(nBlocks);
  reset();
}

void BlockManager::reset() {
  const auto n = static_cast<BlockId>(m_blocks.size());
  m_blank.clear();
  m_blank.reserve(m_blocks.size());
  for (BlockId id = n - 1; id >= 0; --id) m_blank.push_back(id);
  for (Block& block : m_blocks) block = Block{};
  m_oldest = m_newest = kNone;
  m_used = 0;
  m_index.clear();
}

ChainId BlockManager::saltRoot(const std::string& salt) {
  if (const auto found = m_roots.find(salt); found != m_roots.end()) return found->second;
  if (m_roots.size() >= kMostSalts) m_roots.clear();
  return m_roots[salt] = newRoot();
}

uint64_t BlockManager::hashOf(ChainId parent, std::span<const TokenId> tokens) const {
  uint64_t hash = mix(parent ^ m_hashKey);
  for (const TokenId token : tokens) hash = mix(hash + static_cast<uint32_t>(token));
  return hash;
}

BlockManager::Block* BlockManager::find(ChainId parent, std::span<const TokenId> tokens) {
  const auto found = m_index.find(hashOf(parent, tokens));
  if (found == m_index.end()) return nullptr;
  Block& block = m_blocks[static_cast<size_t>(found->second)];
  const bool same = block.parent == parent && std::equal(tokens.begin(), tokens.end(), block.tokens.begin());
  return same ? &block : nullptr;
}

BlockManager::Prefix BlockManager::matchPrefix(ChainId root, std::span<const TokenId> tokens) {
  Prefix prefix{{}, root};
  for (; tokens.size() >= kBlock; tokens = tokens.subspan(kBlock)) {
    Block* block = find(prefix.chain, tokens.first(kBlock));
    if (block == nullptr) break;
    const auto id = static_cast<BlockId>(block - m_blocks.data());
    if (block->references++ == 0) {
      unlink(id);
      ++m_used;
    }
    prefix.blocks.push_back(id);
    prefix.chain = block->chain;
  }
  return prefix;
}

std::optional<BlockId> BlockManager::allocate() {
  BlockId id = m_oldest;
  if (!m_blank.empty()) {
    id = m_blank.back();
    m_blank.pop_back();
  } else if (id != kNone) {
    unlink(id);
    forget(m_blocks[static_cast<size_t>(id)]);
  } else {
    return std::nullopt;
  }
  m_blocks[static_cast<size_t>(id)].references = 1;
  ++m_used;
  return id;
}

ChainId BlockManager::publish(BlockId id, ChainId chain, std::span<const TokenId> tokens) {
  if (const Block* known = find(chain, tokens)) return known->chain;
  Block& block = m_blocks[static_cast<size_t>(id)];
  const ChainId after = newRoot();
  const uint64_t hash = hashOf(chain, tokens);
  // Where another block has the same hash this one is just not findable.
  if (block.chain == 0 && m_index.emplace(hash, id).second) {
    block.parent = chain;
    block.chain = after;
    block.hash = hash;
    std::copy_n(tokens.begin(), kBlock, block.tokens.begin());
  }
  return after;
}

void BlockManager::release(std::span<const BlockId> blocks) {
  for (size_t i = blocks.size(); i-- > 0;) {
    const BlockId id = blocks[i];
    Block& block = m_blocks[static_cast<size_t>(id)];
    if (--block.references > 0) continue;
    --m_used;
    if (block.chain != 0) {
      appendNewest(id);
    } else {
      m_blank.push_back(id);
    }
  }
}

void BlockManager::unlink(BlockId id) {
  Block& block = m_blocks[static_cast<size_t>(id)];
  (block.older == kNone ? m_oldest : m_blocks[static_cast<size_t>(block.older)].newer) = block.newer;
  (block.newer == kNone ? m_newest : m_blocks[static_cast<size_t>(block.newer)].older) = block.older;
  block.older = block.newer = kNone;
}

void BlockManager::appendNewest(BlockId id) {
  Block& block = m_blocks[static_cast<size_t>(id)];
  block.older = m_newest;
  (m_newest == kNone ? m_oldest : m_blocks[static_cast<size_t>(m_newest)].newer) = id;
  m_newest = id;
}

void BlockManager::forget(Block& block) {
  m_index.erase(block.hash);
  block.chain = block.parent = 0;
}

std::string BlockManager::checkIntegrity(std::span<const uint32_t> expected) const {
  std::vector<uint8_t> seen(m_blocks.size(), 0);
  for (const BlockId id : m_blank) {
    if (seen[static_cast<size_t>(id)]++ != 0) return fmt::format("block {} is twice in the free list", id);
    if (m_blocks[static_cast<size_t>(id)].chain != 0) return fmt::format("free block {} is findable", id);
  }
  size_t findable = 0;
  for (BlockId id = m_oldest, before = kNone; id != kNone; before = id, id = m_blocks[static_cast<size_t>(id)].newer) {
    const Block& block = m_blocks[static_cast<size_t>(id)];
    if (seen[static_cast<size_t>(id)]++ != 0) return fmt::format("block {} is twice in the lists", id);
    if (block.older != before || block.chain == 0) return fmt::format("cached block {} is linked wrongly", id);
  }
  uint32_t used = 0;
  for (size_t i = 0; i < m_blocks.size(); ++i) {
    const Block& block = m_blocks[i];
    const uint32_t want = expected.empty() ? 0 : expected[i];
    if (block.references != want) {
      return fmt::format("block {} has {} references, its holders count {}", i, block.references, want);
    }
    if ((block.references > 0) == (seen[i] != 0))
      return fmt::format("block {} is held and free at once, or neither", i);
    used += block.references > 0 ? 1 : 0;
    if (block.chain == 0) continue;
    ++findable;
    const auto entry = m_index.find(block.hash);
    if (entry == m_index.end() || entry->second != static_cast<BlockId>(i)) {
      return fmt::format("block {} is missing in the index", i);
    }
  }
  if (used != m_used) return fmt::format("{} blocks are held, the count says {}", used, m_used);
  if (findable != m_index.size())
    return fmt::format("{} blocks are findable, the index has {}", findable, m_index.size());
  return {};
}

}  // namespace engine
