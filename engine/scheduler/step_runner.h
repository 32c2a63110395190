// What the scheduler needs of a model: run a step, set up a sampling slot. The seam between policy and device; tests
// put a model of their own behind it.
#pragma once

#include <vector>

#include "engine/step_profile.h"
#include "kernels/backend.h"
#include "kernels/program.h"
#include "kernels/sampling.h"
#include "kernels/status.h"

namespace engine {

/// Steps under way at once: while the device works on one, the next stands in its queue.
inline constexpr uint32_t kMostStepsAhead = 2;

class StepRunner {
 public:
  StepRunner() = default;
  StepRunner(const StepRunner&) = delete;
  StepRunner& operator=(const StepRunner&) = delete;
  virtual ~StepRunner() = default;

  /// Steps that may be enqueued before the oldest is waited for, at most kMostStepsAhead.
  virtual uint32_t depth() const { return 1; }
  /// Sampling state of the answer that gets this slot, for the steps enqueued from now on.
  virtual kernels::Status writeSlot(uint32_t slot, const kernels::SlotSampling& state) = 0;
  /// Starts a step behind those under way; spans of `inputs` stay valid until its wait().
  virtual kernels::Status enqueue(const kernels::StepInputs& inputs) = 0;
  /// Waits for the oldest; one row for each logit row.
  virtual kernels::Status wait(std::vector<kernels::SampledRow>* rows) = 0;

  /// While on, steps are timed op by op. With no step under way.
  virtual void setProfiling(bool /*on*/) {}
  /// The ops of the step waited for last, in order.
  virtual std::vector<OpTime> lastProfile() const { return {}; }
  /// While on, whole steps are timed. With no step under way.
  virtual void setStepClock(bool /*on*/) {}
  virtual kernels::StepTime lastStepTime() const { return {}; }
};

}  // namespace engine
