// What changes from step to step, as kernels see it: arrays in device memory at fixed addresses, so that a captured
// graph finds the next step's values where it found this one's.
#pragma once

#include <cstdint>

#include "kernels/program.h"

namespace kernels::cuda {

/// Sizes of the step in flight. A captured graph may be launched over more rows than there are: the rest are padding,
/// which no kernel may let reach the cache or the slots.
struct StepHeader {
  uint32_t nTokens = 0, nSequences = 0, nLogitRows = 0;
  uint32_t maxContext = 0;  ///< longest contextLength + nTokens of the step
};

struct StepView {
  const StepHeader* header = nullptr;
  const int32_t* tokens = nullptr;      ///< [nTokens] ids, or -1 - slot
  const int32_t* positions = nullptr;   ///< [nTokens]
  const int32_t* sequenceOf = nullptr;  ///< [nTokens] index into spans
  const SequenceSpan* spans = nullptr;  ///< [nSequences]
  const int32_t* blockTable = nullptr;
  const int32_t* logitRows = nullptr;   ///< [nLogitRows]
  const int32_t* slots = nullptr;       ///< [nLogitRows], -1: none
  const int32_t* lastTokens = nullptr;  ///< [slots] what each slot sampled last
};

}  // namespace kernels::cuda
