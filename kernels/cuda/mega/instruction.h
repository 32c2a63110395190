// What the persistent decode kernel runs: a step program as a flat list of instructions in device memory.
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
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

/// What instructions leave each other lies in memory of its own, written once in a launch and found filled with ones,
/// bits that no result has: a word says by itself whether it is there (words.cuh). Unit of that memory is a window, 64
/// bytes of each of kMegaRows tokens: 32 elements of half type, or 16 floats.
inline constexpr uint32_t kMegaTokenBytes = kMegaWindow * 2;
inline constexpr uint32_t kMegaWindowBytes = kMegaRows * kMegaTokenBytes;

/// The norm of a product's input. The instruction before has multiplied the weights in; left to do is the factor of
/// each token, from the sums of squares of its columns, so many at a time.
struct MegaNormIn {
  const void* squares = nullptr;  ///< windows of floats
  uint32_t nSquares = 0;          ///< 0: no norm
  float eps = 0.0f;
};

/// What an instruction that writes the residual stream leaves for the norm that reads it.
struct MegaNormOut {
  const float* weight = nullptr;
  bool addOne = false;
  uint32_t nSquares = 0;    ///< one for the columns of each group; 0: nobody's norm reads it
  void* squares = nullptr;  ///< windows of floats
  void* normed = nullptr;   ///< windows of half type
};

struct MegaEmbed {
  EmbedArgs args;          ///< but for `out`
  void* stream = nullptr;  ///< windows of floats; null: nobody adds to it
  MegaNormOut next;
};

struct MegaLinear {
  const void* in = nullptr;  ///< windows of half type
  MegaNormIn norm;
  LinearPartArgs parts[kMaxLinearParts];
  uint32_t nParts = 0;
  bool biased = false;                   ///< some part has a bias
  uint32_t nIn = 0, outCols = 0;         ///< nIn is a multiple of kMegaWindow
  uint32_t groupRows = kMegaGroup;       ///< kMegaGroup or half of it
  uint32_t nGroups = 0, firstBlock = 0;  ///< group i goes to block (firstBlock + i) % blocks
  Epilogue epilogue = Epilogue::None;
  const void* residual = nullptr;  ///< windows of floats, or null
  float residualScale = 1.0f;
  // One of the three, or none of them where only `next` has a reader.
  void* out = nullptr;        ///< windows of half type
  void* stream = nullptr;     ///< windows of floats
  float* outFloat = nullptr;  ///< [tokens][outCols], for others than this kernel
  MegaNormOut next;
};

struct MegaAttention {
  RopeAppendArgs rope;      ///< `qkv` is in windows
  AttentionArgs attention;  ///< `out` is in windows
  float* stats = nullptr;   ///< scratch of the splits
  float* sums = nullptr;
  uint32_t nSlots = 0;
};

/// One instruction.
struct alignas(16) MegaOp {
  MegaKind kind = MegaKind::Linear;
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
  std::byte* windows = nullptr;  ///< all that instructions leave each other: ones before and after a launch
  uint32_t nWindows = 0;
  uint32_t* counter = nullptr;  ///< of the blocks that are done, zero between launches
  const StepHeader* header = nullptr;
  const SequenceSpan* spans = nullptr;
  uint32_t nOnTheirWay = ~uint32_t{0};  ///< chunks that a block asks the memory for at a time, at least one
  uint64_t* trace = nullptr;  ///< null, or [nOps][blocks][3] nanoseconds: at the begin, when input is there, at the end
};

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
