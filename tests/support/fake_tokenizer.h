// A tokenizer and a template small enough to predict by eye: one token a byte, and a few specials above 255.
#pragma once

#include <optional>
#include <string>

#include "engine/chat_template.h"
#include "engine/tokenizer.h"

namespace test_support {

inline constexpr engine::TokenId kFakeBos = 256, kFakeEnd = 257, kFakeSystem = 258, kFakeUser = 259,
                                 kFakeAssistant = 260, kFakeTool = 261;
inline constexpr engine::TokenId kFakeVocab = 262;

/// Ids 0..255 are bytes; then <|begin|>, <|end|> (EOS), <|system|>, <|user|>, <|assistant|>, <|tool|>.
class FakeTokenizer : public engine::Tokenizer {
 public:
  std::string description() const override { return "one token a byte, 262 tokens (fake)"; }
  size_t vocabSize() const override { return kFakeVocab; }
  engine::Result<std::vector<engine::TokenId>> encode(std::string_view text,
                                                      const engine::EncodeOptions& options) const override;
  std::string tokenBytes(engine::TokenId id, bool special) const override;
  std::string tokenText(engine::TokenId id) const override;
  bool isSpecial(engine::TokenId id) const override { return id >= kFakeBos && id < kFakeVocab; }
  engine::TokenId tokenToId(std::string_view text) const override;
  bool dropsLeadingSpace() const override { return false; }
  engine::TokenId bosId() const override { return kFakeBos; }
  engine::TokenId eosId() const override { return kFakeEnd; }
  bool addsBos() const override { return true; }
};

/// Renders "<|begin|>", then "<|role|>content<|end|>" for each message, then "<|assistant|>". Unknown roles fail, as
/// does everything when a template error is set.
class FakeTemplate : public engine::ChatTemplate {
 public:
  explicit FakeTemplate(std::optional<std::string> error) : m_error(std::move(error)) {}
  const std::string& name() const override { return m_name; }
  const std::string& source() const override { return m_source; }
  const engine::TemplateStops& stops() const override { return m_stops; }
  bool writesBos() const override { return true; }
  engine::Result<engine::RenderedPrompt> render(const engine::ChatPrompt& prompt) const override;

 private:
  std::optional<std::string> m_error;
  std::string m_name = "fake", m_source = "<|role|>content<|end|> for each message";
  engine::TemplateStops m_stops{{}, {"<|end|>"}};
};

}  // namespace test_support
