#include "ui/chat/fit_prompt.h"
#include "engine/chat_template.h"

#include <algorithm>

namespace ui {

namespace {

using engine::ChatPrompt;
using engine::Engine;

/// Where each question stands.
std::vector<size_t> turns(const ChatPrompt& prompt) {
  std::vector<size_t> starts;
  for (size_t i = 0; i < prompt.messages.size(); ++i) {
    if (prompt.messages[i].role == "user") starts.push_back(i);
  }
  return starts;
}

ChatPrompt without(const ChatPrompt& prompt, const std::vector<size_t>& starts, size_t dropped) {
  ChatPrompt shorter = prompt;
  if (dropped == 0) return shorter;
  shorter.messages.erase(shorter.messages.begin() + static_cast<std::ptrdiff_t>(starts.front()),
                         shorter.messages.begin() + static_cast<std::ptrdiff_t>(starts[dropped]));
  return shorter;
}

bool fits(const Engine& engine, size_t tokens) {
  return static_cast<int64_t>(tokens) + kLeastAnswer <= static_cast<int64_t>(engine.facts().contextLength);
}

/// The least number of turns to leave out, by halving; as many as there are, less the last, when none is enough.
size_t leastDropped(const Engine& engine, const ChatPrompt& prompt, const std::vector<size_t>& starts) {
  size_t low = 1, high = starts.size() - 1;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    const auto ids = engine.renderPrompt(without(prompt, starts, middle));
    if (ids && fits(engine, ids->size())) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

FittedPrompt fitPrompt(const Engine& engine, ChatPrompt prompt, WhenFull full) {
  FittedPrompt fitted{engine.renderPrompt(prompt)};
  if (!fitted.ids || fits(engine, fitted.ids->size())) return fitted;
  const size_t needed = fitted.ids->size();
  const std::vector<size_t> starts = turns(prompt);
  if (starts.size() > 1) {
    const size_t dropped = leastDropped(engine, prompt, starts);
    auto ids = engine.renderPrompt(without(prompt, starts, dropped));
    if (!ids || fits(engine, ids->size())) {
      fitted.droppedTurns = static_cast<int64_t>(dropped);
      if (full == WhenFull::DropOldest) {
        fitted.ids = std::move(ids);
        return fitted;
      }
    }
  }
  fitted.neededTokens = static_cast<int64_t>(needed) + kLeastAnswer;
  fitted.ids =
      engine::Error{engine::ErrorCode::ContextLength,
                    "This conversation needs " + std::to_string(fitted.neededTokens) + " tokens; the context holds " +
                        std::to_string(engine.facts().contextLength) + ". Nothing was dropped."};
  return fitted;
}

}  // namespace ui
