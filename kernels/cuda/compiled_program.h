// A step program made ready for the device: where each buffer lies and what type it has, what each op reads.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "kernels/cuda/weight_store.h"
#include "kernels/program.h"

namespace kernels::cuda {

struct PlannedBuffer {
  DType type = DType::F32;
  uint64_t offset = 0;  ///< bytes in the arena
};

struct PlannedOp {
  std::string name;
  uint64_t weightBytes = 0;
  uint64_t kvBytesPerToken = 0;  ///< cache bytes for each token of context, keys and values
  bool forLogits = false;        ///< of no use in a step that wants none: only gathers read what it makes
};

struct CompiledProgram {
  Program program;
  std::vector<PlannedBuffer> buffers;
  std::vector<PlannedOp> ops;
  uint64_t normed = 0, linearScratch = 0, attentionScratch = 0;  ///< offsets in the arena
  uint64_t arenaBytes = 0;
  uint64_t attentionCounters = 0;  ///< outside the arena: they keep their values
  uint32_t nVocab = 0;             ///< of the SampleOp; 0: nothing is sampled
  uint64_t nEmbeddings = 0;
};

/// Lays the buffers out. The stream of the residual, logits and whatever nobody reads on stay float32; what goes from
/// one product to the next has the compute type.
CompiledProgram planProgram(const Program& program, const WeightTable& weights, DType compute, DType cacheType,
                            uint32_t nMultiprocessors);

}  // namespace kernels::cuda
