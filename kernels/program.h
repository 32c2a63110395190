// The step program: one forward step of a decoder as data. The engine builds it once per batch bucket, a backend
// compiles it and runs it many times. Ops work on named buffers over a flat batch of tokens; what changes from step to
// step (ids, positions, block tables) is in StepInputs. kernels/README.md has the maths of each op.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "kernels/dtype.h"

namespace kernels {

using BufferId = uint32_t;  ///< index into Program::buffers
using WeightId = uint32_t;  ///< from Backend::createWeight

/// What a buffer has a row for.
enum class Rows : uint8_t {
  Token,  ///< every token of the flat batch
  Logit,  ///< every token whose logits are wanted (StepInputs::logitRows)
};

struct BufferDesc {
  std::string name;  ///< for profiles and messages
  Rows rows = Rows::Token;
  uint32_t cols = 0;  ///< elements a row; rows are contiguous
  DType dtype = DType::F32;
};

/// y = w * x / sqrt(mean(x^2) + eps), mean in float32. With `addOne`, (1 + w) takes the place of w (Gemma).
struct NormSpec {
  WeightId weight = 0;  ///< F32 vector [cols]
  float eps = 1e-5f;
  bool addOne = false;
};

/// out[t] = scale * table[token[t]].
struct EmbedOp {
  WeightId table = 0;  ///< [vocab, cols]
  BufferId out = 0;
  float scale = 1.0f;
};

enum class Epilogue : uint8_t {
  None,     ///< out columns are the parts' outputs one after the other
  SwiGlu,   ///< two parts (gate, up): out = silu(gate) * up
  GeluGlu,  ///< two parts (gate, up): out = gelu_tanh(gate) * up
};

struct LinearPart {
  WeightId weight = 0;           ///< [outCols, inCols] row-major
  std::optional<WeightId> bias;  ///< F32 vector [outCols]
};

/// y = norm?(in) W^T + b for each part, then the epilogue, then `out = residual + residualScale * y` when a residual is
/// named.
struct LinearOp {
  BufferId in = 0;
  std::optional<NormSpec> norm;
  std::vector<LinearPart> parts;  ///< share the input (q|k|v, gate|up); formats may differ between parts
  Epilogue epilogue = Epilogue::None;
  std::optional<BufferId> residual;  ///< may be the same buffer as `out`, not as `in` unless `norm` is set
  float residualScale = 1.0f;
  BufferId out = 0;
};

enum class RopeStyle : uint8_t {
  None,
  Half,         ///< dim i is paired with i + rotaryDims/2
  Interleaved,  ///< pairs (2i, 2i+1)
};

struct RopeSpec {
  RopeStyle style = RopeStyle::Half;
  uint32_t rotaryDims = 0;  ///< leading dims of each head that rotate
  WeightId invFreq = 0;     ///< F32 vector [rotaryDims/2], scaling already applied
  float magnitude = 1.0f;   ///< factor on cos and sin (yarn)
};

/// Shape of attention in one layer.
struct HeadShape {
  uint32_t nHeads = 0, nKvHeads = 0, headDim = 0;
};

/// Rotates q and k of `qkv` in place (per-head norms first, when named), then writes k and v to the cache of `layer` at
/// the tokens' positions. qkv is [tokens, (nHeads + 2 nKvHeads) * headDim], q then k then v.
struct RopeAppendOp {
  BufferId qkv = 0;
  uint32_t layer = 0;
  HeadShape heads;
  RopeSpec rope;
  std::optional<NormSpec> qNorm, kNorm;  ///< weights [headDim]
};

/// Causal attention of the q part of `qkv` over the paged cache of `layer` (which already holds this step's k and v).
/// out is [tokens, nHeads * headDim].
struct AttentionOp {
  BufferId qkv = 0;
  uint32_t layer = 0;
  HeadShape heads;
  float scale = 0.0f;                   ///< usually 1/sqrt(headDim)
  float softcap = 0.0f;                 ///< 0 = none, else s = cap * tanh(s / cap)
  uint32_t window = 0;                  ///< 0 = all keys; else key j is visible from i iff i - window < j <= i
  std::optional<WeightId> alibiSlopes;  ///< F32 vector [nHeads]: adds -slope * (i - j)
  BufferId out = 0;
};

/// out[r] = in[logitRows[r]]: from Rows::Token to Rows::Logit.
struct GatherOp {
  BufferId in = 0, out = 0;
};

/// Samples one token a logit row by the state of its slot (sampling.h), and remembers it as the slot's last token.
struct SampleOp {
  BufferId logits = 0;  ///< F32 [logit rows, vocab]; left as the model computed it
  uint32_t nVocab = 0;  ///< ids at or above it are never sampled (padding rows of the head)
};

/// Sums a buffer over the ranks of a tensor-parallel group. A backend of one device treats it as nothing to do.
struct AllReduceOp {
  BufferId buffer = 0;
};

using Op = std::variant<EmbedOp, LinearOp, RopeAppendOp, AttentionOp, GatherOp, SampleOp, AllReduceOp>;

/// How products with quantized or half-precision weights treat their activations.
enum class Precision : uint8_t {
  Exact,  ///< float32 activations throughout (--dtype float32)
  Fast,   ///< activations may be quantized to int8 per block, or rounded to the weight's half type
};

struct Program {
  std::vector<BufferDesc> buffers;
  std::vector<Op> ops;
  uint32_t maxTokens = 0;     ///< rows of Rows::Token buffers
  uint32_t maxLogitRows = 0;  ///< rows of Rows::Logit buffers
  Precision precision = Precision::Fast;
};

/// One sequence's share of the flat batch: tokens [firstToken, firstToken + nTokens).
struct SequenceSpan {
  uint32_t firstToken = 0, nTokens = 0;
  uint32_t contextLength = 0;     ///< tokens in the cache before this step = position of the first token
  uint32_t blockTableOffset = 0;  ///< first entry in StepInputs::blockTable; entry i holds positions [16 i, 16 i + 16)
};

/// What changes from step to step. Spans must stay valid until Backend::wait.
struct StepInputs {
  /// [nTokens] ids; a negative value -1 - slot takes the token last sampled in that slot, so that a step can be
  /// enqueued before the host has seen the previous one's result.
  std::span<const int32_t> tokens;
  std::span<const SequenceSpan> sequences;  ///< in order of firstToken, covering the batch
  std::span<const int32_t> blockTable;      ///< cache block ids
  std::span<const int32_t> logitRows;       ///< [nLogitRows] token rows whose logits are wanted
  std::span<const int32_t> sampleSlots;     ///< [nLogitRows] slot to sample for, or -1 for logits only
};

}  // namespace kernels
