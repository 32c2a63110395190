#include "engine/scheduler/scheduler.h"

#include <fmt/format.h>

#include <algorithm>

namespace engine {

namespace {

constexpr uint32_t kBlock = kernels::kKvBlockTokens;

uint32_t blocksFor(uint32_t nTokens) {
  return contextBlocks(nTokens);
}

void insertByAge(std::vector<SequencePtr>& list, const SequencePtr& sequence) {
  const auto younger = [](const SequencePtr& a, const SequencePtr& b) { return a->olderThan(*b); };
  list.insert(std::upper_bound(list.begin(), list.end(), sequence, younger), sequence);
}

}  // namespace

Scheduler::Scheduler(const StepLimits& limits, uint32_t nBlocks, bool prefixCache)
    : m_limits(limits), m_blocks(nBlocks), m_prefixCache(prefixCache) {
  for (uint32_t slot = limits.sequences; slot-- > 0;) m_freeSlots.push_back(static_cast<int32_t>(slot));
}

void Scheduler::enqueue(const SequencePtr& sequence) {
  m_waiting.push(sequence->request->request.client, sequence);
}

void Scheduler::enqueueStarted(const SequencePtr& sequence) {
  insertByAge(m_returning, sequence);
}

void Scheduler::remove(const ActiveRequest& request) {
  const auto ours = [&request](const SequencePtr& sequence) { return sequence->request.get() == &request; };
  m_waiting.take(ours);
  std::erase_if(m_returning, ours);
  for (const SequencePtr& sequence : m_running) {
    if (ours(sequence)) freeResources(*sequence);
  }
  std::erase_if(m_running, ours);
  if (request.started) --m_requests;
}

void Scheduler::finish(Sequence& sequence) {
  const auto same = [&sequence](const SequencePtr& other) { return other.get() == &sequence; };
  if (sequence.slot >= 0) {
    freeResources(sequence);
    std::erase_if(m_running, same);
  } else {
    // Preempted while its last token was under way.
    std::erase_if(m_returning, same);
  }
  sequence.finished = true;
  if (--sequence.request->unfinished == 0) --m_requests;
}

void Scheduler::clear() {
  while (!m_waiting.empty()) m_waiting.pop();
  m_returning.clear();
  for (const SequencePtr& sequence : m_running) {
    m_freeSlots.push_back(sequence->slot);
    sequence->slot = -1;
    sequence->blocks.clear();
    ++sequence->residence;
  }
  m_running.clear();
  m_requests = 0;
  m_blocks.reset();
}

void Scheduler::freeResources(Sequence& sequence) {
  m_blocks.release(sequence.blocks);
  sequence.blocks.clear();
  ++sequence.residence;
  sequence.nComputed = sequence.nPublished = 0;
  sequence.chain = sequence.request->root;
  m_freeSlots.push_back(sequence.slot);
  sequence.slot = -1;
}

uint64_t Scheduler::blocksStillNeeded(const Sequence& sequence) const {
  const uint32_t all = blocksFor(sequence.nTokens());
  const auto held = static_cast<uint32_t>(sequence.blocks.size());
  return all > held ? all - held : 0;
}

StepPlan Scheduler::plan(uint32_t prefillBudget) {
  StepPlan plan;
  planDecodes(&plan);
  const uint32_t left = m_limits.stepTokens - std::min(m_limits.stepTokens, plan.nTokens);
  const uint32_t budget = std::min({prefillBudget, m_limits.prefillTokens, left});
  if (budget > 0) {
    admit(budget, &plan);
    planPrefills(budget, &plan);
  }
  depart(&plan);
  return plan;
}

void Scheduler::depart(StepPlan* plan) {
  for (PlannedChunk& chunk : plan->chunks) {
    Sequence& sequence = *chunk.sequence;
    chunk.first = sequence.nComputed;
    chunk.residence = sequence.residence;
    sequence.nComputed += chunk.nTokens;
    if (chunk.samples) ++sequence.nFlying;
  }
}

void Scheduler::planDecodes(StepPlan* plan) {
  for (size_t i = 0; i < m_running.size() && plan->nTokens < m_limits.stepTokens;) {
    const SequencePtr sequence = m_running[i];
    if (!sequence->decoding() || sequence->awaitsEnd()) {
      ++i;
      continue;
    }
    if (reserveBlocks(*sequence, 1, plan)) {
      plan->chunks.push_back({sequence, 1, true});
      ++plan->nTokens;
      ++i;
    } else {
      preempt(sequence, plan);
    }
  }
}

bool Scheduler::tryAdmit(const SequencePtr& sequence, uint64_t reserved) {
  ActiveRequest& request = *sequence->request;
  if (request.root == 0) {
    request.root = m_prefixCache ? m_blocks.saltRoot(request.request.cacheSalt) : m_blocks.newRoot();
  }
  // The last token is always computed: its logits are wanted.
  const std::span<const TokenId> known(sequence->tokens.data(), sequence->tokens.size() - 1);
  BlockManager::Prefix prefix = m_blocks.matchPrefix(request.root, known);
  sequence->blocks = std::move(prefix.blocks);
  // A block more for each that runs keeps new work from causing a preemption at once.
  const uint64_t wanted = blocksStillNeeded(*sequence) + reserved + m_running.size();
  if (!m_running.empty() && wanted > m_blocks.available()) {
    m_blocks.release(sequence->blocks);
    sequence->blocks.clear();
    return false;
  }
  sequence->chain = prefix.chain;
  sequence->nPublished = static_cast<uint32_t>(sequence->blocks.size());
  sequence->nComputed = sequence->nPublished * kBlock;
  sequence->slot = m_freeSlots.back();
  m_freeSlots.pop_back();
  if (!request.started) {
    request.started = true;
    request.usage.cachedTokens = sequence->nComputed;
    ++m_requests;
  }
  insertByAge(m_running, sequence);
  return true;
}

void Scheduler::admit(uint32_t budget, StepPlan* plan) {
  uint64_t reserved = 0, prefilling = 0;
  for (const SequencePtr& sequence : m_running) {
    reserved += sequence->decoding() ? 0 : blocksStillNeeded(*sequence);
    prefilling += sequence->decoding() ? 0 : 1;
  }
  // A prompt that gets not even one token of this step need not hold blocks and a slot yet.
  while (!m_freeSlots.empty() && prefilling < budget && plan->nTokens + prefilling < m_limits.stepTokens) {
    SequencePtr next;
    if (!m_returning.empty()) {
      next = m_returning.front();
    } else if (!m_waiting.empty() && m_requests < m_limits.requests) {
      next = m_waiting.front();
    } else {
      return;
    }
    // One that was preempted a moment ago is computed anew once all it has said is known.
    if (next->nFlying > 0 || !tryAdmit(next, reserved)) return;
    if (!m_returning.empty()) {
      m_returning.erase(m_returning.begin());
    } else {
      m_waiting.pop();
    }
    plan->admitted.push_back(next);
    reserved += blocksStillNeeded(*next);
    ++prefilling;
  }
}

void Scheduler::planPrefills(uint32_t budget, StepPlan* plan) {
  std::vector<SequencePtr> prefills;
  uint64_t demand = 0;
  for (const SequencePtr& sequence : m_running) {
    if (sequence->decoding()) continue;
    prefills.push_back(sequence);
    demand += sequence->nPending();
  }
  if (prefills.empty()) return;
  const SequencePtr oldest = prefills.front();
  const uint64_t others = std::min<uint64_t>(demand - oldest->nPending(), budget);
  const uint64_t share = std::max<uint64_t>((budget + 1) / 2, budget - others);
  planChunk(oldest, static_cast<uint32_t>(std::min<uint64_t>(share, budget)), plan);
  std::stable_sort(prefills.begin() + 1, prefills.end(),
                   [](const SequencePtr& a, const SequencePtr& b) { return a->nPending() < b->nPending(); });
  for (size_t i = 1; i < prefills.size() && plan->nPrefillTokens < budget; ++i) {
    planChunk(prefills[i], budget - plan->nPrefillTokens, plan);
  }
}

void Scheduler::planChunk(const SequencePtr& sequence, uint32_t wanted, StepPlan* plan) {
  if (sequence->slot < 0) return;  // preempted by an older one a moment ago
  uint32_t nTokens = std::min(wanted, sequence->nPending());
  if (!reserveBlocks(*sequence, nTokens, plan)) {
    const uint32_t room = static_cast<uint32_t>(sequence->blocks.size()) * kBlock - sequence->nComputed;
    nTokens = std::min(nTokens, room);
    if (nTokens == 0) return;
  }
  plan->chunks.push_back({sequence, nTokens, nTokens == sequence->nPending()});
  plan->nTokens += nTokens;
  plan->nPrefillTokens += nTokens;
}

bool Scheduler::reserveBlocks(Sequence& sequence, uint32_t nTokens, StepPlan* plan) {
  const uint32_t wanted = blocksFor(sequence.nComputed + nTokens);
  while (sequence.blocks.size() < wanted) {
    if (const auto block = m_blocks.allocate()) {
      sequence.blocks.push_back(*block);
    } else if (!preemptYoungerThan(sequence, plan)) {
      return false;
    }
  }
  return true;
}

bool Scheduler::preemptYoungerThan(const Sequence& sequence, StepPlan* plan) {
  if (m_running.empty() || !sequence.olderThan(*m_running.back())) return false;
  preempt(SequencePtr(m_running.back()), plan);
  return true;
}

void Scheduler::preempt(const SequencePtr& sequence, StepPlan* plan) {
  const auto planned = std::find_if(plan->chunks.begin(), plan->chunks.end(),
                                    [&](const PlannedChunk& chunk) { return chunk.sequence == sequence; });
  if (planned != plan->chunks.end()) {
    plan->nTokens -= planned->nTokens;
    if (!sequence->decoding()) plan->nPrefillTokens -= planned->nTokens;
    plan->chunks.erase(planned);
  }
  std::erase(plan->admitted, sequence);
  std::erase(m_running, sequence);
  freeResources(*sequence);
  insertByAge(m_returning, sequence);
  ++m_preemptions;
}

void Scheduler::complete(const StepPlan& plan) {
  for (const PlannedChunk& chunk : plan.chunks) {
    Sequence& sequence = *chunk.sequence;
    if (sequence.residence != chunk.residence) continue;
    const std::span<const TokenId> tokens(sequence.tokens);
    for (; (sequence.nPublished + 1) * kBlock <= chunk.end(); ++sequence.nPublished) {
      sequence.chain = m_blocks.publish(sequence.blocks[sequence.nPublished], sequence.chain,
                                        tokens.subspan(sequence.nPublished * kBlock, kBlock));
    }
  }
}

bool Scheduler::anyDecoding() const {
  return std::any_of(m_running.begin(), m_running.end(), [](const SequencePtr& s) { return s->decoding(); });
}

void Scheduler::visit(const std::function<void(const SequencePtr&)>& visit) const {
  m_waiting.visit(visit);
  for (const SequencePtr& sequence : m_returning) visit(sequence);
  for (const SequencePtr& sequence : m_running) visit(sequence);
}

std::string Scheduler::checkIntegrity() const {
  std::vector<uint32_t> references(m_blocks.total(), 0);
  for (const SequencePtr& sequence : m_running) {
    for (const BlockId block : sequence->blocks) ++references[static_cast<size_t>(block)];
    if (sequence->slot < 0) return "a running answer has no slot";
  }
  if (m_freeSlots.size() + m_running.size() != m_limits.sequences) {
    return fmt::format("{} slots are free and {} answers run, but there are {} slots", m_freeSlots.size(),
                       m_running.size(), m_limits.sequences);
  }
  return m_blocks.checkIntegrity(references);
}

}  // namespace engine
