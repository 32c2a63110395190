#include <algorithm>

#include "kernels/cpu/step_context.h"

namespace kernels::cpu {

void StepPlan::reserve(const CompiledProgram& program) {
  const size_t nTokens = std::max<size_t>(positions.size(), program.program.maxTokens);
  positions.resize(nTokens);
  sequenceOf.resize(nTokens);
  tiles.resize(std::max(tiles.size(), program.tileTokens.size()));
  for (auto& list : tiles) list.reserve(nTokens);
  if (counters.size() < program.program.ops.size())
    counters = std::vector<std::atomic<uint32_t>>(program.program.ops.size());
}

void StepPlan::fill(const CompiledProgram& program, const StepInputs& inputs) {
  for (uint32_t s = 0; s < inputs.sequences.size(); ++s) {
    const SequenceSpan& span = inputs.sequences[s];
    for (uint32_t t = 0; t < span.nTokens; ++t) {
      positions[span.firstToken + t] = span.contextLength + t;
      sequenceOf[span.firstToken + t] = s;
    }
  }
  for (size_t i = 0; i < program.tileTokens.size(); ++i) {
    tiles[i].clear();
    for (const SequenceSpan& span : inputs.sequences) {
      for (uint32_t t = 0; t < span.nTokens;) {
        const uint32_t position = span.contextLength + t;
        uint32_t count = std::min(program.tileTokens[i], span.nTokens - t);
        // A tile ends where the size of the chunks changes, so that they do not depend on where tiles begin.
        while (attentionChunkKeys(position) != attentionChunkKeys(position + count - 1)) --count;
        tiles[i].push_back({inputs.blockTable.data() + span.blockTableOffset, span.firstToken + t, count, position});
        t += count;
      }
    }
  }
  for (size_t i = 0; i < program.program.ops.size(); ++i) counters[i].store(0, std::memory_order_relaxed);
}

}  // namespace kernels::cpu
