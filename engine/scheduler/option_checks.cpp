#include "engine/scheduler/option_checks.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/device.h"
#include "engine/engine.h"
#include "engine/memory/step_limits.h"

namespace engine {

namespace {

Error unsupported(const char* flag, std::string message) {
  return {ErrorCode::Unsupported, std::move(message), flag};
}
Error invalid(const char* flag, std::string message) {
  return {ErrorCode::InvalidArgument, std::move(message), flag};
}

const char* quantizationName(Quantization mode) {
  switch (mode) {
    case Quantization::None:
      return "none";
    case Quantization::Ifq:
      return "ifq";
    case Quantization::IfqNf4:
      return "ifq_nf4";
    case Quantization::Fp8:
      return "fp8";
    case Quantization::SmoothQuant:
      return "smoothquant";
    case Quantization::Auto:
      return "auto";
  }
  return "";
}

}  // namespace

Result<void> checkOptions(const EngineOptions& options) {
  if (const auto device = chooseDevice(options); !device.ok()) return device.error();
  if (options.quantization != Quantization::None && options.quantization != Quantization::Auto) {
    return unsupported("quantization",
                       fmt::format("--quantization {}: this build does not quantise while loading; use none, with a "
                                   ".gguf file of Q4_0 to Q8_0 or Q4_K to Q6_K where memory is short.",
                                   quantizationName(options.quantization)));
  }
  if (options.kvDtype != KvDType::Auto) {
    return unsupported("kv-cache-dtype", fmt::format("--kv-cache-dtype {}: this build keeps the KV cache in the type "
                                                     "of --dtype; use auto.",
                                                     options.kvDtype == KvDType::Fp8 ? "fp8" : "int8"));
  }
  if (options.numGpus > 1) {
    return unsupported("num-gpus", fmt::format("--num-gpus {}: this build runs on one device; leave it out or use 1.",
                                               options.numGpus));
  }
  if (options.workerNum > 1) {
    return unsupported("worker-num", fmt::format("--worker-num {}: this build runs one engine; leave it out or use 1.",
                                                 options.workerNum));
  }
  if (options.useLookahead) {
    return unsupported("use-lookahead",
                       "--use-lookahead: this build has no lookahead decoding; use --use-lookahead 0.");
  }
  if (options.policy == SchedulingPolicy::Dynamic) {
    return unsupported("engine", "--engine dynamic: this build has no request groups; use --engine continuous.");
  }
  if (options.maxNumSeqs < 1 || options.maxNumSeqs > kMostSequences) {
    return invalid("max-num-seqs",
                   fmt::format("--max-num-seqs must be in [1, {}], got {}.", kMostSequences, options.maxNumSeqs));
  }
  if (options.limitConcurrency < 1) {
    return invalid("limit-worker-concurrency", "--limit-worker-concurrency must be at least 1, got 0.");
  }
  if (options.maxNumBatchedTokens && *options.maxNumBatchedTokens < 1) {
    return invalid("max-num-batched-tokens", "--max-num-batched-tokens must be at least 1, got 0.");
  }
  return {};
}

Result<void> checkOptionsForModel(const EngineOptions& options, const ModelInfo& model) {
  if (!options.maxModelLen) return {};
  if (*options.maxModelLen < 2) {
    return invalid("max-model-len", fmt::format("--max-model-len must be at least 2, got {}.", *options.maxModelLen));
  }
  if (model.trainedContext > 0 && *options.maxModelLen > model.trainedContext) {
    return invalid("max-model-len",
                   fmt::format("--max-model-len {} is more than the {} tokens that {} was trained for.",
                               *options.maxModelLen, model.trainedContext, model.modelId));
  }
  return {};
}

std::string chosenQuantization(const EngineOptions& options, const ModelInfo& model, std::string* reason) {
  const std::string stored = "the weights stay as they are in the file (" + model.weightType + ")";
  *reason = options.quantization == Quantization::Auto ? "auto: this build does not quantise while loading, " + stored
                                                       : stored;
  return "none";
}

EngineOptions resolvedOptions(const EngineOptions& options, const ModelInfo& model) {
  EngineOptions out = options;
  if (out.modelId.empty()) out.modelId = model.modelId;
  out.quantization = Quantization::None;
  out.maxModelLen = options.maxModelLen.value_or(model.trainedContext);
  out.maxNumBatchedTokens = options.maxNumBatchedTokens.value_or(std::max(*out.maxModelLen, 2048u));
  out.maxWaiting = stepLimits(options, *out.maxModelLen, /*onGpu=*/false).waiting;
  return out;
}

}  // namespace engine
