// From a compiled program to the instructions of the persistent kernel.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "kernels/cuda/compiled_program.h"
#include "kernels/cuda/mega/instruction.h"
#include "kernels/status.h"

namespace kernels::cuda {

/// Where things lie. Addresses may be anything (null even) where only sizes are wanted.
struct MegaPlaces {
  const WeightTable* weights = nullptr;
  DType compute = DType::BF16, cacheType = DType::BF16;
  uint32_t nBlocks = 0;           ///< of the launch
  uint32_t nMultiprocessors = 0;  ///< by which attention is cut, as everywhere on this device
  std::function<const void*(WeightId)> weight;
  std::function<void*(BufferId)> buffer;
  std::function<KvView(uint32_t layer)> cache;
  StepView step;
  std::byte* memory = nullptr;  ///< MegaProgram::memoryBytes, see there
};

struct MegaProgram {
  MegaShape shape;
  std::vector<MegaOp> ops;
  /// Of the kernel's memory, which begins with the windows. At first their bits are all ones and the rest is zero; the
  /// kernel leaves windows and counters like that.
  uint64_t memoryBytes = 0;
  uint32_t nWindows = 0;              ///< of what instructions leave each other
  uint64_t opsAt = 0, counterAt = 0;  ///< in the memory: where the instructions belong, and a counter

  uint64_t windowBytes() const { return uint64_t{nWindows} * kMegaWindowBytes; }
  /// Arguments of a launch, but for the step.
  MegaArgs args(std::byte* memory) const;
};

/// Unsupported, with the reason, where a program has something that the kernel does not know. The sample op is left to
/// the caller. The instructions hold for steps of up to kMegaRows sequences with one token each, whose logit rows are
/// their tokens in order.
Status lowerMega(const CompiledProgram& compiled, const MegaPlaces& places, MegaProgram* out);

/// Head sizes that there is an instance of the kernel for.
constexpr bool megaKnowsHead(uint32_t headDim) {
  return headDim == 64 || headDim == 128;
}

}  // namespace kernels::cuda
