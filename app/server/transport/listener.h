// The listening sockets: binds them, accepts, and turns away at once what is beyond the cap.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/result.h"

namespace app {

/// Listening sockets of one address; "localhost" has two (IPv4 and IPv6) on the same port.
class ListeningSockets {
 public:
  /// An Error with context "port" when the port is taken, "host" when the address is not this machine's.
  static engine::Result<ListeningSockets> bind(const std::string& host, uint16_t port);
  ListeningSockets(ListeningSockets&& other) noexcept;
  ListeningSockets& operator=(ListeningSockets&& other) noexcept;
  ~ListeningSockets();

  const std::vector<int>& fds() const { return m_fds; }
  uint16_t port() const { return m_port; }

 private:
  ListeningSockets() = default;
  std::vector<int> m_fds;
  uint16_t m_port = 0;
};

/// Accepts on its own thread until destroyed; then the sockets are closed.
class Listener {
 public:
  /// `accept` takes a connected non-blocking socket and the peer's address; false means no room: the client is sent
  /// `fullResponse` and let go.
  using Accept = std::function<bool(int fd, std::string peerAddress)>;
  Listener(ListeningSockets sockets, std::string fullResponse, Accept accept);
  ~Listener();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace app
