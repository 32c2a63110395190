// Runs the engine requests of one completion call and words their events, streamed or whole.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/server/answer_json.h"
#include "app/server/generation_call.h"

namespace app {

struct AnswerPlan {
  AnswerShape shape;
  std::vector<engine::GenerationRequest> requests;  ///< one a prompt; answer j of request i has index i * n + j
  int n = 1;
  bool stream = false;
  std::string promptField = "messages";
  std::vector<std::string> echoed;  ///< texts before the answers, one a request; empty without echo
};

/// Submits, waits for the first event or refusal, then answers. The whole error handling of both endpoints is here.
Reply answer(Exchange& exchange, std::shared_ptr<engine::Engine> engine, AnswerPlan plan);

/// A fresh shape for a request: id, time, served name, fingerprint of build and model.
AnswerShape newShape(const Exchange& exchange, const engine::Engine& engine, bool chat);

}  // namespace app
