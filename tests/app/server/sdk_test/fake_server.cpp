// Three servers over fake engines, for clients in other languages: a plain one, one that needs the key "sk-test", and
// one whose answers fail after three tokens. Prints their base URLs, one a line, and ends with its standard input.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "app/http_server.h"
#include "tests/support/fake_engine.h"

namespace {

test_support::FakeLoad loadOf(test_support::FakeScript script) {
  test_support::FakeLoad load;
  load.engine = std::move(script);
  return load;
}

struct Program {
  explicit Program(test_support::FakeScript script, app::ServerConfig config = {})
      : host(test_support::makeFakeLoader(loadOf(std::move(script)))), server(host) {
    host.load({});
    while (host.snapshot().state != app::HostState::Ready) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    config.port = 0;
    const auto started = server.start(config);
    std::cout << (started.ok() ? server.baseUrl() : started.error().message) << std::endl;
  }
  app::ModelHost host;
  app::HttpServer server;
};

}  // namespace

int main() {
  test_support::FakeScript script;
  script.contextLength = 1u << 16;
  script.tokenDelay = std::chrono::microseconds(200);
  Program plain(script);
  app::ServerConfig keyed;
  keyed.apiKeys = {{"test", "sk-test"}};
  Program withKey(script, keyed);
  script.failError = engine::Error{engine::ErrorCode::Internal, "the device is gone"};
  script.failAfterTokens = 3;
  Program failing(script);
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  return 0;
}
