// Where the time of an engine's steps went, by kind of op.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace engine {

/// All ops of one kind, over all layers and profiled steps.
struct OpTime {
  std::string name;  ///< "qkv", "attention", "down"
  uint64_t calls = 0;
  double seconds = 0;
  double bytes = 0;                  ///< of weights and cache that had to be read
  double operations = 0;             ///< multiplications and additions of products and attention
  uint64_t inCols = 0, outCols = 0;  ///< shape of a product's weights, all parts side by side; 0: no product
};

struct StepProfile {
  uint64_t steps = 0;
  double tokens = 0;        ///< rows of all these steps
  std::vector<OpTime> ops;  ///< in the order in which they first ran

  double seconds() const {
    double sum = 0;
    for (const OpTime& op : ops) sum += op.seconds;
    return sum;
  }
};

struct StepProfiles {
  StepProfile decode;  ///< steps without prompt tokens
  StepProfile prompt;  ///< steps with some
};

/// A step by the device's own clock.
struct TimedStep {
  bool withPrompt = false;
  uint32_t tokens = 0;
  double busySeconds = 0;
  double gapSeconds = -1;  ///< in which the device waited since the step before; negative: not measured
};

/// What an engine that computes itself can do besides (LoadedEngine; a fake or a remote one cannot). From any thread.
class StepProfiler {
 public:
  virtual ~StepProfiler() = default;
  /// While on, steps are timed op by op; they then run one after the other, and slower. For benchmarks.
  virtual void profileSteps(bool on) = 0;
  /// What was timed since the last call.
  virtual StepProfiles takeProfiles() = 0;
  /// While on, whole steps are timed as they run otherwise.
  virtual void clockSteps(bool on) = 0;
  /// What was timed since the last call, in order.
  virtual std::vector<TimedStep> takeTimedSteps() = 0;
};

}  // namespace engine
