#include "tests/app/cli/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

namespace app::testing {

namespace {

using Clock = std::chrono::steady_clock;

Clock::time_point after(double seconds) {
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

void setNonBlocking(int file) {
  fcntl(file, F_SETFL, fcntl(file, F_GETFL) | O_NONBLOCK);
}

/// Only what a program needs: the settings that it reads from the environment come from the test alone.
std::vector<std::string> environmentWith(const std::map<std::string, std::string>& more) {
  std::vector<std::string> result;
  for (const char* name : {"PATH", "HOME", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) result.push_back(std::string(name) + "=" + value);
  }
  for (const auto& [name, value] : more) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) {
  ::signal(SIGPIPE, SIG_IGN);
  int in[2], out[2], err[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  std::vector<std::string> words = {HEARTH_CLI};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables = environmentWith(environment);
  if (posix_spawn(&m_pid, HEARTH_CLI, &actions, nullptr, pointers(words).data(), pointers(variables).data()) != 0) {
    m_pid = -1;
  }
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  close(err[1]);
  m_in = in[1];
  m_out = out[0];
  m_err = err[0];
  for (const int file : {m_in, m_out, m_err}) setNonBlocking(file);
}

Program::~Program() {
  if (m_pid > 0) {
    kill(m_pid, SIGKILL);
    waitpid(m_pid, nullptr, 0);
  }
  for (const int file : {m_in, m_out, m_err}) {
    if (file >= 0) close(file);
  }
}

void Program::closeInput() {
  if (m_in >= 0) close(m_in);
  m_in = -1;
}

void Program::feed(const std::string& text) {
  m_input = text;
  m_written = 0;
  if (text.empty()) closeInput();
}

bool Program::pump() {
  if (m_out < 0 && m_err < 0) return false;
  std::array<pollfd, 3> files = {pollfd{m_out, POLLIN, 0}, pollfd{m_err, POLLIN, 0},
                                 pollfd{m_written < m_input.size() ? m_in : -1, POLLOUT, 0}};
  if (poll(files.data(), files.size(), 100) <= 0) return true;
  if (files[2].revents != 0) {
    const ssize_t n = write(m_in, m_input.data() + m_written, m_input.size() - m_written);
    m_written = n > 0 ? m_written + static_cast<size_t>(n) : m_input.size();
    if (m_written == m_input.size()) closeInput();
  }
  const auto read = [](int* file, short events, std::string* text) {
    if (*file < 0 || events == 0) return;
    std::array<char, 65536> buffer;
    const ssize_t n = ::read(*file, buffer.data(), buffer.size());
    if (n > 0) {
      text->append(buffer.data(), static_cast<size_t>(n));
    } else if (n == 0) {
      close(*file);
      *file = -1;
    }
  };
  read(&m_out, files[0].revents, &m_result.out);
  read(&m_err, files[1].revents, &m_result.err);
  return true;
}

bool Program::waitForOutput(const std::string& mark, double seconds) {
  const Clock::time_point end = after(seconds);
  while (m_result.out.find(mark) == std::string::npos) {
    if (Clock::now() > end || !pump()) return false;
  }
  return true;
}

void Program::signal(int number) const {
  if (m_pid > 0) kill(m_pid, number);
}

ProgramResult Program::wait(double seconds) {
  const Clock::time_point end = after(seconds);
  int status = 0;
  for (bool open = true; m_pid > 0 && Clock::now() < end;) {
    open = open && pump();
    const pid_t ended = waitpid(m_pid, &status, open ? WNOHANG : 0);
    if (ended != m_pid) continue;
    m_pid = -1;
    if (WIFEXITED(status)) m_result.exitCode = WEXITSTATUS(status);
    while (pump() && (m_out >= 0 || m_err >= 0)) {
    }
  }
  return m_result;
}

ProgramResult runCli(const std::vector<std::string>& arguments, const std::string& input,
                     const std::map<std::string, std::string>& environment) {
  Program program(arguments, environment);
  program.feed(input);
  return program.wait(180);
}

std::filesystem::path tinyModel() {
  return std::filesystem::path(HEARTH_TEST_DATA) / "goldens/gguf/llama-q8_0.gguf";
}

}  // namespace app::testing
