#include "app/server/transport/listener.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <deque>
#include <thread>

#include "app/server/transport/connection.h"

namespace app {

namespace {

constexpr int kBacklog = 1024;
/// Clients that were turned away and have not closed yet; the oldest are cut off beyond it.
constexpr size_t kMaxLingering = 64;
constexpr auto kLinger = std::chrono::seconds(1);

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

engine::Error hostError(const std::string& host, std::string_view why) {
  return {engine::ErrorCode::InvalidArgument, fmt::format("The server cannot listen on '{}': {}.", host, why), "host"};
}

engine::Result<std::vector<SocketAddress>> resolve(const std::string& host) {
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = AF_UNSPEC;
  std::string name = host;
  if (name.size() > 2 && name.front() == '[' && name.back() == ']') name = name.substr(1, name.size() - 2);
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(name.c_str(), nullptr, &hints, &list);
  if (error != 0) return hostError(host, ::gai_strerror(error));
  std::vector<SocketAddress> found;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (entry->ai_family != AF_INET && entry->ai_family != AF_INET6) continue;
    SocketAddress address;
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.length = entry->ai_addrlen;
    found.push_back(address);
  }
  ::freeaddrinfo(list);
  // IPv4 first: it decides the port when any free one will do.
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.storage.ss_family < b.storage.ss_family; });
  return found;
}

void setPort(SocketAddress& address, uint16_t port) {
  if (address.storage.ss_family == AF_INET) {
    reinterpret_cast<sockaddr_in&>(address.storage).sin_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in6&>(address.storage).sin6_port = htons(port);
  }
}

uint16_t portOf(const sockaddr_storage& storage) {
  return ntohs(storage.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in&>(storage).sin_port
                                            : reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
}

std::string addressText(const sockaddr_storage& storage) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* raw = &reinterpret_cast<const sockaddr_in&>(storage).sin_addr;
  if (storage.ss_family == AF_INET6) raw = &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr;
  if (::inet_ntop(storage.ss_family, raw, text.data(), text.size()) == nullptr) return "?";
  return text.data();
}

}  // namespace

engine::Result<ListeningSockets> ListeningSockets::bind(const std::string& host, uint16_t port) {
  ENGINE_ASSIGN_OR_RETURN(std::vector<SocketAddress> addresses, resolve(host));
  ListeningSockets sockets;
  sockets.m_port = port;
  int lastError = EADDRNOTAVAIL;
  for (SocketAddress& address : addresses) {
    setPort(address, sockets.m_port);
    const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      lastError = errno;
      continue;
    }
    const int one = 1;
    // Only a port in TIME_WAIT may be taken again; a second listener is still refused.
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address.storage.ss_family == AF_INET6) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0 ||
        ::listen(fd, kBacklog) != 0) {
      lastError = errno;
      ::close(fd);
      if (lastError == EADDRINUSE) {
        return engine::Error{engine::ErrorCode::Unavailable,
                             fmt::format("Port {} on {} is taken by another program.", sockets.m_port, host), "port"};
      }
      continue;
    }
    sockets.m_fds.push_back(fd);
    if (sockets.m_port == 0) {
      sockaddr_storage bound{};
      socklen_t length = sizeof bound;
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length);
      sockets.m_port = portOf(bound);
    }
  }
  if (sockets.m_fds.empty()) {
    if (lastError == EACCES) {
      return engine::Error{
          engine::ErrorCode::Unavailable,
          fmt::format("Port {} needs rights that this program does not have: take one from 1024 on.", port), "port"};
    }
    return hostError(host, std::strerror(lastError));
  }
  return sockets;
}

ListeningSockets::ListeningSockets(ListeningSockets&& other) noexcept
    : m_fds(std::exchange(other.m_fds, {})), m_port(other.m_port) {}

ListeningSockets& ListeningSockets::operator=(ListeningSockets&& other) noexcept {
  std::swap(m_fds, other.m_fds);
  std::swap(m_port, other.m_port);
  return *this;
}

ListeningSockets::~ListeningSockets() {
  for (const int fd : m_fds) ::close(fd);
}

struct Listener::Impl {
  Impl(ListeningSockets listening, std::string full, Accept acceptor)
      : sockets(std::move(listening)), fullResponse(std::move(full)), accept(std::move(acceptor)) {}

  struct Lingering {
    int fd;
    SteadyClock::time_point deadline;
  };

  void turnAway(int fd) {
    // The response fits every socket's buffer; a client that cannot take it at once gets none.
    [[maybe_unused]] const ssize_t sent =
        ::send(fd, fullResponse.data(), fullResponse.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(fd, SHUT_WR);
    lingering.push_back({fd, SteadyClock::now() + kLinger});
    if (lingering.size() > kMaxLingering) {
      ::close(lingering.front().fd);
      lingering.pop_front();
    }
  }

  /// Reads away what refused clients sent, so that closing does not reset the connection under our response.
  void sweep() {
    const auto now = SteadyClock::now();
    std::array<char, 16 << 10> waste;
    std::erase_if(lingering, [&](const Lingering& entry) {
      const ssize_t got = ::recv(entry.fd, waste.data(), waste.size(), MSG_DONTWAIT);
      const bool waits = got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
      if (waits && now < entry.deadline) return false;
      ::close(entry.fd);
      return true;
    });
  }

  void acceptAll(int listening) {
    for (;;) {
      sockaddr_storage peer{};
      socklen_t length = sizeof peer;
      const int fd = ::accept4(listening, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        // Out of descriptors: poll would report the waiting client at once again, so breathe.
        if (errno == EMFILE || errno == ENFILE) std::this_thread::sleep_for(std::chrono::milliseconds(20));
        return;
      }
      if (!accept(fd, addressText(peer))) turnAway(fd);
    }
  }

  void run() {
    std::vector<pollfd> waiting{{wakeup.fd(), POLLIN, 0}};
    for (const int fd : sockets.fds()) waiting.push_back({fd, POLLIN, 0});
    for (;;) {
      ::poll(waiting.data(), waiting.size(), lingering.empty() ? -1 : 20);
      if (waiting[0].revents != 0) return;
      for (size_t i = 1; i < waiting.size(); ++i) {
        if (waiting[i].revents != 0) acceptAll(waiting[i].fd);
      }
      sweep();
    }
  }

  ListeningSockets sockets;
  std::string fullResponse;
  Accept accept;
  Wakeup wakeup;
  std::deque<Lingering> lingering;
  std::thread thread;
};

Listener::Listener(ListeningSockets sockets, std::string fullResponse, Accept accept)
    : m_impl(std::make_unique<Impl>(std::move(sockets), std::move(fullResponse), std::move(accept))) {
  m_impl->thread = std::thread([impl = m_impl.get()] { impl->run(); });
}

Listener::~Listener() {
  m_impl->wakeup.signal();
  m_impl->thread.join();
  for (const auto& entry : m_impl->lingering) ::close(entry.fd);
}

}  // namespace app
