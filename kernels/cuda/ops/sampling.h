// Sampling on the device: what a slot keeps there, what a row leaves there, and the launchers. kernels/sampling.h says
// what is computed; sampling.cuh how. Sampler (../sampler.h) owns the memory.
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "kernels/cuda/ops/step_view.h"

namespace kernels::cuda {

/// Logits that one warp reads at once; statistics of a row are kept by tile.
inline constexpr uint32_t kSampleTile = 1024;
/// A tile's logits in groups of 32: those that one lane holds.
inline constexpr uint32_t kSampleGroups = 32;
inline constexpr uint32_t kMaxSampleVocab = 1u << 20;
/// Alternatives that a row can report.
inline constexpr uint32_t kMaxSampleTop = 64;
/// Entries of a slot's list of biases and bans.
inline constexpr uint32_t kMaxListed = 5120;

/// What a slot knows of a token, for slots that adjust logits at all: 14 bits of count in the answer, and two flags.
using TokenMark = uint16_t;
inline constexpr TokenMark kMarkSeen = 0x8000;    ///< occurred in prompt or answer
inline constexpr TokenMark kMarkListed = 0x4000;  ///< has an entry in the list of biases
inline constexpr TokenMark kMarkCount = 0x3fff;   ///< a full count goes on in SlotState::overflow

struct TokenBias {
  int32_t token = 0;
  float bias = 0.0f;  ///< minus infinity bans
};

/// A count beyond kMarkCount.
struct CountOverflow {
  int32_t token = 0;
  uint32_t more = 0;
};
/// Enough for 500,000 tokens of an answer.
inline constexpr uint32_t kMaxOverflow = 32;

/// One slot in device memory. Written by the host between steps, brought along by the kernel.
struct SlotState {
  float temperature = 1.0f, topP = 1.0f, minP = 0.0f;
  int32_t topK = 0;
  float presence = 0.0f, frequency = 0.0f, repetition = 1.0f;
  int32_t topLogprobs = -1;
  uint64_t seed = 0, drawIndex = 0;
  uint32_t nListed = 0;
  uint32_t counts = 0;   ///< 1: penalties, so sampled tokens are counted
  uint32_t adjusts = 0;  ///< 1: the slot's marks are in use
  uint32_t nOverflow = 0;
  CountOverflow overflow[kMaxOverflow];
};

/// A token's mark as the host sends it.
struct MarkEntry {
  uint32_t token = 0;
  uint32_t mark = 0;
};

struct ResultHead {
  int32_t token = -1;
  float logprob = 0.0f;
  uint32_t nTop = 0;
  uint32_t unused = 0;
};
struct ResultTop {
  int32_t token = 0;
  float logprob = 0.0f;
};

/// Statistics of rows, by tile; written by many blocks, read by the one that finishes the row.
struct SampleScratch {
  uint64_t* best = nullptr;    ///< [rows, tiles] largest adjusted logit and its token
  float* sums = nullptr;       ///< [rows, tiles] sum of exp((x - largest of the tile) / temperature)
  float* rawMaxima = nullptr;  ///< [rows, tiles] the same of the logits as the model computed them
  float* rawSums = nullptr;
  float* groups = nullptr;       ///< [rows, tiles, 32] largest adjusted logit
  float* rawGroups = nullptr;    ///< [rows, tiles, 32]
  uint32_t* arrivals = nullptr;  ///< [rows] blocks that are done; zero between launches
  uint32_t tiles = 0;            ///< tiles that a row has room for
};

struct SampleArgs {
  const float* logits = nullptr;  ///< [nRows, cols]
  uint32_t cols = 0, nVocab = 0, nRows = 0;
  StepView step;
  SlotState* slots = nullptr;  ///< [nSlots]
  uint32_t nSlots = 0;
  int32_t* lastTokens = nullptr;      ///< [nSlots]
  TokenMark* marks = nullptr;         ///< [nSlots, markStride]
  uint64_t markStride = 0;            ///< a multiple of kSampleTile
  const TokenBias* listed = nullptr;  ///< [nSlots, kMaxListed], by token
  SampleScratch scratch;
  ResultHead* heads = nullptr;  ///< [nRows]
  ResultTop* tops = nullptr;    ///< [nRows, kMaxSampleTop]
};
/// Samples every row of the step. One kernel.
cudaError_t launchSample(const SampleArgs& args, cudaStream_t stream);

/// Copies results to page-locked host memory, and of the alternatives only what there is.
cudaError_t launchCopyResults(const ResultHead* heads, const ResultTop* tops, uint32_t nRows, ResultHead* hostHeads,
                              ResultTop* hostTops, cudaStream_t stream);

/// Sets marks[entry.token] for each entry; `entries` may lie in page-locked host memory. Tokens are distinct.
cudaError_t launchWriteMarks(TokenMark* marks, const MarkEntry* entries, uint32_t n, cudaStream_t stream);

}  // namespace kernels::cuda
