// What the persistent decode kernel runs: a step program as a flat list of instructions in device memory.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/cuda/ops/ops.h"

namespace kernels::cuda {

/// Rows of a step that the kernel takes at most: two column blocks of the tensor core's tile.
inline constexpr uint32_t kMegaRows = 16;
/// Product rows (rows of weights) of a group, the unit of work that blocks are dealt: this many, or half of them.
inline constexpr uint32_t kMegaGroup = 32;
/// Elements of k that products go through at a time.
inline constexpr uint32_t kMegaWindow = 32;

enum class MegaKind : uint32_t { Embed, Linear, Attention };

/// Activations of half type on their way from one instruction to the next: element k of a token is at
/// data[(k / 32) * windowStride + token * tokenStride + k % 32].
struct MegaActivations {
  void* data = nullptr;
  uint32_t windowStride = 0, tokenStride = 0;
};

/// The norm of a product's input. The instruction before has multiplied the weights in; left to do is the factor of
/// each token, from the sums of squares of its columns, so many at a time.
struct MegaNormIn {
  const float* squares = nullptr;  ///< [kMegaRows][nSquares]
  uint32_t nSquares = 0;           ///< 0: no norm
  float eps = 0.0f;
};

/// What an instruction that writes the residual stream leaves for the norm that reads it.
struct MegaNormOut {
  const float* weight = nullptr;
  bool addOne = false;
  uint32_t nSquares = 0;  ///< one for the columns of each group; 0: nobody's norm reads it
  float* squares = nullptr;
  MegaActivations normed;
};

struct MegaEmbed {
  EmbedArgs args;
  MegaNormOut next;
};

struct MegaLinear {
  MegaActivations in;
  MegaNormIn norm;
  LinearPartArgs parts[kMaxLinearParts];
  uint32_t nParts = 0;
  bool biased = false;                   ///< some part has a bias
  uint32_t nIn = 0, outCols = 0;         ///< nIn is a multiple of kMegaWindow
  uint32_t groupRows = kMegaGroup;       ///< kMegaGroup or half of it
  uint32_t nGroups = 0, firstBlock = 0;  ///< group i goes to block (firstBlock + i) % blocks
  Epilogue epilogue = Epilogue::None;
  const float* residual = nullptr;  ///< [tokens][outCols] or null
  float residualScale = 1.0f;
  float* outFloat = nullptr;  ///< [tokens][outCols], or null and `out` is written
  MegaActivations out;
  MegaNormOut next;
};

struct MegaAttention {
  RopeAppendArgs rope;
  AttentionArgs attention;
  float* stats = nullptr;  ///< scratch of the splits
  float* sums = nullptr;
  uint32_t nSlots = 0;
};

/// One instruction. Its input is whole when the instruction before has been reported done `before` times.
struct alignas(16) MegaOp {
  MegaKind kind = MegaKind::Linear;
  uint32_t before = 0;
  union {
    MegaEmbed embed;
    MegaLinear linear;
    MegaAttention attention;
  };
  MegaOp() : linear() {}
};
static_assert(sizeof(MegaOp) % 16 == 0 && sizeof(MegaOp) <= 512);

/// Arguments of a launch.
struct MegaArgs {
  const MegaOp* ops = nullptr;
  uint32_t nOps = 0;
  uint32_t* counters = nullptr;  ///< (nOps + 1) * kMegaCounterStride, zero between launches
  const StepHeader* header = nullptr;
  const SequenceSpan* spans = nullptr;
  uint32_t nOnTheirWay = ~uint32_t{0};  ///< chunks that a block asks the memory for at a time, at least one
  uint64_t* trace = nullptr;  ///< null, or [nOps][blocks][3] nanoseconds: before and after the wait, at the end
};
/// Counters lie in lines of their own.
inline constexpr uint32_t kMegaCounterStride = 32;

/// Launches the kernel for steps of up to `maxRows` tokens, each of its own sequence.
struct MegaShape {
  DType type = DType::BF16;
  uint32_t headDim = 0;  ///< 0: there is no attention
};
/// Blocks that the kernel runs with on the present device: 0 when it cannot run there.
uint32_t megaBlocks(const MegaShape& shape);
cudaError_t launchMega(const MegaShape& shape, const MegaArgs& args, uint32_t maxRows, uint32_t nBlocks,
                       cudaStream_t stream);

}  // namespace kernels::cuda
