#include "app/server/transport/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "app/server/transport/peer_probe.h"

namespace app {

namespace {

using std::chrono::milliseconds;

constexpr size_t kReadPiece = 64 << 10;
constexpr size_t kFlushAt = 64 << 10;
/// Small, so that a client that does not read is noticed by us and not hidden in kernel memory.
constexpr int kSendBuffer = 128 << 10;
constexpr auto kWriteStall = std::chrono::seconds(30);
constexpr auto kWriteSlice = milliseconds(50);
constexpr auto kProbeInterval = milliseconds(50);
constexpr auto kLinger = std::chrono::seconds(1);
constexpr size_t kLingerBytes = 64u << 20;

int pollMs(SteadyClock::time_point deadline) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - SteadyClock::now()).count() + 1;
  return static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
}

}  // namespace

Wakeup::Wakeup() : m_fd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

Wakeup::~Wakeup() {
  if (m_fd >= 0) ::close(m_fd);
}

void Wakeup::signal() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(m_fd, &one, sizeof one);
}

void Wakeup::clear() {
  uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = ::read(m_fd, &count, sizeof count);
}

Connection::Connection(int fd, std::string peerAddress)
    : m_fd(fd), m_peerAddress(std::move(peerAddress)), m_signals(std::make_shared<ConnectionSignals>()) {
  const int one = 1;
  ::setsockopt(m_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  ::setsockopt(m_fd, SOL_SOCKET, SO_SNDBUF, &kSendBuffer, sizeof kSendBuffer);
}

Connection::~Connection() {
  ::close(m_fd);
}

void Connection::take(size_t bytes) {
  m_taken += bytes;
  if (m_taken == m_in.size()) {
    m_in.clear();
    m_taken = 0;
  } else if (m_taken > kReadPiece) {
    m_in.erase(0, m_taken);
    m_taken = 0;
  }
}

ReadOutcome Connection::readMore(SteadyClock::time_point deadline) {
  for (;;) {
    const size_t before = m_in.size();
    m_in.resize(before + kReadPiece);
    const ssize_t got = ::recv(m_fd, m_in.data() + before, kReadPiece, 0);
    const int error = errno;
    m_in.resize(before + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) return ReadOutcome::Data;
    if (got == 0) return ReadOutcome::End;
    if (error == EINTR) continue;
    if (error != EAGAIN && error != EWOULDBLOCK) return ReadOutcome::Broken;
    pollfd waiting{m_fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, pollMs(deadline));
    if (ready < 0 && errno != EINTR) return ReadOutcome::Broken;
    if (ready == 0 && SteadyClock::now() >= deadline) return ReadOutcome::Timeout;
  }
}

bool Connection::write(std::string_view data) {
  if (m_broken) return false;
  m_out.append(data);
  return m_out.size() < kFlushAt || flush();
}

bool Connection::flush() {
  size_t sent = 0;
  auto stalledSince = SteadyClock::now();
  while (!m_broken && sent < m_out.size()) {
    const ssize_t written = ::send(m_fd, m_out.data() + sent, m_out.size() - sent, MSG_NOSIGNAL);
    if (written > 0) {
      sent += static_cast<size_t>(written);
      stalledSince = SteadyClock::now();
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) m_broken = true;
    if (m_signals->stopWriting || SteadyClock::now() - stalledSince > kWriteStall) m_broken = true;
    if (m_broken) break;
    pollfd waiting{m_fd, POLLOUT, 0};
    ::poll(&waiting, 1, static_cast<int>(kWriteSlice.count()));
  }
  m_out.clear();
  return !m_broken;
}

PeerState Connection::peerState() {
  pollfd socket{m_fd, POLLRDHUP, 0};
  if (::poll(&socket, 1, 0) <= 0) return PeerState::Open;
  if ((socket.revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return PeerState::Gone;
  if ((socket.revents & POLLRDHUP) == 0) return PeerState::Open;
  m_peerEnded = true;
  if (SteadyClock::now() < m_nextProbe) return PeerState::HalfClosed;
  m_nextProbe = SteadyClock::now() + kProbeInterval;
  return peerSocketIsOrphan(m_fd) ? PeerState::Gone : PeerState::HalfClosed;
}

PeerState Connection::waitForWakeup(milliseconds timeout) {
  // Once the peer has sent its FIN, poll would report that for ever; it is asked about in intervals instead.
  const short events = m_peerEnded ? 0 : POLLRDHUP;
  const auto wait = m_peerEnded ? std::min(timeout, kProbeInterval) : timeout;
  std::array<pollfd, 2> waiting{pollfd{m_signals->wakeup.fd(), POLLIN, 0}, pollfd{m_fd, events, 0}};
  ::poll(waiting.data(), waiting.size(), static_cast<int>(wait.count()));
  if (waiting[0].revents != 0) m_signals->wakeup.clear();
  if (waiting[1].revents != 0 || m_peerEnded) return peerState();
  return m_broken ? PeerState::Gone : PeerState::Open;
}

void Connection::lingeringClose() {
  if (::shutdown(m_fd, SHUT_WR) != 0) return;
  const auto deadline = SteadyClock::now() + kLinger;
  std::array<char, 16 << 10> waste;
  for (size_t total = 0; total < kLingerBytes && SteadyClock::now() < deadline && !m_signals->stopWriting;) {
    const ssize_t got = ::recv(m_fd, waste.data(), waste.size(), 0);
    if (got == 0) return;
    if (got > 0) {
      total += static_cast<size_t>(got);
      continue;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) return;
    pollfd waiting{m_fd, POLLIN, 0};
    ::poll(&waiting, 1, std::min(pollMs(deadline), static_cast<int>(kWriteSlice.count())));
  }
}

}  // namespace app
