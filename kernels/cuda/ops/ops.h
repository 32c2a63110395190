// The launchers of the CUDA backend's ops: plain structs in, an error code out. They allocate nothing, read no step
// value on the host (so that they can be captured) and leave the stream's order to the caller.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/cuda/ops/step_view.h"
#include "kernels/dtype.h"
#include "kernels/program.h"

namespace kernels::cuda {

/// out[t] = scale * table[token[t]]: rows of `type` to float32.
struct EmbedArgs {
  const void* table = nullptr;
  DType type = DType::BF16;
  uint32_t cols = 0, nRows = 0;
  uint64_t vocab = 0;
  float scale = 1.0f;
  float* out = nullptr;
  StepView step;
};
cudaError_t launchEmbed(const EmbedArgs& args, cudaStream_t stream);

/// out = w * x / sqrt(mean(x^2) + eps) by rows, float32 to `outType`.
struct NormArgs {
  const float* in = nullptr;
  const float* weight = nullptr;  ///< null: only the type changes
  void* out = nullptr;
  DType outType = DType::BF16;
  uint32_t nRows = 0, cols = 0;
  float eps = 1e-5f;
  bool addOne = false;
};
cudaError_t launchNorm(const NormArgs& args, cudaStream_t stream);

/// One product of a linear op: y = in W^T.
struct LinearPartArgs {
  const void* weight = nullptr;  ///< [nOut, nIn], element type as in LinearArgs
  const float* bias = nullptr;   ///< [nOut] or null
  uint32_t nOut = 0;
};
inline constexpr uint32_t kMaxLinearParts = 4;

/// A linear op whose norm, if any, has been applied. `type` is that of in and of the weights.
struct LinearArgs {
  const void* in = nullptr;  ///< [nRows, nIn]
  DType type = DType::BF16;
  uint32_t nRows = 0, nIn = 0;
  LinearPartArgs parts[kMaxLinearParts];
  uint32_t nParts = 0;
  Epilogue epilogue = Epilogue::None;
  const float* residual = nullptr;  ///< [nRows, nOut] or null
  float residualScale = 1.0f;
  void* out = nullptr;  ///< [nRows, nOut]
  DType outType = DType::BF16;
  void* scratch = nullptr;  ///< linearScratchBytes() for all parts
  uint32_t roomRows = 0;    ///< rows that `in`, `out` and `scratch` have room for; 0: nRows

  constexpr uint32_t productCols() const {
    uint32_t cols = 0;
    for (uint32_t i = 0; i < nParts; ++i) cols += parts[i].nOut;
    return cols;
  }
  constexpr uint32_t outCols() const { return epilogue == Epilogue::None ? productCols() : parts[0].nOut; }
};
/// Scratch that every way of running a linear op of this size may use.
uint64_t linearScratchBytes(uint32_t nRows, uint32_t productCols);

/// Any type and number of rows, float32 sums in one fixed order a column: the plain path, and the exact one.
cudaError_t launchLinearPlain(const LinearArgs& args, cudaStream_t stream);

/// Few rows (up to kStreamRows), half types, tensor cores with tokens in the mma's n: streams the weights once, and
/// sums every column in the same order for any number of rows. Needs nIn % 8 == 0 and 16-byte aligned rows.
inline constexpr uint32_t kStreamRows = 16;
bool linearStreamSupports(const LinearArgs& args, int major);
cudaError_t launchLinearStream(const LinearArgs& args, cudaStream_t stream);

/// Any number of rows, half types, tensor cores: every column is summed in the same order whatever the number of rows,
/// so that a row's bits do not depend on its batch. Another order than launchLinearStream's. Needs nIn % 8 == 0 and
/// 16-byte aligned rows.
bool linearOrderedSupports(const LinearArgs& args, int major);
cudaError_t launchLinearOrdered(const LinearArgs& args, cudaStream_t stream);

/// out = epilogue(products + bias), then the residual. `products` [nRows, productCols] of `productType`.
struct FinishArgs {
  const void* products = nullptr;
  DType productType = DType::F32;
  LinearArgs linear;
};
cudaError_t launchFinish(const FinishArgs& args, cudaStream_t stream);

/// The paged cache of one layer: [block][KV head][16 tokens][headDim], keys and values apart.
struct KvView {
  void* keys = nullptr;
  void* values = nullptr;
  DType type = DType::BF16;
  uint32_t nKvHeads = 0, headDim = 0;
};

/// Rotates q and k in place and puts k and v of this step's tokens into the cache.
struct RopeAppendArgs {
  void* qkv = nullptr;  ///< [nRows, (nHeads + 2 nKvHeads) headDim] of `type`
  DType type = DType::BF16;
  uint32_t nRows = 0;
  HeadShape heads;
  RopeStyle style = RopeStyle::None;
  uint32_t rotaryDims = 0;
  const float* invFreq = nullptr;  ///< [rotaryDims / 2]
  float magnitude = 1.0f;
  const float *qNorm = nullptr, *kNorm = nullptr;  ///< [headDim] or null
  float qEps = 0.0f, kEps = 0.0f;
  bool qAddOne = false, kAddOne = false;
  KvView cache;
  StepView step;
};
cudaError_t launchRopeAppend(const RopeAppendArgs& args, cudaStream_t stream);

/// Causal attention over the paged cache. A result's bits depend on the sequence's own tokens and, but for `oneOrder`,
/// on whether it has one token in the step or more: not on its neighbours, the rows of the launch, or where the prompt
/// was cut.
struct AttentionArgs {
  const void* qkv = nullptr;
  void* out = nullptr;       ///< [nRows, nHeads headDim]
  DType type = DType::BF16;  ///< of qkv and out
  uint32_t nRows = 0;
  HeadShape heads;
  float scale = 0.0f, softcap = 0.0f;
  uint32_t window = 0;
  const float* alibiSlopes = nullptr;  ///< [nHeads] or null
  KvView cache;
  StepView step;                 ///< spans can be read for nRows entries, however many there are
  bool decodeOnly = false;       ///< every sequence of the step has one token
  bool chunksOnly = false;       ///< no sequence of the step has one token
  bool oneOrder = false;         ///< sequences with one token are summed up like the others
  uint32_t maxContextBound = 0;  ///< no sequence's contextLength + nTokens is above it; 0: unknown
  uint32_t maxSequences = 0;     ///< no step of this launch has more; 0: as many as rows
  void* scratch = nullptr;       ///< attentionScratchBytes()
  uint32_t* counters = nullptr;  ///< attentionCounters(), attention's own: zero at first, and left at zero
  uint32_t nMultiprocessors = 0;

  constexpr uint32_t sequenceBound() const { return maxSequences > 0 && maxSequences < nRows ? maxSequences : nRows; }
};
/// For launches of up to `maxSequences`.
uint64_t attentionScratchBytes(const HeadShape& heads, uint32_t maxSequences, uint32_t nMultiprocessors);
uint64_t attentionCounters(const HeadShape& heads, uint32_t maxSequences);
/// The best way there is for this shape on a device of compute capability `major`.x.
cudaError_t launchAttention(const AttentionArgs& args, int major, cudaStream_t stream);
/// Any shape and type, one warp a query: the plain path.
cudaError_t launchAttentionPlain(const AttentionArgs& args, cudaStream_t stream);

/// out[r] = in[logitRows[r]]; elements of `type`, both sides.
struct GatherArgs {
  const void* in = nullptr;
  void* out = nullptr;
  DType type = DType::F32;
  uint32_t nRows = 0, cols = 0;
  StepView step;
};
cudaError_t launchGather(const GatherArgs& args, cudaStream_t stream);

}  // namespace kernels::cuda
