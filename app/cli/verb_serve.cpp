// serve: the OpenAI-compatible server without a window. SIGTERM and SIGINT drain, then end; SIGHUP reads the keys
// again.
#include <fmt/core.h>
#include <pthread.h>

#include <csignal>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/app_context.h"
#include "app/cli/verb.h"
#include "engine/text.h"

namespace app::cli {

namespace {

constexpr double kDrainSeconds = 30.0;

/// Signals come to sigtimedwait() in the main thread; threads started later inherit the mask.
sigset_t blockSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

void printReady(const engine::EngineFacts& facts, const HttpServer& server) {
  fmt::print(stderr, "model       {}\n", engine::printable(facts.model.modelId));
  fmt::print(stderr, "device      {} ({})\n", facts.device, facts.deviceReason);
  fmt::print(stderr, "compute     {}, quantization {} ({})\n", facts.computeType, facts.quantization,
             facts.quantizationReason);
  fmt::print(stderr, "template    {} ({})\n", facts.templateName, facts.templateReason);
  fmt::print(stderr, "context     {} tokens\n", facts.contextLength);
  fmt::print(stderr, "memory      {} planned, {} taken\n",
             engine::formatBytes(facts.plan.devices.empty() ? 0 : facts.plan.devices.front().needed()),
             engine::formatBytes(facts.measured.needed()));
  fmt::print(stderr, "loaded in   {:.2f} s\n", facts.loadSeconds);
  fmt::print(stderr, "ready       {}\n", server.baseUrl());
}

/// Until a signal ends it or the model cannot be loaded.
class Serving {
 public:
  Serving(AppContext& context, bool json) : m_context(context), m_json(json) {}

  int run(const sigset_t& signals) {
    for (;;) {
      const timespec wait{0, 100'000'000};
      const int signal = sigtimedwait(&signals, nullptr, &wait);
      printLog();
      if (signal == SIGHUP) readKeys();
      if (signal == SIGTERM || signal == SIGINT) return end(signals);
      const HostSnapshot now = m_context.host->snapshot();
      if (now.state == HostState::Failed) {
        m_context.server->stop();
        return fail(now.error.value_or(engine::Error{}));
      }
      if (now.state == HostState::Ready && !m_told) tell(now);
    }
  }

 private:
  void tell(const HostSnapshot& now) {
    m_told = true;
    printReady(now.engine->facts(), *m_context.server);
    if (m_json) {
      printJson({{"base_url", m_context.server->baseUrl()}, {"model", now.engine->facts().model.modelId}});
      std::fflush(stdout);
    }
  }

  void printLog() {
    for (const ServerLogLine& line : m_context.server->logSince(&m_cursor)) {
      fmt::print(stderr, "{} {}\n", line.level, line.text);
    }
  }

  void readKeys() {
    const auto config = m_context.settings.serverConfig();
    if (!config.ok()) {
      fmt::print(stderr, "The keys stay as they are: {}\n", config.error().message);
      return;
    }
    m_context.server->setApiKeys(config->apiKeys);
    fmt::print(stderr, "{} keys read\n", config->apiKeys.size());
  }

  int end(const sigset_t& signals) {
    fmt::print(stderr, "Ending: new requests are refused, running ones have {:.0f} s.\n", kDrainSeconds);
    // A second signal does not wait for anybody.
    pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    m_context.server->drain(kDrainSeconds);
    m_context.host->unload();
    printLog();
    return kOk;
  }

  AppContext& m_context;
  bool m_json = false, m_told = false;
  uint64_t m_cursor = 0;
};

}  // namespace

int runServe(std::span<const std::string> arguments) {
  CommandLine line("serve", "The OpenAI-compatible server. SIGTERM drains, then ends.",
                   {"model", "engine", "server", "limits", "compatibility"});
  line.addModelPositional();
  if (const auto code = line.parse(arguments)) return *code;
  if (line.settings.text("model-path").empty()) {
    const auto set = line.settings.set("model-path", kHeadlessModelPath, SettingSource::Default);
    if (!set.ok()) return fail(set.error());
  }
  const auto engineOptions = line.settings.engineOptions();
  if (!engineOptions.ok()) return fail(engineOptions.error());
  if (const auto possible = engine::checkOptions(*engineOptions); !possible.ok()) return fail(possible.error());
  const auto serverConfig = line.settings.serverConfig();
  if (!serverConfig.ok()) return fail(serverConfig.error());

  const sigset_t signals = blockSignals();
  AppContextOptions options;
  options.settings = line.settings;
  options.withConversations = false;
  const auto context = createAppContext(std::move(options));
  if (!context.ok()) return fail(context.error());
  // The port opens first: clients that come while the model loads get 503 with Retry-After.
  if (const auto started = (*context)->server->start(serverConfig.value()); !started.ok()) {
    const bool port = started.error().context == "port";
    fmt::print(stderr, "{}{}\n", started.error().message, port ? " --port names another one." : "");
    return kFailed;
  }
  fmt::print(stderr, "Listening on {}, loading {}\n", (*context)->server->baseUrl(), engineOptions->modelPath.string());
  (*context)->host->load(engineOptions.value());
  return Serving(*context.value(), line.json).run(signals);
}

}  // namespace app::cli
