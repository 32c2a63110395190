// Who holds which block of the KV cache, and which blocks can be used again because they hold the same tokens behind
// the same tokens.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/tokenizer.h"
#include "kernels/backend.h"

namespace engine {

using BlockId = int32_t;

/// A place in the tree of token chains: everything before a block, the salt included. Ids are never used twice, so two
/// equal ids mean equal tokens; there is no hash to collide.
using ChainId = uint64_t;

/// Reference-counted blocks of 16 tokens. A block that nobody holds but whose tokens are known stays findable until its
/// memory is needed; the one unused for longest goes first, and of one sequence the last block first.
class BlockManager {
 public:
  explicit BlockManager(uint32_t nBlocks);

  uint32_t total() const { return static_cast<uint32_t>(m_blocks.size()); }
  /// Blocks held by somebody.
  uint32_t used() const { return m_used; }
  /// Blocks that allocate() can still give.
  uint32_t available() const { return total() - m_used; }

  /// Where the chains of one salt begin.
  ChainId saltRoot(const std::string& salt);
  /// A beginning that nothing else shares.
  ChainId newRoot() { return m_nextChain++; }

  struct Prefix {
    std::vector<BlockId> blocks;  ///< one reference each is the caller's now
    ChainId chain = 0;            ///< after the last of them
  };
  /// The longest run of whole blocks that hold the beginning of `tokens`.
  Prefix matchPrefix(ChainId root, std::span<const TokenId> tokens);

  /// A block with one reference and unknown contents, or nothing when all are held.
  std::optional<BlockId> allocate();
  /// Says that a held block holds `tokens` (16 of them) after `chain`; returns the chain after it. Call it only when
  /// the device has written them. A block that repeats a known one is not findable itself.
  ChainId publish(BlockId block, ChainId chain, std::span<const TokenId> tokens);
  /// Gives one reference to each back.
  void release(std::span<const BlockId> blocks);

  /// Empty when references are as `expected` says (one number a block; none = all zero) and every list and index
  /// agrees with them, else what is wrong.
  std::string checkIntegrity(std::span<const uint32_t> expected = {}) const;
  /// Forgets everything, references too.
  void reset();

 private:
  static constexpr BlockId kNone = -1;
  struct Block {
    uint32_t references = 0;
    ChainId parent = 0, chain = 0;  ///< chain 0: contents unknown
    uint64_t hash = 0;
    BlockId older = kNone, newer = kNone;  ///< neighbours in the list of findable blocks nobody holds
    std::array<TokenId, kernels::kKvBlockTokens> tokens{};
  };

  uint64_t hashOf(ChainId parent, std::span<const TokenId> tokens) const;
  Block* find(ChainId parent, std::span<const TokenId> tokens);
  void unlink(BlockId id);
  void appendNewest(BlockId id);
  void forget(Block& block);

  std::vector<Block> m_blocks;
  std::vector<BlockId> m_blank;  ///< nobody holds them and they hold nothing
  BlockId m_oldest = kNone, m_newest = kNone;
  uint32_t m_used = 0;
  std::unordered_map<uint64_t, BlockId> m_index;
  std::unordered_map<std::string, ChainId> m_roots;
  ChainId m_nextChain = 1;
  uint64_t m_hashKey;
};

}  // namespace engine
