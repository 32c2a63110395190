#include "tests/app/server/server_fixture.h"

#include <thread>

namespace app {

void ServerTest::startServer(test_support::FakeScript script, ServerConfig config) {
  m_made = std::make_shared<std::shared_ptr<test_support::FakeEngine>>();
  test_support::FakeLoad load;
  load.engine = std::move(script);
  load.steps = 1;
  m_host = std::make_unique<ModelHost>(test_support::makeFakeLoader(load, m_made));
  m_host->load({});
  for (int i = 0; i < 18000 && m_host->snapshot().state != HostState::Ready; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_EQ(m_host->snapshot().state, HostState::Ready);
  m_server = std::make_unique<HttpServer>(*m_host);
  config.port = 0;
  const auto started = m_server->start(config);
  ASSERT_TRUE(started.ok()) << started.error().message;
}

void ServerTest::startReal(engine::EngineOptions options, ServerConfig config) {
  options.modelPath = HEARTH_TEST_DATA "/goldens/gguf/llama-q8_0.gguf";
  options.dtype = engine::DTypeChoice::Float32;
  options.nThreads = 1;
  m_host = std::make_unique<ModelHost>();
  m_host->load(options);
  for (int i = 0; i < 10000 && m_host->snapshot().state != HostState::Ready; ++i) {
    ASSERT_NE(m_host->snapshot().state, HostState::Failed) << m_host->snapshot().error->message;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ASSERT_EQ(m_host->snapshot().state, HostState::Ready);
  m_server = std::make_unique<HttpServer>(*m_host);
  config.port = 0;
  ASSERT_TRUE(m_server->start(config).ok());
}

void ServerTest::startEmpty(ServerConfig config) {
  m_host = std::make_unique<ModelHost>(test_support::makeFakeLoader({}));
  m_server = std::make_unique<HttpServer>(*m_host);
  config.port = 0;
  ASSERT_TRUE(m_server->start(config).ok());
}

void ServerTest::TearDown() {
  m_server.reset();
  if (m_made) m_made->reset();
  m_host.reset();
}

RawResponse ServerTest::postText(std::string_view path, std::string_view body, std::string_view extra) {
  RawClient client(port());
  EXPECT_TRUE(client.connected());
  client.send(postRequest(port(), path, body, extra));
  return client.read();
}

RawResponse ServerTest::post(std::string_view path, const json& body, std::string_view extra) {
  return postText(path, body.dump(), extra);
}

RawResponse ServerTest::get(std::string_view path, std::string_view extra) {
  RawClient client(port());
  EXPECT_TRUE(client.connected());
  client.send(getRequest(port(), path, extra));
  return client.read();
}

RawResponse ServerTest::chat(const json& fields) {
  json body = chatBody();
  body.update(fields);
  return post("/v1/chat/completions", body);
}

std::vector<json> ServerTest::streamChat(json fields) {
  fields["stream"] = true;
  const RawResponse response = chat(fields);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_TRUE(response.complete);
  EXPECT_EQ(response.header("content-type"), "text/event-stream; charset=utf-8");
  std::vector<std::string> events = sseData(response.body);
  EXPECT_FALSE(events.empty());
  if (events.empty()) return {};
  EXPECT_EQ(events.back(), "[DONE]");
  events.pop_back();
  std::vector<json> chunks;
  for (const std::string& event : events) chunks.push_back(json::parse(event));
  return chunks;
}

bool ServerTest::engineIdle() {
  return engine().waitFor([](const engine::EngineStats& s) { return s.running == 0 && s.waiting == 0; });
}

bool ServerTest::realEngineIdle() {
  for (int i = 0; i < 4000; ++i) {
    const auto engine = m_host->snapshot().engine;
    const engine::EngineStats stats = engine ? engine->stats() : engine::EngineStats{};
    if (stats.running == 0 && stats.waiting == 0 && stats.kvBlocksUsed == 0) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

bool ServerTest::engineRuns(uint32_t count) {
  return engine().waitFor([count](const engine::EngineStats& s) { return s.running == count; });
}

json ServerTest::errorOf(const RawResponse& response) {
  const json body = json::parse(response.body, nullptr, false);
  EXPECT_TRUE(body.is_object() && body.contains("error")) << response.status << " " << response.body;
  EXPECT_EQ(response.header("content-type"), "application/json");
  if (!body.is_object() || !body.contains("error")) return json::object();
  const json& error = body["error"];
  for (const char* key : {"message", "type", "param", "code"}) EXPECT_TRUE(error.contains(key)) << key;
  EXPECT_TRUE(error["message"].is_string() && !error["message"].get<std::string>().empty());
  return error;
}

}  // namespace app
