#include "engine/scheduler/block_manager.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace engine {
namespace {

using Tokens = std::vector<TokenId>;

Tokens numbers(TokenId first, size_t count) {
  Tokens out(count);
  for (size_t i = 0; i < count; ++i) out[i] = first + static_cast<TokenId>(i);
  return out;
}

/// Allocates, publishes and returns the blocks of a whole text.
std::vector<BlockId> store(BlockManager& blocks, ChainId chain, const Tokens& tokens) {
  std::vector<BlockId> out;
  for (size_t at = 0; at + 16 <= tokens.size(); at += 16) {
    out.push_back(blocks.allocate().value());
    chain = blocks.publish(out.back(), chain, std::span(tokens).subspan(at, 16));
  }
  return out;
}

TEST(BlockManager, GivesEveryBlockOnceThenNone) {
  BlockManager blocks(5);
  std::vector<BlockId> held;
  for (int i = 0; i < 5; ++i) held.push_back(blocks.allocate().value());
  EXPECT_FALSE(blocks.allocate().has_value());
  EXPECT_EQ(blocks.available(), 0u);
  blocks.release(held);
  EXPECT_EQ(blocks.available(), 5u);
  EXPECT_EQ(blocks.checkIntegrity(), "");
}

TEST(BlockManager, FindsTheLongestKnownBeginning) {
  BlockManager blocks(8);
  const ChainId root = blocks.saltRoot("");
  const auto held = store(blocks, root, numbers(0, 48));
  blocks.release(held);
  EXPECT_EQ(blocks.used(), 0u);
  const auto all = blocks.matchPrefix(root, numbers(0, 63));
  EXPECT_EQ(all.blocks, held);
  EXPECT_EQ(blocks.used(), 3u);
  Tokens other = numbers(0, 48);
  other[20] = 999;
  const auto first = blocks.matchPrefix(root, other);
  EXPECT_EQ(first.blocks, std::vector<BlockId>{held[0]});
  // The same 16 tokens behind something else are not the same block.
  EXPECT_TRUE(blocks.matchPrefix(root, numbers(16, 32)).blocks.empty());
  EXPECT_TRUE(blocks.matchPrefix(root, numbers(0, 15)).blocks.empty());
  blocks.release(all.blocks);
  blocks.release(first.blocks);
  EXPECT_EQ(blocks.checkIntegrity(), "");
}

TEST(BlockManager, SaltsSeeNothingOfEachOther) {
  BlockManager blocks(8);
  const auto held = store(blocks, blocks.saltRoot("alice"), numbers(0, 32));
  EXPECT_TRUE(blocks.matchPrefix(blocks.saltRoot("bob"), numbers(0, 32)).blocks.empty());
  EXPECT_TRUE(blocks.matchPrefix(blocks.newRoot(), numbers(0, 32)).blocks.empty());
  const auto again = blocks.matchPrefix(blocks.saltRoot("alice"), numbers(0, 32));
  EXPECT_EQ(again.blocks, held);
}

TEST(BlockManager, ReusesTheLongestUnusedLastBlockFirst) {
  BlockManager blocks(4);
  const ChainId root = blocks.saltRoot("");
  const auto older = store(blocks, root, numbers(0, 32));
  const auto newer = store(blocks, root, numbers(100, 32));
  blocks.release(older);
  blocks.release(newer);
  EXPECT_EQ(blocks.allocate().value(), older[1]);
  EXPECT_EQ(blocks.allocate().value(), older[0]);
  EXPECT_EQ(blocks.allocate().value(), newer[1]);
  EXPECT_TRUE(blocks.matchPrefix(root, numbers(0, 32)).blocks.empty());
  EXPECT_EQ(blocks.matchPrefix(root, numbers(100, 32)).blocks, std::vector<BlockId>{newer[0]});
}

TEST(BlockManager, ARepeatedBlockContinuesTheKnownChain) {
  BlockManager blocks(8);
  const ChainId root = blocks.saltRoot("");
  const auto first = store(blocks, root, numbers(0, 16));
  const auto second = store(blocks, root, numbers(0, 32));  // its first block repeats
  blocks.release(first);
  blocks.release(second);
  const auto found = blocks.matchPrefix(root, numbers(0, 32));
  EXPECT_EQ(found.blocks, (std::vector<BlockId>{first[0], second[1]}));
}

TEST(BlockManager, ChecksNoticeALostReference) {
  BlockManager blocks(3);
  ASSERT_TRUE(blocks.allocate().has_value());
  EXPECT_NE(blocks.checkIntegrity(), "");
}

/// Random work of several "sequences" with few different tokens, so that they share, repeat and evict each other all
/// the time. What a found block holds is checked against what was written to it.
TEST(BlockManager, RandomWorkNeitherLeaksNorMixesContents) {
  std::mt19937 random(11);
  constexpr uint32_t kBlocks = 24;
  BlockManager blocks(kBlocks);
  struct Holder {
    ChainId chain;
    Tokens tokens;
    std::vector<BlockId> held;
  };
  std::vector<Holder> holders;
  std::map<BlockId, Tokens> written;  // everything from the root up to and with the block, salt first
  size_t found = 0;
  for (int round = 0; round < 30000; ++round) {
    if (holders.size() < 6 && random() % 2 == 0) {
      const auto salt = static_cast<TokenId>(random() % 2);
      Holder holder{blocks.saltRoot(std::to_string(salt)), {salt}, {}};
      Tokens wanted;
      for (size_t i = random() % 5; i > 0; --i) wanted.insert(wanted.end(), 16, static_cast<TokenId>(random() % 4));
      auto prefix = blocks.matchPrefix(holder.chain, wanted);
      for (size_t i = 0; i < prefix.blocks.size(); ++i) {
        holder.tokens.insert(holder.tokens.end(), wanted.begin() + 16 * i, wanted.begin() + 16 * (i + 1));
        ASSERT_EQ(written[prefix.blocks[i]], holder.tokens) << "round " << round;
      }
      found += prefix.blocks.size();
      holder.held = prefix.blocks;
      holder.chain = prefix.chain;
      holders.push_back(std::move(holder));
    } else if (!holders.empty() && random() % 3 != 0) {
      Holder& holder = holders[random() % holders.size()];
      if (const auto block = blocks.allocate()) {
        Tokens next(16, static_cast<TokenId>(random() % 4));
        holder.tokens.insert(holder.tokens.end(), next.begin(), next.end());
        holder.held.push_back(*block);
        written[*block] = holder.tokens;
        if (random() % 8 != 0)
          holder.chain = blocks.publish(*block, holder.chain, next);
        else
          holder.chain = blocks.newRoot();
      }
    } else if (!holders.empty()) {
      const size_t which = random() % holders.size();
      blocks.release(holders[which].held);
      holders.erase(holders.begin() + static_cast<ptrdiff_t>(which));
    }
    std::vector<uint32_t> references(kBlocks, 0);
    for (const Holder& holder : holders) {
      for (const BlockId block : holder.held) ++references[static_cast<size_t>(block)];
    }
    ASSERT_EQ(blocks.checkIntegrity(references), "") << "round " << round;
  }
  for (const Holder& holder : holders) blocks.release(holder.held);
  EXPECT_EQ(blocks.checkIntegrity(), "");
  EXPECT_EQ(blocks.available(), kBlocks);
  EXPECT_GT(found, 1000u);
}

}  // namespace
}  // namespace engine
