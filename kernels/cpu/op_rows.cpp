// The ops that go row by row: embedding lookup, gather, sampling.
#include <algorithm>

#include "kernels/cpu/step_context.h"
#include "kernels/cpu/vector_ops.h"

namespace kernels::cpu {

void runEmbed(const StepContext& step, const EmbedOp& op, const OpPlan& plan, Team team) {
  const uint64_t cols = step.cols(op.out);
  float* out = step.buffer(op.out);
  const Team::Range tokens = team.split(step.nTokens());
  for (uint64_t t = tokens.begin; t < tokens.end; ++t) {
    int32_t token = step.inputs.tokens[t];
    if (token < 0) token = step.slots[static_cast<size_t>(-1 - token)].lastToken();
    plan.table->readRow(static_cast<uint64_t>(token), out + t * cols);
    if (op.scale != 1.0f) scaleInPlace(out + t * cols, op.scale, cols);
  }
}

void runGather(const StepContext& step, const GatherOp& op, Team team) {
  const uint64_t cols = step.cols(op.in);
  const float* in = step.buffer(op.in);
  float* out = step.buffer(op.out);
  const Team::Range rows = team.split(step.inputs.logitRows.size());
  for (uint64_t r = rows.begin; r < rows.end; ++r)
    std::copy_n(in + static_cast<uint64_t>(step.inputs.logitRows[r]) * cols, cols, out + r * cols);
}

void runSample(const StepContext& step, const SampleOp& op, size_t index, Team team) {
  if (team.index >= step.samplers.size()) return;
  const uint64_t cols = step.cols(op.logits);
  const float* logits = step.buffer(op.logits);
  for (uint64_t r; (r = step.take(index)) < step.inputs.logitRows.size();) {
    SampledRow& row = step.sampled[r];
    const int32_t slot = step.inputs.sampleSlots[r];
    if (slot < 0) {
      row.token = -1;
      row.logprob = 0.0f;
      row.top.clear();
      continue;
    }
    step.samplers[team.index].sample({logits + r * cols, op.nVocab}, &step.slots[static_cast<size_t>(slot)], &row);
  }
}

}  // namespace kernels::cpu
