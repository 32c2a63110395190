// A request's sampling parameters in the kernels' terms.
#pragma once

#include <cstdint>

#include "engine/scheduler/sequence.h"
#include "kernels/sampling.h"

namespace engine {

/// Seed of answer `index`; answer 0 has the request's own, so that n does not change it.
uint64_t answerSeed(uint64_t requestSeed, int index);

/// Sampling state of an answer as it stands: fresh, or resumed with what it has generated so far.
kernels::SlotSampling samplingState(const Sequence& sequence);

}  // namespace engine
