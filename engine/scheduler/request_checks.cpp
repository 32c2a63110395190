#include "engine/scheduler/request_checks.h"

#include <fmt/format.h>

namespace engine {

namespace {

constexpr int kMostAnswers = 16;
constexpr size_t kMostStops = 16;

Error invalid(const char* field, std::string message) {
  return {ErrorCode::InvalidArgument, std::move(message), field};
}

}  // namespace

std::optional<Error> checkRequest(const GenerationRequest& request, uint32_t nVocab, uint32_t contextLength) {
  if (request.prompt.empty()) return invalid("prompt", "The prompt has no tokens; it needs at least one.");
  if (request.prompt.size() >= contextLength) {
    return Error{ErrorCode::ContextLength,
                 fmt::format("The prompt has {} tokens, but the context holds {} and the answer needs at least one of "
                             "them. Shorten the prompt, or load the model with a longer context.",
                             request.prompt.size(), contextLength),
                 "prompt"};
  }
  for (const TokenId token : request.prompt) {
    if (token < 0 || static_cast<uint32_t>(token) >= nVocab) {
      return invalid("prompt", fmt::format("The prompt holds token {}, the vocabulary has {} tokens.", token, nVocab));
    }
  }
  if (auto errors = validate(request.sampling, nVocab); !errors.empty()) return errors.front();
  if (request.maxTokens && *request.maxTokens < 1) {
    return invalid("max_tokens", fmt::format("max_tokens must be at least 1, got {}", *request.maxTokens));
  }
  if (request.n < 1 || request.n > kMostAnswers) {
    return invalid("n", fmt::format("n must be in [1, {}], got {}", kMostAnswers, request.n));
  }
  if (request.stop.size() > kMostStops) {
    return invalid("stop", fmt::format("stop takes at most {} strings, got {}", kMostStops, request.stop.size()));
  }
  for (const std::string& stop : request.stop) {
    if (stop.size() > kLongestStop) {
      return invalid("stop",
                     fmt::format("A stop string has {} bytes, at most {} are possible", stop.size(), kLongestStop));
    }
  }
  return std::nullopt;
}

}  // namespace engine
