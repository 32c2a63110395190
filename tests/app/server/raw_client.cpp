#include "tests/app/server/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>

namespace test_support {

namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

std::string lowered(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

size_t parseHex(std::string_view text) {
  size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

/// Joins chunks; complete when the last one was seen. Gives the bytes used.
std::optional<size_t> joinChunks(std::string_view raw, std::string& body) {
  size_t at = 0;
  body.clear();
  for (;;) {
    const size_t line = raw.find("\r\n", at);
    if (line == std::string_view::npos) return std::nullopt;
    const size_t size = parseHex(raw.substr(at, line - at));
    at = line + 2;
    if (raw.size() < at + size + 2) {
      body += raw.substr(at, size);
      return std::nullopt;
    }
    body += raw.substr(at, size);
    at += size + 2;
    if (size == 0) return at;
  }
}

}  // namespace

const std::string& RawResponse::header(const std::string& name) const {
  static const std::string kNone;
  const auto found = headers.find(name);
  return found == headers.end() ? kNone : found->second;
}

RawClient::RawClient(uint16_t port, const std::string& host) {
  m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  if (::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) close();
}

RawClient::~RawClient() {
  close();
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(m_fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::more(Clock::time_point deadline) {
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left < 0 || m_fd < 0) return false;
    pollfd waiting{m_fd, POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(left) + 1) <= 0) continue;
    char piece[16 << 10];
    const ssize_t got = ::recv(m_fd, piece, sizeof piece, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    m_in.append(piece, static_cast<size_t>(got));
    return true;
  }
}

RawResponse RawClient::read(double seconds) {
  RawResponse response;
  const auto deadline = after(seconds);
  size_t headEnd = 0;
  while ((headEnd = m_in.find("\r\n\r\n")) == std::string::npos) {
    if (!more(deadline)) return response;
  }
  const std::string head = m_in.substr(0, headEnd + 2);
  m_in.erase(0, headEnd + 4);
  std::from_chars(head.data() + 9, head.data() + 12, response.status);
  for (size_t at = head.find("\r\n") + 2; at < head.size();) {
    const size_t end = head.find("\r\n", at);
    const std::string line = head.substr(at, end - at);
    const size_t colon = line.find(':');
    response.headers[lowered(line.substr(0, colon))] = line.substr(line.find_first_not_of(' ', colon + 1));
    at = end + 2;
  }
  if (response.status == 204 || response.status == 100) {
    response.complete = true;
    return response;
  }
  if (response.header("transfer-encoding") == "chunked") {
    for (;;) {
      if (const auto used = joinChunks(m_in, response.body)) {
        m_in.erase(0, *used);
        response.complete = true;
        return response;
      }
      if (!more(deadline)) return response;
    }
  }
  const std::string& length = response.header("content-length");
  if (length.empty()) {
    while (more(deadline)) {
    }
    response.body.swap(m_in);
    return response;
  }
  size_t bytes = 0;
  std::from_chars(length.data(), length.data() + length.size(), bytes);
  while (m_in.size() < bytes) {
    if (!more(deadline)) return response;
  }
  response.body = m_in.substr(0, bytes);
  m_in.erase(0, bytes);
  response.complete = true;
  return response;
}

std::string RawClient::readUntil(std::string_view text, double seconds) {
  const auto deadline = after(seconds);
  while (m_in.find(text) == std::string::npos && more(deadline)) {
  }
  return m_in;
}

bool RawClient::closedWithin(double seconds) {
  const auto deadline = after(seconds);
  while (more(deadline)) {
  }
  return Clock::now() < deadline;
}

void RawClient::halfClose() {
  ::shutdown(m_fd, SHUT_WR);
}

void RawClient::close() {
  if (m_fd >= 0) ::close(m_fd);
  m_fd = -1;
}

void RawClient::reset() {
  const linger now{1, 0};
  ::setsockopt(m_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

void RawClient::setReceiveBuffer(int bytes) {
  ::setsockopt(m_fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::string postRequest(uint16_t port, std::string_view path, std::string_view json, std::string_view extra) {
  std::string request = "POST " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
  request += "Content-Type: application/json\r\nContent-Length: " + std::to_string(json.size()) + "\r\n";
  request += extra;
  request += "\r\n";
  request += json;
  return request;
}

std::string getRequest(uint16_t port, std::string_view path, std::string_view extra) {
  std::string request = "GET " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
  request += extra;
  return request + "\r\n";
}

std::vector<std::string> sseData(std::string_view body) {
  std::vector<std::string> events;
  for (size_t at = 0; at < body.size();) {
    const size_t end = body.find("\n\n", at);
    if (end == std::string_view::npos) break;
    const std::string_view event = body.substr(at, end - at);
    if (event.substr(0, 6) == "data: ") events.emplace_back(event.substr(6));
    at = end + 2;
  }
  return events;
}

}  // namespace test_support
