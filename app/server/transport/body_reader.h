// Reads a request's body, by length or by chunks, with a cap, a least rate and strict chunk syntax.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/server/transport/connection.h"
#include "app/server/transport/http_types.h"

namespace app {

struct BodyLimits {
  uint64_t bytes = 32ull << 20;
  uint32_t bytesPerSecond = 1024;  ///< over any `rateWindow`
  std::chrono::milliseconds rateWindow{10'000};
  uint32_t idleSeconds = 60;  ///< no byte for so long ends it
  /// Asked before so many more bytes are kept; false ends the body with 503. Empty: always true.
  std::function<bool(uint64_t)> reserve = {};
};

/// Reads one body. After a fault the connection must close.
class BodyReader {
 public:
  BodyReader(Connection& connection, const RequestHead& head, const BodyLimits& limits);

  /// The whole body into `out`.
  std::optional<HttpFault> readAll(std::string* out);
  /// True when what is left can be skipped: its length is known, at most `most`, and sent without waiting for us.
  bool canSkip(uint64_t most) const;
  /// Reads and forgets what is left; false when that is not possible and the connection cannot be used any further.
  bool skip(uint64_t most);
  bool finished() const { return m_finished; }

 private:
  std::optional<HttpFault> more();
  std::optional<HttpFault> readSized(std::string* out);
  std::optional<HttpFault> readChunked(std::string* out);
  std::optional<HttpFault> readLine(std::string* line);
  /// Moves at most `most` bytes from the connection to `out`; waits for some where there are none.
  std::optional<HttpFault> keep(uint64_t most, std::string* out, uint64_t* kept);

  Connection& m_connection;
  const RequestHead& m_head;
  BodyLimits m_limits;
  bool m_finished = false;
  bool m_failed = false;    ///< the socket or the sender is no good
  uint64_t m_left = 0;      ///< of a sized body
  uint64_t m_received = 0;  ///< bytes off the socket
  struct Mark {
    SteadyClock::time_point time;
    uint64_t received;
  };
  std::vector<Mark> m_marks;  ///< ten over the last window
  SteadyClock::time_point m_begun{};
};

}  // namespace app
