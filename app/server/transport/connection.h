// One client's socket: reads with deadlines, writes that give up on a stalled or unwanted client, and a way for other
// threads to wake whoever waits on it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace app {

using SteadyClock = std::chrono::steady_clock;

/// An event file descriptor that poll() can wait on.
class Wakeup {
 public:
  Wakeup();
  ~Wakeup();
  Wakeup(const Wakeup&) = delete;
  Wakeup& operator=(const Wakeup&) = delete;
  int fd() const { return m_fd; }
  void signal();
  void clear();

 private:
  int m_fd;
};

/// What other threads may touch of a connection; outlives it.
struct ConnectionSignals {
  Wakeup wakeup;
  /// Set when nothing more may be written: the client reads too slowly, or the server must end.
  std::atomic<bool> stopWriting = false;
};

enum class ReadOutcome { Data, End, Timeout, Broken };
enum class PeerState { Open, HalfClosed, Gone };

class Connection {
 public:
  /// Owns `fd`, a connected non-blocking socket.
  Connection(int fd, std::string peerAddress);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int fd() const { return m_fd; }
  const std::string& peerAddress() const { return m_peerAddress; }
  const std::shared_ptr<ConnectionSignals>& signals() const { return m_signals; }

  /// Bytes read and not yet taken.
  std::string_view pending() const { return std::string_view(m_in).substr(m_taken); }
  void take(size_t bytes);
  /// Appends at least one byte to pending(), waiting until `deadline`.
  ReadOutcome readMore(SteadyClock::time_point deadline);

  /// Queues bytes; sent by flush() or when many. False once the connection is broken or given up.
  bool write(std::string_view data);
  bool flush();
  bool broken() const { return m_broken; }

  /// Waits until the wakeup is signalled (cleared then), the peer's state changes to Gone, or the time is over.
  PeerState waitForWakeup(std::chrono::milliseconds timeout);

  /// Ends our side, and reads on for a moment so that unread bytes do not reset the connection under our last reply.
  void lingeringClose();

 private:
  PeerState peerState();

  int m_fd;
  std::string m_peerAddress;
  std::shared_ptr<ConnectionSignals> m_signals;
  std::string m_in, m_out;
  size_t m_taken = 0;
  bool m_broken = false, m_peerEnded = false;
  SteadyClock::time_point m_nextProbe{};
};

}  // namespace app
