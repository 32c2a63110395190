// chat: a conversation in the terminal, with a server or with a model that this program loads itself.
#include <fmt/core.h>

#include <csignal>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "app/cli/chat_partner.h"
#include "app/cli/line_editor.h"
#include "app/cli/verb.h"
#include "engine/chat_template.h"

namespace app::cli {

namespace {

/// Set by Ctrl-C while an answer comes: signals know no objects.
std::atomic<bool> stopRequested = false;

void onInterrupt(int number) {
  if (!stopRequested.exchange(true)) return;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

/// Ctrl-C stops the answer while one lives; a second one, and one at the prompt, end the program as always.
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

/// Until the input ends. People read along on stdout; with `json` on stderr, and the whole conversation comes at the
/// end.
int converse(ChatPartner& partner, const std::string& system, bool json) {
  std::FILE* const to = json ? stderr : stdout;
  std::vector<engine::ChatMessage> messages;
  if (!system.empty()) messages.push_back({.role = "system", .content = system});
  std::optional<engine::Error> error;
  LineEditor lines(to);
  while (!error) {
    const auto line = lines.read("User: ");
    if (!line) break;
    if (line->empty()) continue;
    messages.push_back({.role = "user", .content = *line});
    fmt::print(to, "Assistant: ");
    std::fflush(to);
    const InterruptGuard guard;
    const auto answer = partner.answer(
        messages,
        [to](const std::string& text) {
          std::fwrite(text.data(), 1, text.size(), to);
          std::fflush(to);
        },
        stopRequested);
    fmt::print(to, "\n");
    if (answer.ok()) {
      messages.push_back({.role = "assistant", .content = answer.value()});
    } else {
      error = answer.error();
      // What a server answers is a result; what went wrong here is not.
      fmt::print(error->context == kRefusal ? to : stderr, "{}\n", error->message);
    }
  }
  if (json) {
    nlohmann::ordered_json document = {{"messages", nlohmann::ordered_json::array()}};
    for (const engine::ChatMessage& message : messages) {
      document["messages"].push_back({{"role", message.role}, {"content", message.content}});
    }
    if (error) document["error"] = error->message;
    printJson(document);
  }
  return error ? kFailed : kOk;
}

}  // namespace

int runChat(std::span<const std::string> arguments) {
  CommandLine line("chat",
                   "A conversation in the terminal with a server, or, with --model-path, with a model loaded here. "
                   "Ctrl-C stops an answer, a second one or Ctrl-D ends.",
                   {"model", "engine"});
  std::string server = "http://127.0.0.1:8501", token, system;
  ChatSampling sampling;
  line.options.add_option("--server", server, "Address of the server, with or without /v1");
  line.options.add_option("--token", token, "API key");
  line.options.add_option("--system", system, "System prompt");
  line.options.add_option("--max-tokens", sampling.maxTokens, "Most tokens of an answer (512)")
      ->check(integerIn(1, 16777216));
  line.options.add_option("--temperature", sampling.temperature, "0 to 2 (0.7)")->check(numberIn(0, 2));
  line.options.add_option("--top-p", sampling.topP, "Above 0, at most 1 (1.0)")
      ->check(numberIn(0, 1, /*aboveLow=*/true));
  if (const auto code = line.parse(arguments)) return *code;
  sampling.seed = line.settings.integer("seed");

  // MODEL_PATH of a server's environment does not turn the client into one.
  if (line.settings.source("model-path") != SettingSource::Flag) {
    return converse(*remotePartner(server, token, sampling), system, line.json);
  }
  const auto options = line.settings.engineOptions();
  if (!options.ok()) return fail(options.error());
  fmt::print(stderr, "Loading {}\n", options->modelPath.string());
  const auto engine = engine::loadEngine(options.value(), {});
  if (!engine.ok()) return fail(engine.error());
  return converse(*localPartner(engine.value(), sampling), system, line.json);
}

}  // namespace app::cli
