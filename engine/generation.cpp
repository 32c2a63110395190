#include "engine/generation.h"

#include <fmt/format.h>

#include <cmath>

namespace engine {

namespace {

void requireRange(std::vector<Error>& errors, const char* field, double value, double low, double high,
                  bool lowOpen = false) {
  const bool inside = std::isfinite(value) && value <= high && (lowOpen ? value > low : value >= low);
  if (inside) return;
  errors.push_back({ErrorCode::InvalidArgument,
                    fmt::format("{} must be in {}{}, {}], got {}", field, lowOpen ? '(' : '[', low, high, value),
                    field});
}

}  // namespace

std::vector<Error> validate(const SamplingParams& params, size_t nVocab) {
  std::vector<Error> errors;
  requireRange(errors, "temperature", params.temperature, 0, 2);
  requireRange(errors, "top_p", params.topP, 0, 1, /*lowOpen=*/true);
  requireRange(errors, "min_p", params.minP, 0, 1);
  requireRange(errors, "presence_penalty", params.presencePenalty, -2, 2);
  requireRange(errors, "frequency_penalty", params.frequencyPenalty, -2, 2);
  requireRange(errors, "repetition_penalty", params.repetitionPenalty, 1, 2);
  if (params.topK < -1) {
    errors.push_back({ErrorCode::InvalidArgument,
                      fmt::format("top_k must be -1 or 0 (off) or at least 1, got {}", params.topK), "top_k"});
  }
  if (params.topLogprobs < -1 || params.topLogprobs > 20) {
    errors.push_back({ErrorCode::InvalidArgument,
                      fmt::format("top_logprobs must be in [0, 20], got {}", params.topLogprobs), "top_logprobs"});
  }
  for (const auto& [token, bias] : params.logitBias) {
    if (token < 0 || static_cast<size_t>(token) >= nVocab) {
      errors.push_back({ErrorCode::InvalidArgument,
                        fmt::format("logit_bias names token {}, the vocabulary has {} tokens", token, nVocab),
                        "logit_bias"});
    } else if (!std::isfinite(bias) || bias < -100 || bias > 100) {
      errors.push_back({ErrorCode::InvalidArgument,
                        fmt::format("logit_bias of token {} must be in [-100, 100], got {}", token, bias),
                        "logit_bias"});
    }
  }
  return errors;
}

std::string_view finishReasonName(FinishReason reason) {
  switch (reason) {
    case FinishReason::Stop:
      return "stop";
    case FinishReason::Length:
      return "length";
    case FinishReason::Cancelled:
      return "cancelled";
  }
  return "";
}

}  // namespace engine
