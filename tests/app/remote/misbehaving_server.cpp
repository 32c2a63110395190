#include "tests/app/remote/misbehaving_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>

namespace test_support {

namespace {

constexpr int kStepMs = 10;

bool readable(int fd, int ms) {
  pollfd one{fd, POLLIN, 0};
  return ::poll(&one, 1, ms) > 0;
}

}  // namespace

bool Wire::send(const std::string& bytes) {
  for (size_t at = 0; at < bytes.size();) {
    const ssize_t sent = ::send(m_fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    at += static_cast<size_t>(sent);
  }
  return true;
}

void Wire::wait(int ms) {
  for (int waited = 0; waited < ms && !m_end; waited += kStepMs) {
    std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
  }
}

bool Wire::waitForClose(int ms) {
  char byte = 0;
  for (int waited = 0; waited < ms && !m_end; waited += kStepMs) {
    if (readable(m_fd, kStepMs) && ::recv(m_fd, &byte, 1, 0) <= 0) return true;
  }
  return false;
}

void Wire::head(int status, const std::string& type, const std::string& extra) {
  send("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type + "\r\nConnection: close\r\n" + extra +
       "\r\n");
}

bool Wire::event(const std::string& json) {
  return send("data: " + json + "\n\n");
}

MisbehavingServer::MisbehavingServer(Hook hook) : m_hook(std::move(hook)) {
  m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size);
  m_port = ntohs(address.sin_port);
  ::listen(m_listener, 16);
  m_acceptor = std::thread([this] { accept(); });
}

MisbehavingServer::~MisbehavingServer() {
  m_end = true;
  m_acceptor.join();
  for (std::thread& one : m_threads) one.join();
  ::close(m_listener);
}

std::vector<std::string> MisbehavingServer::requests() const {
  const std::lock_guard lock(m_mutex);
  return m_requests;
}

void MisbehavingServer::accept() {
  while (!m_end) {
    if (!readable(m_listener, kStepMs)) continue;
    const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) m_threads.emplace_back([this, fd] { serve(fd); });
  }
}

void MisbehavingServer::serve(int fd) {
  std::string request;
  char buffer[4096];
  size_t wanted = std::string::npos;
  while (!m_end && request.size() < wanted) {
    if (!readable(fd, kStepMs)) continue;
    const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
    if (count <= 0) break;
    request.append(buffer, static_cast<size_t>(count));
    const size_t end = request.find("\r\n\r\n");
    if (end == std::string::npos) continue;
    const size_t length = request.find("Content-Length: ");
    wanted = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
  }
  if (request.size() >= wanted) {
    {
      const std::lock_guard lock(m_mutex);
      m_requests.push_back(request);
    }
    Wire wire(fd, m_end);
    m_hook(wire, request);
  }
  ::close(fd);
}

}  // namespace test_support
