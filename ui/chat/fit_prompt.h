// A conversation as prompt ids that fit the context, or the numbers that say why they do not.
#pragma once

#include <vector>

#include "engine/chat_template.h"
#include "engine/engine.h"

namespace ui {

/// What to do with a conversation that is longer than the context.
enum class WhenFull { Ask, DropOldest };

struct FittedPrompt {
  engine::Result<std::vector<engine::TokenId>> ids;
  int64_t droppedTurns = 0;  ///< oldest questions that were left out, each with its answer; or would have to be
  int64_t neededTokens = 0;  ///< of the whole conversation, where it does not fit and nothing was dropped
};

/// Room that an answer needs at least, besides the prompt.
inline constexpr int64_t kLeastAnswer = 16;

/// Renders the prompt. Where it leaves no room: ContextLength with WhenFull::Ask; else as few of the oldest turns as
/// needed are left out, never the system prompt or the last question.
FittedPrompt fitPrompt(const engine::Engine& engine, engine::ChatPrompt prompt, WhenFull full);

}  // namespace ui
