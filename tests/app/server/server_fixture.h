// A server over a FakeEngine on a free port of 127.0.0.1.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "app/http_server.h"
#include "tests/app/server/raw_client.h"
#include "tests/support/fake_engine.h"

namespace app {

using nlohmann::json;
using test_support::getRequest;
using test_support::postRequest;
using test_support::RawClient;
using test_support::RawResponse;
using test_support::sseData;

class ServerTest : public ::testing::Test {
 protected:
  /// Loads the fake model and starts the server; call first.
  void startServer(test_support::FakeScript script = {}, ServerConfig config = {});
  /// A server over the engine itself with the repository's tiny model, exact and on one thread.
  void startReal(engine::EngineOptions options = {}, ServerConfig config = {});
  /// A server without a model.
  void startEmpty(ServerConfig config = {});
  void TearDown() override;

  test_support::FakeEngine& engine() { return **m_made; }
  HttpServer& server() { return *m_server; }
  ModelHost& host() { return *m_host; }
  uint16_t port() const { return m_server->port(); }

  /// One request on a connection of its own.
  RawResponse post(std::string_view path, const json& body, std::string_view extra = "");
  RawResponse postText(std::string_view path, std::string_view body, std::string_view extra = "");
  RawResponse get(std::string_view path, std::string_view extra = "");
  RawResponse chat(const json& fields = json::object());
  /// The chunks of a streamed chat, [DONE] left out; checks the framing.
  std::vector<json> streamChat(json fields = json::object());

  /// Waits until the engine has neither running nor waiting requests.
  bool engineIdle();
  /// The same of an engine that is not a fake one.
  bool realEngineIdle();
  /// Waits until `count` requests run.
  bool engineRuns(uint32_t count);

  /// Lets go of our own hold on the engine.
  void releaseFakeEngine() { m_made->reset(); }

  static json chatBody(const std::string& text = "Hello") {
    return {{"messages", {{{"role", "user"}, {"content", text}}}}};
  }
  /// Checks that a body is a complete error object and gives it.
  static json errorOf(const RawResponse& response);

 private:
  std::shared_ptr<std::shared_ptr<test_support::FakeEngine>> m_made;
  std::unique_ptr<ModelHost> m_host;
  std::unique_ptr<HttpServer> m_server;
};

}  // namespace app
