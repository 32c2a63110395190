// chat: a conversation in the terminal, with a server or with a model that this program loads itself.
#include <editline/readline.h>
#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "app/cli/chat_partner.h"
#include "app/cli/verb.h"

namespace app::cli {

namespace {

/// Set by Ctrl-C while an answer comes: signals know no objects.
std::atomic<bool> stopRequested = false;

void onInterrupt(int) {
  stopRequested = true;
}

/// Ctrl-C stops the answer while one lives, and does what it always does otherwise.
class InterruptGuard {
 public:
  InterruptGuard() {
    stopRequested = false;
    m_old = std::signal(SIGINT, onInterrupt);
  }
  ~InterruptGuard() { std::signal(SIGINT, m_old); }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  void (*m_old)(int);
};

/// A line from the terminal with editing and history, or from a pipe. Nothing at the end of input.
std::optional<std::string> readLine(const char* prompt) {
  if (isatty(STDIN_FILENO) != 0) {
    const std::unique_ptr<char, decltype(&std::free)> line(readline(prompt), std::free);
    if (!line) return std::nullopt;
    if (*line.get() != '\0') add_history(line.get());
    return std::string(line.get());
  }
  fmt::print("{}", prompt);
  std::fflush(stdout);
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  return line;
}

int converse(ChatPartner& partner, const std::string& system) {
  std::vector<engine::ChatMessage> messages;
  if (!system.empty()) messages.push_back({.role = "system", .content = system});
  while (const auto line = readLine("User: ")) {
    if (line->empty()) continue;
    messages.push_back({.role = "user", .content = *line});
    fmt::print("Assistant: ");
    std::fflush(stdout);
    const InterruptGuard guard;
    const auto answer = partner.answer(
        messages,
        [](const std::string& text) {
          std::fwrite(text.data(), 1, text.size(), stdout);
          std::fflush(stdout);
        },
        stopRequested);
    fmt::print("\n");
    if (!answer.ok()) {
      fmt::print("{}\n", answer.error().message);
      return kFailed;
    }
    messages.push_back({.role = "assistant", .content = answer.value()});
  }
  return kOk;
}

}  // namespace

int runChat(std::span<const std::string> arguments) {
  CommandLine line("chat",
                   "A conversation in the terminal with a server, or, with --model-path, with a model loaded here. "
                   "Ctrl-C stops an answer, Ctrl-D ends.",
                   {"model", "engine"});
  std::string server = "http://127.0.0.1:8501", token, system;
  ChatSampling sampling;
  line.options.add_option("--server", server, "Address of the server, with or without /v1");
  line.options.add_option("--token", token, "API key");
  line.options.add_option("--system", system, "System prompt");
  line.options.add_option("--max-tokens", sampling.maxTokens, "Most tokens of an answer (512)");
  line.options.add_option("--temperature", sampling.temperature, "0 to 2 (0.7)")->check(CLI::Range(0.0, 2.0));
  line.options.add_option("--top-p", sampling.topP, "Above 0, at most 1 (1.0)")->check(CLI::Range(1e-9, 1.0));
  if (const auto code = line.parse(arguments)) return *code;
  sampling.seed = line.settings.integer("seed");

  // MODEL_PATH of a server's environment does not turn the client into one.
  if (line.settings.source("model-path") != SettingSource::Flag) {
    return converse(*remotePartner(server, token, sampling), system);
  }
  const auto options = line.settings.engineOptions();
  if (!options.ok()) return fail(options.error());
  const auto engine = engine::loadEngine(options.value(), {});
  if (!engine.ok()) return fail(engine.error());
  return converse(*localPartner(engine.value(), sampling), system);
}

}  // namespace app::cli
