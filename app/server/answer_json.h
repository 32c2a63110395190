// The JSON of answers: chunks of a stream and whole replies, of both completion endpoints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/generation.h"

namespace app {

/// What is the same in everything sent for one request.
struct AnswerShape {
  bool chat = true;
  std::string id;  ///< "chatcmpl-..." or "cmpl-..."
  int64_t created = 0;
  std::string model, fingerprint;
  bool logprobs = false;
  bool includeUsage = false;  ///< streams end with a usage chunk
};

/// Token logprobs of one answer in the endpoint's form, gathered as they come.
class LogprobsJson {
 public:
  /// `textOffset`: code points of the answer before these tokens (completions only).
  void add(const std::vector<engine::TokenLogprobs>& tokens, bool chat, int64_t textOffset);
  bool empty() const { return m_tokens.empty(); }
  /// The value of "logprobs".
  std::string json(bool chat) const;

 private:
  std::string m_tokens;                         // chat: the entries; completions: the token strings
  std::string m_logprobs, m_top, m_textOffset;  // completions only
};

/// One answer of a reply that is not streamed.
struct WholeAnswer {
  std::string text;
  LogprobsJson logprobs;
  std::string_view finishReason;
};

std::string roleChunk(const AnswerShape& shape, int index);
std::string textChunk(const AnswerShape& shape, int index, std::string_view text, const LogprobsJson& logprobs);
std::string finishChunk(const AnswerShape& shape, int index, std::string_view reason);
std::string usageChunk(const AnswerShape& shape, const engine::Usage& usage);
std::string wholeReply(const AnswerShape& shape, const std::vector<WholeAnswer>& answers, const engine::Usage& usage);

/// Code points in well-formed UTF-8.
int64_t countCodePoints(std::string_view text);

}  // namespace app
