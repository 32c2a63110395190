// What the server adds to the engine: requests per second over loopback and the cost of a streamed token, with an
// engine that answers at once. Run by hand: build/release/tests/app_server_bench
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "app/http_server.h"
#include "tests/app/server/raw_client.h"
#include "tests/support/fake_engine.h"

namespace {

using Clock = std::chrono::steady_clock;
using test_support::postRequest;
using test_support::RawClient;

constexpr double kSeconds = 2;
/// Few enough to fit a connection's buffer whole: this engine is faster than any reader, and would be cut off.
constexpr int kTokens = 8'000;
constexpr int kRounds = 15;
/// Of a stream: the role, the finish reason, [DONE].
constexpr int kOtherEvents = 3;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

double since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Answered requests per second of so many clients, each on one connection.
double requestRate(uint16_t port, const std::string& request, int clients) {
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  const auto start = Clock::now();
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      RawClient client(port);
      while (since(start) < kSeconds && client.send(request) && client.read().status == 200) ++answered;
    });
  }
  for (std::thread& thread : threads) thread.join();
  return answered / since(start);
}

/// Seconds for `clients` streams of kTokens tokens each, through the server.
double streamSeconds(uint16_t port, int clients) {
  const std::string body = R"({"messages":[{"role":"user","content":"abcdefgh"}],"stream":true,"ignore_eos":true,)"
                           R"("max_tokens":)" +
                           std::to_string(kTokens) + "}";
  std::vector<std::thread> threads;
  const auto start = Clock::now();
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&] {
      RawClient client(port);
      client.send(postRequest(port, "/v1/chat/completions", body));
      const std::string answer = client.read(60).body;
      const auto tokens = static_cast<int>(test_support::sseData(answer).size()) - kOtherEvents;
      if (!answer.ends_with("data: [DONE]\n\n") || tokens != kTokens) {
        std::printf("A stream ended after %d of %d tokens: the figures mean nothing.\n", tokens, kTokens);
        std::exit(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return since(start);
}

/// The same straight from the engine.
double directSeconds(test_support::FakeEngine& engine, int clients) {
  std::vector<std::shared_ptr<test_support::CollectingSink>> sinks;
  const auto start = Clock::now();
  for (int i = 0; i < clients; ++i) {
    engine::GenerationRequest request;
    request.prompt = {'a', 'b'};
    request.ignoreEos = true;
    request.maxTokens = kTokens;
    sinks.push_back(std::make_shared<test_support::CollectingSink>());
    if (!engine.submit(request, sinks.back()).ok()) std::puts("a request was refused");
  }
  for (const auto& sink : sinks) sink->waitDone();
  return since(start);
}

}  // namespace

int main() {
  test_support::FakeScript script;
  script.contextLength = 1u << 20;
  auto made = std::make_shared<std::shared_ptr<test_support::FakeEngine>>();
  test_support::FakeLoad load;
  load.engine = script;
  app::ModelHost host(test_support::makeFakeLoader(load, made));
  host.load({});
  while (host.snapshot().state != app::HostState::Ready) std::this_thread::sleep_for(std::chrono::milliseconds(2));
  app::HttpServer server(host);
  app::ServerConfig config;
  config.port = 0;
  if (!server.start(config).ok()) return 1;
  const uint16_t port = server.port();
  const std::string models = test_support::getRequest(port, "/v1/models");
  const std::string chat =
      postRequest(port, "/v1/chat/completions", R"({"messages":[{"role":"user","content":"Hello"}],"max_tokens":1})");
  for (const int clients : {1, 8}) {
    std::printf("GET /v1/models, %d clients: %.0f requests/s\n", clients, requestRate(port, models, clients));
    std::printf("chat of one token, %d clients: %.0f requests/s\n", clients, requestRate(port, chat, clients));
  }
  for (const int clients : {1, 8}) {
    const double tokens = static_cast<double>(kTokens) * clients;
    std::vector<double> throughs, directs;
    for (int round = 0; round < kRounds; ++round) {
      throughs.push_back(streamSeconds(port, clients));
      directs.push_back(directSeconds(**made, clients));
    }
    const double through = median(throughs);
    const double direct = median(directs);
    std::printf("%d streams: %.0f tokens/s, %.2f us a token over the engine's own %.2f us\n", clients, tokens / through,
                (through - direct) / tokens * 1e6, direct / tokens * 1e6);
  }
  made->reset();
  return 0;
}
