// Ctrl-C in `chat`, at a terminal of its own: once it stops the answer, twice or at the prompt it ends the program.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "tests/app/cli/run_program.h"

namespace app::testing {
namespace {

using ::testing::HasSubstr;
using Clock = std::chrono::steady_clock;

/// hearth-cli at a pseudo-terminal, as a shell would start it.
class Terminal {
 public:
  explicit Terminal(const std::vector<std::string>& arguments) {
    std::vector<std::string> words = {HEARTH_CLI};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    m_pid = ::forkpty(&m_fd, nullptr, nullptr, nullptr);
    if (m_pid == 0) {
      ::execv(HEARTH_CLI, pointers.data());
      ::_exit(127);
    }
  }
  ~Terminal() {
    if (m_pid > 0) {
      ::kill(m_pid, SIGKILL);
      ::waitpid(m_pid, nullptr, 0);
    }
    if (m_fd >= 0) ::close(m_fd);
  }
  void type(std::string_view text) const {
    EXPECT_EQ(::write(m_fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  /// Reads until `mark` shows up behind what has been waited for before.
  bool waitFor(const std::string& mark) {
    const auto end = Clock::now() + std::chrono::seconds(90);
    for (size_t found; (found = m_seen.find(mark, m_at)) == std::string::npos || (m_at = found + mark.size(), false);) {
      pollfd waiting{m_fd, POLLIN, 0};
      if (Clock::now() > end) return false;
      if (::poll(&waiting, 1, 200) <= 0) continue;
      char piece[4096];
      const ssize_t got = ::read(m_fd, piece, sizeof piece);
      if (got <= 0) return false;
      m_seen.append(piece, static_cast<size_t>(got));
    }
    return true;
  }
  /// The wait status, -1 when it does not end.
  int end(std::chrono::milliseconds patience = std::chrono::seconds(60)) {
    const auto until = Clock::now() + patience;
    int status = -1;
    char piece[4096];
    while (Clock::now() < until) {
      pollfd waiting{m_fd, POLLIN, 0};
      if (::poll(&waiting, 1, 50) > 0) {
        const ssize_t got = ::read(m_fd, piece, sizeof piece);
        if (got < 0 && errno != EIO) break;
        if (got > 0) m_seen.append(piece, static_cast<size_t>(got));
      }
      if (::waitpid(m_pid, &status, WNOHANG) == m_pid) {
        m_pid = -1;
        return status;
      }
    }
    return -1;
  }
  const std::string& seen() const { return m_seen; }

 private:
  pid_t m_pid = -1;
  int m_fd = -1;
  std::string m_seen;
  size_t m_at = 0;
};

/// A server that begins its first answer and never ends it, and answers everything later in one word.
class StallingServer {
 public:
  StallingServer() {
    m_fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    EXPECT_EQ(::bind(m_fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(m_fd, 8), 0);
    ::getsockname(m_fd, reinterpret_cast<sockaddr*>(&address), &length);
    m_port = ntohs(address.sin_port);
    m_thread = std::thread([this] { serve(); });
  }
  ~StallingServer() {
    ::shutdown(m_fd, SHUT_RDWR);
    m_thread.join();
    for (const int fd : m_held) ::close(fd);
    ::close(m_fd);
  }
  std::vector<std::string> chat() const { return {"chat", "--server", "http://127.0.0.1:" + std::to_string(m_port)}; }

 private:
  void serve() {
    const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
    const std::string word = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}]}\n\n";
    for (bool first = true;; first = false) {
      const int fd = ::accept(m_fd, nullptr, nullptr);
      if (fd < 0) return;
      const std::string answer = first ? head + word : head + word + "data: [DONE]\n\n";
      [[maybe_unused]] const ssize_t sent = ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
      if (first) {
        m_held.push_back(fd);
        continue;
      }
      ::shutdown(fd, SHUT_WR);
      char waste[4096];
      while (::recv(fd, waste, sizeof waste, 0) > 0) {
      }
      ::close(fd);
    }
  }

  int m_fd = -1;
  uint16_t m_port = 0;
  std::vector<int> m_held;
  std::thread m_thread;
};

TEST(CliInterrupt, OneStopsTheAnswerAndTheNextQuestionIsAnswered) {
  const StallingServer server;
  Terminal terminal(server.chat());
  ASSERT_TRUE(terminal.waitFor("User: ")) << terminal.seen();
  terminal.type("ab\n");
  ASSERT_TRUE(terminal.waitFor("word")) << terminal.seen();
  terminal.type("\x03");
  ASSERT_TRUE(terminal.waitFor("User: ")) << terminal.seen();
  terminal.type("cd\n");
  ASSERT_TRUE(terminal.waitFor("word")) << terminal.seen();
  ASSERT_TRUE(terminal.waitFor("User: ")) << terminal.seen();
  // Typed as soon as the prompt shows: at times before the line editor has the terminal, and at times after.
  terminal.type("\x04");
  const int status = terminal.end();
  EXPECT_TRUE(status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
      << status << " after: " << ::testing::PrintToString(terminal.seen());
}

TEST(CliInterrupt, TwoEndTheProgram) {
  const StallingServer server;
  Terminal terminal(server.chat());
  ASSERT_TRUE(terminal.waitFor("User: ")) << terminal.seen();
  terminal.type("ab\n");
  ASSERT_TRUE(terminal.waitFor("word")) << terminal.seen();
  terminal.type("\x03");
  // Two that come before the program runs again are one to it, so they are spaced and may be more.
  int status = -1;
  for (int i = 0; i < 200 && status == -1; ++i) {
    status = terminal.end(std::chrono::milliseconds(200));
    if (status == -1) terminal.type("\x03");
  }
  EXPECT_TRUE(status != -1 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) << status;
}

TEST(CliInterrupt, AtThePromptItEndsTheProgram) {
  const StallingServer server;
  Terminal terminal(server.chat());
  ASSERT_TRUE(terminal.waitFor("User: ")) << terminal.seen();
  terminal.type("\x03");
  EXPECT_NE(terminal.end(), -1);
}

}  // namespace
}  // namespace app::testing
