// What the scheduler needs of a model: run a step, set up a sampling slot. The seam between policy and device; tests
// put a model of their own behind it.
#pragma once

#include <vector>

#include "kernels/program.h"
#include "kernels/sampling.h"
#include "kernels/status.h"

namespace engine {

class StepRunner {
 public:
  StepRunner() = default;
  StepRunner(const StepRunner&) = delete;
  StepRunner& operator=(const StepRunner&) = delete;
  virtual ~StepRunner() = default;

  /// Sampling state of the answer that gets this slot.
  virtual kernels::Status writeSlot(uint32_t slot, const kernels::SlotSampling& state) = 0;
  /// Starts a step; spans of `inputs` stay valid until wait().
  virtual kernels::Status enqueue(const kernels::StepInputs& inputs) = 0;
  /// Waits for it; one row for each logit row.
  virtual kernels::Status wait(std::vector<kernels::SampledRow>* rows) = 0;
};

}  // namespace engine
