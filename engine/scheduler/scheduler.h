// What runs next: continuous batching under a token budget over a paged cache. Policy alone: no threads, no clock, no
// device.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "engine/memory/step_limits.h"
#include "engine/scheduler/block_manager.h"
#include "engine/scheduler/fair_queue.h"
#include "engine/scheduler/sequence.h"

namespace engine {

/// A sequence's share of a step: its next nTokens pending tokens; when none is pending after them, a new one is
/// sampled.
struct PlannedChunk {
  SequencePtr sequence;
  uint32_t nTokens = 0;
  bool samples = false;
  uint32_t first = 0;      ///< position of the first of them
  uint32_t residence = 0;  ///< of the sequence when it was planned

  uint32_t end() const { return first + nTokens; }
};

struct StepPlan {
  std::vector<PlannedChunk> chunks;
  std::vector<SequencePtr> admitted;  ///< got a slot in this step, whose sampling state is to be written
  uint32_t nTokens = 0, nPrefillTokens = 0;
};

/// Running answers take one token each first; what is left of the budget goes to prompts: at least half of it to the
/// oldest, the rest to the shortest. New work starts when a slot and the blocks for its whole prompt are free; when
/// blocks run out, the youngest loses its blocks and is computed anew later.
class Scheduler {
 public:
  Scheduler(const StepLimits& limits, uint32_t nBlocks, bool prefixCache);

  /// New work: waits for its client's turn.
  void enqueue(const SequencePtr& sequence);
  /// Work of a request that has started already (its further answers): before all new work.
  void enqueueStarted(const SequencePtr& sequence);
  /// Takes a request's answers out wherever they are; their blocks and slots are free at once.
  void remove(const ActiveRequest& request);
  /// The answer is complete.
  void finish(Sequence& sequence);
  /// Takes everything out and forgets the cache.
  void clear();

  /// The next step with at most `prefillBudget` prompt tokens; empty when there is nothing to do. From here on the
  /// step is under way: the next one may be planned before its tokens are known.
  StepPlan plan(uint32_t prefillBudget);
  /// The device has done the oldest step under way: its tokens are in the cache. Call before its sampled tokens are
  /// taken, and after those of all earlier steps are.
  void complete(const StepPlan& plan);

  /// A block outside of all answers, for a step that is not planned here.
  std::optional<BlockId> borrowBlock() { return m_blocks.allocate(); }
  void giveBack(BlockId block) { m_blocks.release({&block, 1}); }

  bool idle() const { return m_running.empty() && m_returning.empty() && m_waiting.empty(); }
  bool anyDecoding() const;
  uint64_t nPreemptions() const { return m_preemptions; }
  const BlockManager& blocks() const { return m_blocks; }
  /// Calls `visit` for every answer that waits to run or runs.
  void visit(const std::function<void(const SequencePtr&)>& visit) const;
  /// Empty when blocks, slots and sequences agree.
  std::string checkIntegrity() const;

 private:
  void planDecodes(StepPlan* plan);
  void admit(uint32_t budget, StepPlan* plan);
  bool tryAdmit(const SequencePtr& sequence, uint64_t reserved);
  void planPrefills(uint32_t budget, StepPlan* plan);
  static void depart(StepPlan* plan);
  void planChunk(const SequencePtr& sequence, uint32_t wanted, StepPlan* plan);
  /// Makes room for the sequence's next nTokens; preempts younger ones. False when there is none.
  bool reserveBlocks(Sequence& sequence, uint32_t nTokens, StepPlan* plan);
  bool preemptYoungerThan(const Sequence& sequence, StepPlan* plan);
  void preempt(const SequencePtr& sequence, StepPlan* plan);
  void freeResources(Sequence& sequence);
  uint64_t blocksStillNeeded(const Sequence& sequence) const;

  StepLimits m_limits;
  BlockManager m_blocks;
  bool m_prefixCache;
  FairQueue<SequencePtr> m_waiting;
  std::vector<SequencePtr> m_returning;  ///< preempted ones and further answers, oldest first
  std::vector<SequencePtr> m_running;    ///< oldest first
  std::vector<int32_t> m_freeSlots;
  uint32_t m_requests = 0;  ///< requests started and not ended
  uint64_t m_preemptions = 0;
};

}  // namespace engine
