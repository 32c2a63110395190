// A server elsewhere that speaks OpenAI's protocol, as the one that answers. Nothing connects before one of these calls
// asks for it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/generation.h"
#include "engine/result.h"

namespace engine {
struct ChatPrompt;
}

namespace app {

/// Where a server is.
struct RemoteAddress {
  bool secure = false;  ///< https
  std::string host;     ///< a name or an IPv4 address; an IPv6 address stands in brackets
  uint16_t port = 0;
  std::string path;  ///< "/v1"; without a slash at its end

  std::string base() const;   ///< "http://127.0.0.1:8501/v1"
  std::string label() const;  ///< for people: "127.0.0.1:8501", the protocol's own port left out
  /// On this machine, so that nothing leaves it.
  bool loopback() const;
  bool operator==(const RemoteAddress&) const = default;
};

/// An address as people type it. Without a protocol it is https, but http for this machine, bare IP addresses and names
/// without a dot. An empty path means /v1; "/chat/completions" and "/models" at its end are left out.
engine::Result<RemoteAddress> parseRemoteAddress(std::string_view typed);

struct RemoteModel {
  std::string id;              ///< a stranger's text
  uint32_t contextLength = 0;  ///< "max_model_len" or the like; 0: not told
};

struct RemoteTimes {
  double connectSeconds = 10;
  double listSeconds = 20;      ///< the list of models, as a whole
  double silenceSeconds = 600;  ///< without a byte while it answers: a long prompt on a slow machine takes minutes
};

/// What an Error of this class is about is its `context`: "address", "key", "model", "rate", "network", "answer".
/// Thread-safe.
class RemoteServer {
 public:
  /// `key` goes into the Authorization header; empty: none is sent. Redirects are not followed.
  RemoteServer(RemoteAddress address, std::string key, RemoteTimes times = {});
  ~RemoteServer();  ///< cancels what runs and waits for its end, which takes milliseconds

  const RemoteAddress& address() const;

  /// GET /models. Blocks; cancelAll() ends it.
  engine::Result<std::vector<RemoteModel>> models();

  /// POST /chat/completions, streamed. The sink gets events from a thread of this object until Finished or Failed; what
  /// has not been told by the server is -1 in them, and each piece of text counts as one token until the server says
  /// how many there were. Reasoning comes within <think> and </think>. The request's prompt ids are not used. Fails at
  /// once where the protocol has no way to ask for it.
  engine::Result<engine::RequestId> ask(const std::string& model, const engine::ChatPrompt& prompt,
                                        const engine::GenerationRequest& request,
                                        std::shared_ptr<engine::GenerationSink> sink);
  /// The sink gets Finished{Cancelled} within milliseconds, whatever the server does.
  void cancel(engine::RequestId id);
  void cancelAll();

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace app
