// Runs a decoder's steps for one sequence, for whoever wants to look at logits.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/decoder/decoder.h"
#include "engine/result.h"
#include "kernels/backend.h"

namespace engine {

/// One sequence on a backend of its own. Its cache blocks are scattered, so that nothing relies on their order.
class StepSession {
 public:
  /// Loads the model at `path` on the device of the options. `maxTokens` bounds a step, `maxPositions` the sequence,
  /// and `maxRows` the rows of a step's logits (0: as many as tokens).
  static Result<std::unique_ptr<StepSession>> open(const std::filesystem::path& path, const EngineOptions& options,
                                                   uint32_t maxTokens, uint32_t maxPositions, uint32_t maxRows = 0);

  /// Appends tokens to the sequence; logits [n, vocab] of the last `nRows` of them.
  Result<std::vector<float>> step(std::span<const int32_t> tokens, uint32_t nRows);
  /// Forgets the sequence.
  void reset() { m_length = 0; }

  uint32_t vocab() const { return m_decoder->config().vocabSize; }
  const Decoder& decoder() const { return *m_decoder; }
  kernels::Backend& backend() { return *m_backend; }

 private:
  StepSession() = default;

  std::unique_ptr<kernels::Backend> m_backend;
  std::unique_ptr<Decoder> m_decoder;
  kernels::Backend::ProgramId m_program = 0;
  kernels::BufferId m_logits = 0;
  std::vector<int32_t> m_blocks;
  uint32_t m_length = 0, m_maxTokens = 0;
};

}  // namespace engine
