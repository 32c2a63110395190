// A request while the engine works on it, and its answers. Only the engine's thread touches these.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/generation.h"
#include "engine/scheduler/answer_text.h"
#include "engine/scheduler/block_manager.h"

namespace engine {

struct Sequence;

struct ActiveRequest {
  using Clock = std::chrono::steady_clock;

  RequestId id = 0;
  GenerationRequest request;
  std::shared_ptr<GenerationSink> sink;
  uint64_t seed = 0;               ///< of answer 0; the others derive theirs
  int64_t maxTokens = 0;           ///< of one answer, what the context leaves included
  std::vector<TokenId> stopIds;    ///< sorted; empty under ignore_eos
  std::vector<std::string> stops;  ///< the template's and the request's; empty under ignore_eos
  ChainId root = 0;                ///< where its block chains begin; 0 until it starts

  std::vector<std::shared_ptr<Sequence>> answers;
  int unfinished = 0;
  bool started = false, promptDone = false, ended = false;
  Usage usage;
  Clock::time_point submittedAt, startedAt, firstTokenAt, lastTokenAt;
};

/// One answer. `tokens` is what is known, and up to `nFlying` more are being sampled by steps under way; `nComputed` is
/// how much of both the cache holds once those steps are done. What is pending is computed next, be it a prompt, the
/// token sampled last, or everything again after a preemption.
struct Sequence {
  Sequence(std::shared_ptr<ActiveRequest> owner, int answerIndex, const Tokenizer& tokenizer)
      : request(std::move(owner)),
        index(answerIndex),
        tokens(request->request.prompt),
        nPrompt(static_cast<uint32_t>(tokens.size())),
        text(tokenizer, request->stops, request->request.sampling.topLogprobs) {}

  std::shared_ptr<ActiveRequest> request;
  int index;
  std::vector<TokenId> tokens;  ///< prompt and answer
  uint32_t nPrompt;
  uint32_t nComputed = 0;
  uint32_t nFlying = 0;
  std::vector<BlockId> blocks;
  uint32_t residence = 0;   ///< raised when the blocks are given back: what steps under way write there is nobody's
  ChainId chain = 0;        ///< after the last published block
  uint32_t nPublished = 0;  ///< leading blocks that are published
  int32_t slot = -1;        ///< sampling slot while running
  bool finished = false;
  AnswerText text;

  uint32_t nTokens() const { return static_cast<uint32_t>(tokens.size()); }
  uint32_t nPending() const { return nTokens() + nFlying - nComputed; }
  uint32_t nGenerated() const { return nTokens() - nPrompt; }
  /// Only the token sampled last is missing in the cache.
  bool decoding() const { return nGenerated() + nFlying > 0 && nPending() == 1; }
  /// The last token that its limits allow is under way.
  bool awaitsEnd() const { return nFlying > 0 && nGenerated() + nFlying >= request->maxTokens; }
  /// The oldest token under way has come.
  void take(TokenId token) {
    tokens.push_back(token);
    --nFlying;
  }
  /// Older work goes first and is preempted last.
  bool olderThan(const Sequence& other) const {
    return request->id != other.request->id ? request->id < other.request->id : index < other.index;
  }
};

using SequencePtr = std::shared_ptr<Sequence>;

}  // namespace engine
