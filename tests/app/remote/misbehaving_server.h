// A server on 127.0.0.1 that does with each request what a test says: right, wrong, slowly or not at all.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace test_support {

/// One request's connection.
class Wire {
 public:
  Wire(int fd, std::atomic<bool>& end) : m_fd(fd), m_end(end) {}
  /// False once the other side has gone.
  bool send(const std::string& bytes);
  void wait(int ms);  ///< or until the server ends
  /// Waits until the other side closes, at most so long; true when it did.
  bool waitForClose(int ms);
  void head(int status, const std::string& type, const std::string& extra = "");
  /// One event of a streamed answer.
  bool event(const std::string& json);

 private:
  int m_fd;
  std::atomic<bool>& m_end;
};

class MisbehavingServer {
 public:
  /// `request` is the whole request, head and body.
  using Hook = std::function<void(Wire& wire, const std::string& request)>;

  explicit MisbehavingServer(Hook hook);
  ~MisbehavingServer();
  uint16_t port() const { return m_port; }
  std::string address() const { return "http://127.0.0.1:" + std::to_string(m_port) + "/v1"; }
  std::vector<std::string> requests() const;

 private:
  void accept();
  void serve(int fd);

  Hook m_hook;
  uint16_t m_port = 0;
  int m_listener = -1;
  std::atomic<bool> m_end{false};
  mutable std::mutex m_mutex;
  std::vector<std::string> m_requests;
  std::vector<std::thread> m_threads;
  std::thread m_acceptor;
};

}  // namespace test_support
