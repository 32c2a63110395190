// Who answers in `hearth-cli chat`: a server, or a model of our own.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/chat_template.h"
#include "engine/engine.h"
#include "engine/result.h"

namespace app::cli {

/// Sampling of the whole conversation. `given*` tell what the user said, the rest is the server's default.
struct ChatSampling {
  std::optional<int64_t> maxTokens = 512;
  double temperature = 0.7, topP = 1.0;
  std::optional<int64_t> seed;
};

/// Context of the Error whose message is a server's own answer.
inline constexpr const char* kRefusal = "refusal";

class ChatPartner {
 public:
  virtual ~ChatPartner() = default;
  /// Streams the answer to `messages` into `onText` and returns it whole. `stop` ends it early, with what has come.
  virtual engine::Result<std::string> answer(const std::vector<engine::ChatMessage>& messages,
                                             const std::function<void(const std::string&)>& onText,
                                             const std::atomic<bool>& stop) = 0;
};

/// A server with the OpenAI API. `url` may end in /v1 or not, and may hold a path prefix. The Error's message of a
/// non-200 answer is the answer's JSON as it came.
std::unique_ptr<ChatPartner> remotePartner(std::string url, std::string token, ChatSampling sampling);
/// A loaded model.
std::unique_ptr<ChatPartner> localPartner(std::shared_ptr<engine::Engine> engine, ChatSampling sampling);

}  // namespace app::cli
