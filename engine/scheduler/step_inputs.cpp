#include "engine/scheduler/step_inputs.h"

namespace engine {

kernels::StepInputs StepInputsBuilder::build(const StepPlan& plan) {
  m_tokens.clear();
  m_blockTable.clear();
  m_logitRows.clear();
  m_sampleSlots.clear();
  m_spans.clear();
  for (const PlannedChunk& chunk : plan.chunks) {
    const Sequence& sequence = *chunk.sequence;
    kernels::SequenceSpan span;
    span.firstToken = static_cast<uint32_t>(m_tokens.size());
    span.nTokens = chunk.nTokens;
    span.contextLength = chunk.first;
    span.blockTableOffset = static_cast<uint32_t>(m_blockTable.size());
    m_spans.push_back(span);
    if (chunk.first < sequence.nTokens()) {
      const auto first = sequence.tokens.begin() + chunk.first;
      m_tokens.insert(m_tokens.end(), first, first + chunk.nTokens);
    } else {
      // The step before samples it.
      m_tokens.push_back(-1 - sequence.slot);
    }
    const uint32_t nBlocks = contextBlocks(chunk.end());
    m_blockTable.insert(m_blockTable.end(), sequence.blocks.begin(), sequence.blocks.begin() + nBlocks);
    if (chunk.samples) {
      m_logitRows.push_back(static_cast<int32_t>(m_tokens.size() - 1));
      m_sampleSlots.push_back(sequence.slot);
    }
  }
  return {m_tokens, m_spans, m_blockTable, m_logitRows, m_sampleSlots};
}

}  // namespace engine
