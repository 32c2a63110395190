// What the server over loopback leaves of a real engine's speed: many streaming clients against the same requests
// handed to the engine directly, in alternating rounds. Run by hand, with made-up weights of a config.json's shape:
// app_server_engine_bench MODEL_DIR [DEVICE] [CLIENTS] [ROUNDS]
#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "app/http_server.h"
#include "app/model_host.h"
#include "tests/app/server/raw_client.h"
#include "tests/support/fake_engine.h"

namespace {

using Clock = std::chrono::steady_clock;
using test_support::CollectingSink;
using test_support::RawClient;

constexpr int kPrompt = 128, kTokens = 128;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Without a tokenizer every letter is a token; no two prompts begin alike.
std::string makePrompt(std::mt19937& random) {
  std::string prompt;
  for (int i = 0; i < kPrompt; ++i) prompt += static_cast<char>('a' + random() % 26);
  return prompt;
}

[[noreturn]] void giveUp(const std::string& why) {
  std::printf("%s\n", why.c_str());
  std::exit(1);
}

double throughServer(uint16_t port, const std::vector<std::string>& prompts) {
  std::barrier ready(static_cast<std::ptrdiff_t>(prompts.size()) + 1);
  std::vector<std::thread> threads;
  for (const std::string& prompt : prompts) {
    threads.emplace_back([&] {
      RawClient client(port);
      const std::string body = R"({"prompt":")" + prompt + R"(","stream":true,"ignore_eos":true,"temperature":0,)" +
                               R"("max_tokens":)" + std::to_string(kTokens) + "}";
      const std::string request = test_support::postRequest(port, "/v1/completions", body);
      ready.arrive_and_wait();
      client.send(request);
      const std::string answer = client.read(120).body;
      if (!answer.ends_with("data: [DONE]\n\n")) giveUp("A stream broke off: " + answer.substr(0, 300));
      if (test_support::sseData(answer).size() < kTokens / 2) giveUp("A stream had too few events.");
    });
  }
  ready.arrive_and_wait();
  const auto start = Clock::now();
  for (std::thread& thread : threads) thread.join();
  return since(start);
}

double direct(engine::Engine& engine, const std::vector<std::string>& prompts) {
  std::vector<engine::GenerationRequest> requests;
  for (const std::string& prompt : prompts) {
    engine::GenerationRequest& request = requests.emplace_back();
    request.prompt.assign(prompt.begin(), prompt.end());
    request.sampling.temperature = 0;
    request.maxTokens = kTokens;
    request.ignoreEos = true;
  }
  std::vector<std::shared_ptr<CollectingSink>> sinks;
  const auto start = Clock::now();
  for (engine::GenerationRequest& request : requests) {
    sinks.push_back(std::make_shared<CollectingSink>());
    const auto id = engine.submit(std::move(request), sinks.back());
    if (!id.ok()) giveUp("A request was refused: " + id.error().message);
  }
  for (const auto& sink : sinks) sink->waitDone();
  const double seconds = since(start);
  for (const auto& sink : sinks) {
    if (sink->tokens().size() != kTokens) giveUp("An answer was too short.");
  }
  return seconds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) giveUp("app_server_engine_bench MODEL_DIR [DEVICE] [CLIENTS] [ROUNDS]");
  engine::EngineOptions options;
  options.modelPath = argv[1];
  options.device = argc > 2 ? argv[2] : "cpu";
  const size_t clients = argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 64;
  const int rounds = argc > 4 ? std::atoi(argv[4]) : 5;
  options.dtype = engine::DTypeChoice::Auto;
  options.loadFormat = engine::LoadFormat::Dummy;
  app::ModelHost host;
  host.load(options);
  for (;; std::this_thread::sleep_for(std::chrono::milliseconds(5))) {
    const app::HostSnapshot now = host.snapshot();
    if (now.state == app::HostState::Failed) giveUp(now.error->message);
    if (now.state == app::HostState::Ready) break;
  }
  const std::shared_ptr<engine::Engine> engine = host.snapshot().engine;
  app::HttpServer server(host);
  app::ServerConfig config;
  config.port = 0;
  if (const auto started = server.start(config); !started.ok()) giveUp(started.error().message);

  std::mt19937 random(1);
  const auto prompts = [&] {
    std::vector<std::string> out(clients);
    for (std::string& prompt : out) prompt = makePrompt(random);
    return out;
  };
  static_cast<void>(direct(*engine, prompts()));
  static_cast<void>(throughServer(server.port(), prompts()));
  std::vector<double> throughs, directs;
  for (int round = 0; round < rounds; ++round) {
    directs.push_back(direct(*engine, prompts()));
    throughs.push_back(throughServer(server.port(), prompts()));
    std::printf("round %d: direct %.4f s, server %.4f s\n", round, directs.back(), throughs.back());
  }
  const double tokens = static_cast<double>(clients) * kTokens;
  std::printf("%zu clients of %d in, %d out: server %.0f tokens/s, engine %.0f tokens/s: %.1f %%\n", clients, kPrompt,
              kTokens, tokens / median(throughs), tokens / median(directs), 100 * median(directs) / median(throughs));
  return 0;
}
