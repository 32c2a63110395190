// A loaded model: its weights on a backend, and the step programs that run it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/decoder/weight_loader.h"
#include "engine/decoder/weight_plan.h"
#include "engine/load_control.h"
#include "engine/models/description.h"
#include "engine/options.h"
#include "engine/result.h"
#include "kernels/backend.h"
#include "kernels/program.h"

namespace engine {

class ModelSource;

/// What a step program is built for.
struct ProgramShape {
  uint32_t maxTokens = 1;     ///< tokens of the flat batch
  uint32_t maxLogitRows = 1;  ///< rows whose logits are wanted
  bool sample = true;         ///< ends with a SampleOp
  uint32_t nVocab = 0;        ///< ids at or above it are never sampled; 0 = all rows of the head
  kernels::Precision precision = kernels::Precision::Fast;
};

struct StepProgram {
  kernels::Program program;
  kernels::BufferId logits = 0;  ///< F32 [maxLogitRows, vocabSize]
};

/// The step program of a model whose weight i (of the plan) is weightIds[i] on the backend.
StepProgram buildStepProgram(const DecoderConfig& config, const WeightPlan& plan,
                             const std::vector<kernels::WeightId>& weightIds, const ProgramShape& shape);

/// The paged cache that a model needs.
kernels::KvCacheDesc kvCacheDesc(const DecoderConfig& config, uint32_t nBlocks, kernels::DType dtype);

/// What the options mean for arithmetic on the CPU.
struct ComputeType {
  kernels::DType cache = kernels::DType::F16;  ///< of the KV cache
  kernels::Precision precision = kernels::Precision::Fast;
};
/// `stored` is the type that most of the model's weights have, which --dtype auto takes.
ComputeType computeType(const EngineOptions& options, kernels::DType stored);
/// Format of made-up weights under LoadFormat::Dummy, nothing otherwise.
std::optional<kernels::WeightFormat> dummyFormat(const EngineOptions& options, kernels::DType stored);

/// A model on a backend. The backend must outlive it.
class Decoder {
 public:
  /// Puts all weights on the backend (random ones under LoadFormat::Dummy). Errors name the tensor, field or file;
  /// Cancelled within 50 ms of the flag.
  static Result<std::unique_ptr<Decoder>> load(const ModelSource& source, const EngineOptions& options,
                                               kernels::Backend& backend, const LoadControl& control);

  const DecoderConfig& config() const { return m_config; }
  const WeightPlan& plan() const { return m_plan; }
  const LoadedWeights& loaded() const { return m_loaded; }
  StepProgram buildProgram(const ProgramShape& shape) const {
    return buildStepProgram(m_config, m_plan, m_loaded.ids, shape);
  }
  kernels::KvCacheDesc kvCache(uint32_t nBlocks, kernels::DType dtype) const {
    return kvCacheDesc(m_config, nBlocks, dtype);
  }

 private:
  Decoder(DecoderConfig config, WeightPlan plan) : m_config(std::move(config)), m_plan(std::move(plan)) {}

  DecoderConfig m_config;
  WeightPlan m_plan;
  LoadedWeights m_loaded;
};

}  // namespace engine
