// The flat arrays of one step.
#pragma once

#include <vector>

#include "engine/scheduler/scheduler.h"
#include "kernels/program.h"

namespace engine {

/// Keeps its memory from step to step. A token that a step under way samples goes by its slot.
class StepInputsBuilder {
 public:
  /// Valid until the next call.
  kernels::StepInputs build(const StepPlan& plan);

 private:
  std::vector<int32_t> m_tokens, m_blockTable, m_logitRows, m_sampleSlots;
  std::vector<kernels::SequenceSpan> m_spans;
};

}  // namespace engine
