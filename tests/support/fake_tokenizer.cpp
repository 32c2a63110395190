#include "tests/support/fake_tokenizer.h"
#include "engine/chat_template.h"

#include <array>

namespace test_support {

namespace {

constexpr std::array<std::string_view, 6> kSpecials = {"<|begin|>", "<|end|>",       "<|system|>",
                                                       "<|user|>",  "<|assistant|>", "<|tool|>"};

}  // namespace

engine::Result<std::vector<engine::TokenId>> FakeTokenizer::encode(std::string_view text,
                                                                   const engine::EncodeOptions& options) const {
  std::vector<engine::TokenId> ids;
  if (options.addSpecial) ids.push_back(kFakeBos);
  for (size_t at = 0; at < text.size();) {
    size_t taken = 0;
    for (size_t i = 0; options.parseSpecial && i < kSpecials.size() && taken == 0; ++i) {
      if (text.substr(at).starts_with(kSpecials[i])) {
        ids.push_back(kFakeBos + static_cast<engine::TokenId>(i));
        taken = kSpecials[i].size();
      }
    }
    if (taken == 0) {
      ids.push_back(static_cast<unsigned char>(text[at]));
      taken = 1;
    }
    at += taken;
  }
  return ids;
}

std::string FakeTokenizer::tokenBytes(engine::TokenId id, bool special) const {
  if (id >= 0 && id < kFakeBos) return std::string(1, static_cast<char>(id));
  return special ? tokenText(id) : std::string();
}

std::string FakeTokenizer::tokenText(engine::TokenId id) const {
  if (id >= 0 && id < kFakeBos) return std::string(1, static_cast<char>(id));
  return isSpecial(id) ? std::string(kSpecials[static_cast<size_t>(id - kFakeBos)]) : std::string();
}

engine::TokenId FakeTokenizer::tokenToId(std::string_view text) const {
  if (text.size() == 1) return static_cast<unsigned char>(text[0]);
  for (size_t i = 0; i < kSpecials.size(); ++i) {
    if (kSpecials[i] == text) return kFakeBos + static_cast<engine::TokenId>(i);
  }
  return -1;
}

engine::Result<engine::RenderedPrompt> FakeTemplate::render(const engine::ChatPrompt& prompt) const {
  if (m_error) return engine::Error{engine::ErrorCode::InvalidArgument, *m_error, "messages"};
  engine::RenderedPrompt out;
  const auto add = [&out](std::string text, bool scaffold) {
    out.text += text;
    out.segments.push_back({std::move(text), scaffold});
  };
  add("<|begin|>", true);
  for (size_t i = 0; i < prompt.messages.size(); ++i) {
    const engine::ChatMessage& message = prompt.messages[i];
    const std::string role = message.role == "developer" ? "system" : message.role;
    if (role != "system" && role != "user" && role != "assistant" && role != "tool") {
      return engine::Error{engine::ErrorCode::InvalidArgument, "Unknown role: " + message.role, "messages"};
    }
    add("<|" + role + "|>", true);
    add(message.content, false);
    if (!prompt.continueLast || i + 1 < prompt.messages.size()) add("<|end|>", true);
  }
  if (prompt.addGenerationPrompt && !prompt.continueLast) add("<|assistant|>", true);
  return out;
}

}  // namespace test_support
