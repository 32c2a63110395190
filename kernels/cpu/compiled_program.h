// A program with everything resolved that does not change from step to step: weights, places in the arena, work sizes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernels/cpu/weight_store.h"
#include "kernels/program.h"

namespace kernels::cpu {

/// A LinearOp. Its parts' activations are prepared once for each distinct form.
struct LinearPlan {
  struct Form {
    const PackedMatrix* matrix = nullptr;  ///< any of those that take this form
    uint64_t bytesPerToken = 0;
    uint64_t offset = 0;     ///< into the shared memory for prepared activations, all rows of a form together
    uint64_t rowOffset = 0;  ///< the same when only one row is prepared
  };
  struct Part {
    const PackedMatrix* matrix = nullptr;
    const float* bias = nullptr;
    uint32_t form = 0;
    uint64_t firstColumn = 0;  ///< of the output
  };
  std::vector<Form> forms;
  std::vector<Part> parts;
  const float* normWeight = nullptr;
  uint64_t outRows = 0;  ///< weight rows to split between threads (of one part when gated)
  uint64_t grain = 1;    ///< rows are split at multiples of it
};

/// Cos and sin for one kind of rotation, shared by all ops with the same numbers.
struct RopeTable {
  RopeSpec spec;
  const float* invFreq = nullptr;
  uint64_t offset = 0;  ///< floats into the rope memory; [maxTokens, rotaryDims]
};

/// What the runner needs besides the op itself.
struct OpPlan {
  LinearPlan linear;                               ///< LinearOp
  const PackedMatrix* table = nullptr;             ///< EmbedOp
  int ropeTable = -1;                              ///< RopeAppendOp
  const float *qNorm = nullptr, *kNorm = nullptr;  ///< RopeAppendOp
  const float* slopes = nullptr;                   ///< AttentionOp
  uint32_t tilePlan = 0;                           ///< AttentionOp: index into tileTokens
  uint64_t weightBytes = 0;                        ///< read by every step
  uint64_t kvBytesPerToken = 0;                    ///< read or written for a token of context
  std::string name;
};

/// Steps of at most this many tokens may spread one query's keys over several threads.
inline constexpr uint32_t kSplitTokens = 16;
/// Floats of products that are kept back for an epilogue at a time: they should stay in the second-level cache.
inline constexpr uint64_t kEpilogueFloats = 32 * 1024;

struct CompiledProgram {
  Program program;
  std::vector<OpPlan> plans;  ///< one an op
  std::vector<RopeTable> ropeTables;
  std::vector<uint32_t> tileTokens;  ///< distinct tile sizes of the attention ops
  uint32_t nVocab = 0;               ///< largest of the sampling ops, 0 = none

  // Offsets into the arena, in bytes.
  std::vector<uint64_t> buffers;
  uint64_t normed = 0, prepared = 0, ropes = 0, partials = 0, threads = 0;
  uint64_t threadBytes = 0;  ///< scratch of one thread
  // Offsets into a thread's scratch.
  uint64_t threadPrepared = 0, threadProducts = 0;
  uint64_t productFloats = 0;  ///< of each of the two product areas of a thread
  uint64_t arenaBytes = 0;

  uint32_t rowsOf(BufferId id) const {
    return program.buffers[id].rows == Rows::Token ? program.maxTokens : program.maxLogitRows;
  }
};

/// `program` has passed checkProgram(). May throw std::bad_alloc.
CompiledProgram planProgram(const Program& program, const WeightStore& weights, uint32_t nThreads);

}  // namespace kernels::cpu
