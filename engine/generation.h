// What is asked of the engine and what comes back: requests, sampling parameters, events.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/result.h"
#include "engine/tokenizer.h"

namespace engine {

/// Parameters of spec.md section 4 and their defaults. validate() holds the ranges.
struct SamplingParams {
  double temperature = 0.7;
  double topP = 1.0;
  int64_t topK = -1;
  double minP = 0.0;
  double presencePenalty = 0.0, frequencyPenalty = 0.0, repetitionPenalty = 1.0;
  std::optional<int64_t> seed;  ///< any int64; absent: the engine's default seed, or a random one
  std::map<TokenId, double> logitBias;
  int topLogprobs = -1;  ///< -1: no logprobs; 0..20
};

/// Every range violation, each naming its API field ("temperature must be in [0, 2], got 3"); empty when all is well.
/// `nVocab` bounds logit_bias ids.
std::vector<Error> validate(const SamplingParams& params, size_t nVocab);

struct GenerationRequest {
  std::vector<TokenId> prompt;  ///< at least one token
  SamplingParams sampling;
  std::optional<int64_t> maxTokens;  ///< absent: what the context leaves
  std::vector<std::string> stop;     ///< at most 16, none empty
  std::vector<TokenId> stopTokens;   ///< besides the model's own
  bool ignoreEos = false;            ///< go on past stop ids and stop strings
  int n = 1;                         ///< answers to generate; 1..16, they share the prompt's blocks
  std::string cacheSalt;             ///< requests share prefix blocks only with the same salt
  std::string client;                ///< fairness and display: "window", "key laptop", an address
};

enum class FinishReason { Stop, Length, Cancelled };
std::string_view finishReasonName(FinishReason reason);  ///< "stop", "length", "cancelled"

struct Usage {
  int64_t promptTokens = 0, completionTokens = 0;  ///< the ending EOS token is counted, a cut stop string's tokens too
  int64_t cachedTokens = 0;                        ///< prompt tokens taken from the prefix cache
};

struct GenerationTimings {
  double queueSeconds = 0, prefillSeconds = 0;  ///< prefill ends with the first token
  double decodeSeconds = 0;                     ///< first to last token
};

struct LogprobEntry {
  TokenId token = 0;
  std::string bytes;  ///< raw bytes of the token
  float logprob = 0;
};
struct TokenLogprobs {
  LogprobEntry chosen;
  std::vector<LogprobEntry> top;
};

/// The request left the queue; the prompt is being read.
struct StartedEvent {
  int64_t promptTokens = 0, cachedTokens = 0;
};
/// Prompt tokens read so far.
struct PrefillEvent {
  int64_t done = 0, total = 0;
};
/// New text of one answer. Text is whole code points, stop strings never show.
struct TokensEvent {
  int index = 0;     ///< which of the n answers
  std::string text;  ///< may be empty while text is held back
  std::vector<TokenId> tokens;
  std::vector<TokenLogprobs> logprobs;  ///< one a token when asked for
};
/// The end of one answer. `last` marks the end of the whole request.
struct FinishedEvent {
  int index = 0;
  FinishReason reason = FinishReason::Stop;
  std::string stopString;  ///< the one that matched, if any
  Usage usage;             ///< of the request so far; complete when `last`
  GenerationTimings timings;
  bool last = true;
};
/// The request ended without an answer; nothing follows.
struct FailedEvent {
  Error error;
};
using GenerationEvent = std::variant<StartedEvent, PrefillEvent, TokensEvent, FinishedEvent, FailedEvent>;

/// Receives a request's events in order, from the engine's thread. Must not block.
class GenerationSink {
 public:
  virtual ~GenerationSink() = default;
  virtual void onEvent(const GenerationEvent& event) = 0;
};

using RequestId = uint64_t;

}  // namespace engine
