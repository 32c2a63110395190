// One HTTP call to a remote server, which is taken to be hostile: what it sends is bounded, redirects are not followed,
// and the call can be ended from another thread at any moment.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace app::remote {

struct Call {
  std::string url, key;
  std::string body;     ///< JSON; empty: a GET
  bool direct = false;  ///< past a proxy of the environment
  double connectSeconds = 10, silenceSeconds = 600;
  double totalSeconds = 0;  ///< 0: as long as bytes come
};

/// Ends a call from any thread.
class Control {
 public:
  void cancel();
  bool cancelled() const { return m_cancelled; }

 private:
  friend class Transfer;
  void attach(void* multi);

  std::atomic<bool> m_cancelled{false};
  std::mutex m_mutex;
  void* m_multi = nullptr;  ///< while a call runs
};

enum class End {
  Complete,
  Refused,  ///< the receiver wanted no more
  Cancelled,
  NoConnection,  ///< it never stood: nobody there, no such name
  Untrusted,     ///< the certificate
  Silent,        ///< no byte for too long, or not done in time
  Broken,
};

struct Outcome {
  End end = End::Complete;
  std::string words;  ///< what the library says
  long status = 0;
  std::string contentType, retryAfter, location;
};

/// Gets the body in pieces, with what is known of the answer; false ends the call.
using Receiver = std::function<bool(const Outcome& head, std::string_view piece)>;

/// Blocks until the call is over.
Outcome perform(const Call& call, Control& control, const Receiver& receiver);

}  // namespace app::remote
