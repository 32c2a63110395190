#include "kernels/check/input_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "kernels/backend.h"

namespace kernels {
namespace {

template <class... Args>
Status bad(fmt::format_string<Args...> text, Args&&... args) {
  return {StatusCode::InvalidArgument, fmt::format(text, std::forward<Args>(args)...)};
}

using LastToken = std::function<int32_t(uint32_t slot)>;

Status checkTokens(const StepInputs& inputs, const InputLimits& limits, const LastToken& lastToken, size_t nSlots) {
  for (size_t t = 0; t < inputs.tokens.size(); ++t) {
    int64_t token = inputs.tokens[t];
    if (token < 0) {
      const int64_t slot = -1 - token;
      if (slot >= static_cast<int64_t>(nSlots))
        return bad("token {} of the step is that of slot {}, there are {} slots", t, slot, nSlots);
      token = lastToken(static_cast<uint32_t>(slot));
    }
    if (static_cast<uint64_t>(token) >= limits.nEmbeddings)
      return bad("token {} of the step has id {}, the vocabulary has {}", t, token, limits.nEmbeddings);
  }
  return {};
}

Status checkSequences(const StepInputs& inputs, const InputLimits& limits) {
  uint64_t next = 0;
  for (size_t s = 0; s < inputs.sequences.size(); ++s) {
    const SequenceSpan& span = inputs.sequences[s];
    if (span.nTokens == 0 || span.firstToken != next)
      return bad("sequence {} of the step has tokens {} + {}, it must follow on at {}", s, span.firstToken,
                 span.nTokens, next);
    next += span.nTokens;
    const uint64_t length = uint64_t{span.contextLength} + span.nTokens;
    if (length > static_cast<uint64_t>(std::numeric_limits<int32_t>::max()))
      return bad("sequence {} of the step has {} tokens of context", s, length);
    const uint64_t nBlocks = (length + kKvBlockTokens - 1) / kKvBlockTokens;
    if (span.blockTableOffset + nBlocks > inputs.blockTable.size())
      return bad("sequence {} of the step needs block table entries {} + {}, there are {}", s, span.blockTableOffset,
                 nBlocks, inputs.blockTable.size());
    for (uint64_t b = 0; b < nBlocks; ++b) {
      const int32_t block = inputs.blockTable[span.blockTableOffset + b];
      if (block < 0 || static_cast<uint32_t>(block) >= limits.nBlocks)
        return bad("sequence {} of the step names cache block {}, there are {}", s, block, limits.nBlocks);
    }
  }
  if (next != inputs.tokens.size())
    return bad("the sequences of the step cover {} of {} tokens", next, inputs.tokens.size());
  return {};
}

Status checkLogitRows(const StepInputs& inputs, std::span<uint8_t> seen) {
  std::fill(seen.begin(), seen.end(), uint8_t{0});
  for (size_t r = 0; r < inputs.logitRows.size(); ++r) {
    const int32_t row = inputs.logitRows[r], slot = inputs.sampleSlots[r];
    if (row < 0 || static_cast<size_t>(row) >= inputs.tokens.size())
      return bad("logit row {} is token {}, the step has {}", r, row, inputs.tokens.size());
    if (slot < -1 || slot >= static_cast<int64_t>(seen.size()))
      return bad("logit row {} samples for slot {}, there are {}", r, slot, seen.size());
    if (slot >= 0 && seen[static_cast<size_t>(slot)]++ != 0) return bad("slot {} is sampled for twice in a step", slot);
  }
  return {};
}

}  // namespace

Status checkInputs(const StepInputs& inputs, const InputLimits& limits, const LastToken& lastToken,
                   std::span<uint8_t> seen) {
  if (inputs.tokens.empty() || inputs.tokens.size() > limits.maxTokens)
    return bad("the step has {} tokens, 1 to {} are possible", inputs.tokens.size(), limits.maxTokens);
  if (inputs.logitRows.size() > limits.maxLogitRows)
    return bad("the step has {} logit rows, at most {} are possible", inputs.logitRows.size(), limits.maxLogitRows);
  if (inputs.sampleSlots.size() != inputs.logitRows.size())
    return bad("the step has {} logit rows and {} slots for them", inputs.logitRows.size(), inputs.sampleSlots.size());
  KERNELS_RETURN_IF_ERROR(checkTokens(inputs, limits, lastToken, seen.size()));
  KERNELS_RETURN_IF_ERROR(checkSequences(inputs, limits));
  return checkLogitRows(inputs, seen);
}

}  // namespace kernels
