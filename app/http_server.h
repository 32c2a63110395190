// The OpenAI-compatible server over a ModelHost. Behaviours: behaviours.md (numbers B1..B66 in tests' names).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/model_host.h"
#include "engine/result.h"

namespace app {

/// Caps of the listener; each is a setting.
struct ServerLimits {
  uint64_t bodyBytes = 32ull << 20;  ///< 413 above
  uint32_t headerBytes = 64u << 10;  ///< 431 above, all headers together
  uint32_t targetBytes = 16u << 10;  ///< 414 above
  uint32_t headerSeconds = 10, idleSeconds = 60;
  uint32_t minBodyBytesPerSecond = 1024;
  uint32_t connections = 1024;  ///< 503 with Retry-After above
};

struct ApiKey {
  std::string label, key;
};

struct ServerConfig {
  std::string host = "127.0.0.1";
  uint16_t port = 8501;         ///< 0 = any free one (tests)
  std::string servedModelName;  ///< empty = the model's id
  std::vector<ApiKey> apiKeys;  ///< empty: loopback needs none; required off loopback
  std::vector<std::string> allowedOrigins, allowedHosts;
  ServerLimits limits;
};

/// A request in progress or recently ended, for the window's table.
struct LiveRequest {
  uint64_t id = 0;
  std::string requestId;  ///< the x-request-id
  double startedAt = 0;   ///< seconds since the epoch
  std::string client, endpoint, model;
  int64_t promptTokens = 0, generatedTokens = 0;
  std::string state;  ///< "queued", "prefill", "generating", "done", "cancelled", "failed"
  int status = 0;     ///< HTTP status once decided
  double tokensPerSecond = 0, seconds = 0;
};

/// What was kept of a request while recording was on: in memory alone, without the caller's key.
struct RequestRecord {
  struct Answer {
    std::string text, finishReason, stopString;  ///< reason empty while it goes on
  };
  uint64_t id = 0;
  std::vector<std::string> prompts;  ///< as the model reads them, with special tokens
  std::string parameters;            ///< JSON, the values that held
  std::vector<Answer> answers;
  std::string error;  ///< why it failed, if it did
  int64_t promptTokens = 0, cachedTokens = 0, completionTokens = 0;
  double queueSeconds = 0, prefillSeconds = 0, decodeSeconds = 0;
  bool timed = false;  ///< the seconds are there
  bool cut = false;    ///< a text was longer than what one record may hold
};

/// The state of the recording and its bounds.
struct RecordingFacts {
  bool on = false;
  size_t records = 0, bytes = 0;
  size_t mostRecords = 0, mostBytes = 0, mostTextBytes = 0;
};

struct ServerLogLine {
  double time = 0;
  std::string level, text;  ///< no prompts, no keys
};

enum class ServerState { Off, On, Failed };

/// Since the server was switched on.
struct ServerFacts {
  double since = 0;  ///< seconds since the epoch, 0 when off
  uint64_t requests = 0, refused = 0;
};

/// Thread-safe. start() and stop() are synchronous and take well under a second.
class HttpServer {
 public:
  explicit HttpServer(ModelHost& host);
  ~HttpServer();

  /// Binds and serves. An Error names a taken port (context "port") or a missing key off loopback (context "api-keys").
  engine::Result<void> start(const ServerConfig& config);
  /// Goes over to another configuration: the old address closes, its requests in progress finish. When the new address
  /// cannot be had the old one goes on and the Error says why. Starts a server that is off.
  engine::Result<void> reconfigure(const ServerConfig& config);
  /// Closes the port at once; streams in flight end with an error event.
  void stop();
  /// Refuses new requests with 503, waits for running ones at most `seconds`, then stops.
  void drain(double seconds);

  ServerState state() const;
  uint16_t port() const;                      ///< bound port, 0 when off
  std::string baseUrl() const;                ///< "http://127.0.0.1:8501/v1"
  void setApiKeys(std::vector<ApiKey> keys);  ///< takes effect for the next request
  std::vector<LiveRequest> requests() const;  ///< running ones first, then the last 200 ended
  void cancelRequest(uint64_t id);
  void forgetEnded();  ///< empties the list of ended requests
  ServerFacts facts() const;

  /// Off until switched on. Switching off keeps what is there; clearRecords() lets go of it.
  void setRecording(bool on);
  RecordingFacts recording() const;
  std::optional<RequestRecord> record(uint64_t id) const;
  void clearRecords();

  std::vector<ServerLogLine> logSince(uint64_t* cursor) const;
  /// Called from server threads whenever state or the request table changed; must not block.
  void setChangeListener(std::function<void()> listener);

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

/// The first free port at or above `port` on `host`, for the window's offer; 0 when none of the next 100 is.
uint16_t nextFreePort(const std::string& host, uint16_t port);

}  // namespace app
