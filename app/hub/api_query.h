// One question to the hub that is answered with a text: tried again when that may help, bounded in size and time.
#pragma once

#include <functional>
#include <random>
#include <string>

#include "app/hub.h"
#include "app/hub/backoff.h"
#include "app/hub/http_loop.h"
#include "app/hub/hub_errors.h"

namespace app::hub {

struct ApiAnswer {
  std::string text;
  std::string next;  ///< the address of the next page, empty when there is none or it leads elsewhere
};

/// Lives on the network thread. Going away cancels it.
class ApiQuery {
 public:
  using Then = std::function<void(engine::Result<ApiAnswer>)>;

  ApiQuery(HttpLoop& http, const HubTimes& times, std::mt19937_64& random, std::string url, Asked asked,
           size_t mostBytes, Then then);
  ~ApiQuery();
  ApiQuery(const ApiQuery&) = delete;
  ApiQuery& operator=(const ApiQuery&) = delete;

  /// Starts it, and starts it again when it is time to.
  void tick(Clock::time_point now);
  bool done() const { return m_done; }

 private:
  void end(const HttpOutcome& outcome);
  void give(engine::Result<ApiAnswer> answer);

  HttpLoop& m_http;
  const HubTimes& m_times;
  Backoff m_backoff;
  std::string m_url;
  Asked m_asked;
  size_t m_mostBytes;
  Then m_then;
  HttpLoop::Id m_transfer = 0;
  std::string m_text;
  bool m_tooLarge = false, m_done = false;
};

}  // namespace app::hub
