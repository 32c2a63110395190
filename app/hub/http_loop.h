// HTTP transfers of one thread, many at a time (libcurl's multi interface). Redirects are followed here by our own
// rules: the token stays with the endpoint's own address, https never becomes http, and there are only so many.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace app::hub {

using Clock = std::chrono::steady_clock;

struct HttpRequest {
  std::string url;
  std::optional<std::pair<uint64_t, uint64_t>> range;  ///< first and last byte
  double totalSeconds = 0;                             ///< 0: as long as bytes come
};

/// The head of the answer that counts, after all redirects.
struct HttpHead {
  long status = 0;
  /// Names in lower case. X-Linked-*, X-Repo-Commit and X-Error-* of redirects on the way are kept.
  std::map<std::string, std::string, std::less<>> headers;
  std::string url;          ///< where it came from
  bool atEndpoint = false;  ///< it is the endpoint's own answer, not that of a host it led to

  std::string header(std::string_view name) const;
};

enum class HttpEnd {
  Complete,
  Refused,    ///< onHead or onBody returned false
  Broken,     ///< the connection: `words`
  Stalled,    ///< too slow for too long
  Forbidden,  ///< a redirect that is not followed, a certificate that is not valid: trying again does not help
};

struct HttpOutcome {
  HttpEnd end = HttpEnd::Complete;
  std::string words;  ///< what went wrong, a sentence's end
  HttpHead head;
};

struct HttpHandler {
  std::function<bool(const HttpHead&)> onHead;    ///< once, before the body
  std::function<bool(std::string_view)> onBody;   ///< pieces in order
  std::function<void(const HttpOutcome&)> onEnd;  ///< once, last
};

struct HttpLoopOptions {
  std::string endpoint;  ///< only its origin gets the token
  std::string token;
  double connectSeconds = 20, stallSeconds = 30;
};

/// All but wake() on one thread. Handlers run in run(); all of them may cancel transfers, onEnd may start new ones.
class HttpLoop {
 public:
  using Id = uint64_t;

  explicit HttpLoop(HttpLoopOptions options);
  ~HttpLoop();

  Id start(HttpRequest request, HttpHandler handler);
  /// Its handler runs no more.
  void cancel(Id id);
  /// Does what there is to do, waiting at most `seconds` for it.
  void run(double seconds);
  /// Ends a wait of run(); from any thread.
  void wake();
  /// Whether the token is kept back because it would travel unencrypted to another machine.
  bool tokenWithheld() const;

 private:
  struct Transfer;
  void begin(Transfer& transfer);
  void finish(Transfer& transfer, int curlCode);
  void sweep();
  void checkPace(Clock::time_point now);
  bool follow(Transfer& transfer);

  HttpLoopOptions m_options;
  void* m_multi = nullptr;
  Id m_lastId = 0;
  std::map<Id, std::unique_ptr<Transfer>> m_transfers;
};

/// Where a redirect leads, empty when it is not followed: to no address, to no http or https, from https to http.
std::string redirectTarget(const std::string& from, const std::string& location);

/// "https://host:443" of an address, empty when it is no http or https address.
std::string originOf(const std::string& url);

}  // namespace app::hub
