// The HTTP server over a fake engine, on a free port of 127.0.0.1.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "app/http_server.h"
#include "tests/app/server/raw_client.h"
#include "tests/fuzz/targets.h"
#include "tests/support/fake_engine.h"

namespace fuzz {

namespace {

using test_support::RawClient;
using test_support::RawResponse;

constexpr double kPatience = 60;

class Server {
 public:
  Server() : m_host(test_support::makeFakeLoader({})), m_server(m_host) {
    m_host.load({});
    while (m_host.snapshot().state != app::HostState::Ready) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    app::ServerConfig config;
    config.port = 0;
    config.apiKeys = {};
    if (!m_server.start(config).ok()) return;
    m_port = m_server.port();
  }
  uint16_t port() const { return m_port; }

  bool alive() const {
    RawClient client(m_port);
    return client.send(test_support::getRequest(m_port, "/health")) && client.read(kPatience).status == 200;
  }

 private:
  app::ModelHost m_host;
  app::HttpServer m_server;
  uint16_t m_port = 0;
};

const std::vector<std::string_view> kHttpWords = {"\r\n",
                                                  "\r\n\r\n",
                                                  "\n",
                                                  "\r",
                                                  " ",
                                                  "\t",
                                                  ":",
                                                  "%",
                                                  "%2e%2e/",
                                                  "/",
                                                  "?",
                                                  "HTTP/1.0",
                                                  "HTTP/1.1",
                                                  "GET ",
                                                  "HEAD ",
                                                  "POST ",
                                                  "OPTIONS ",
                                                  "/v1/models/",
                                                  "/metrics",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "Content-Length: ",
                                                  "Expect: 100-continue\r\n",
                                                  "Connection: close\r\n",
                                                  "Connection: keep-alive\r\n",
                                                  "Origin: http://localhost\r\n",
                                                  "Authorization: Bearer x\r\n",
                                                  "0\r\n\r\n",
                                                  "ffffffffffffffff\r\n",
                                                  std::string_view("\0", 1),
                                                  "\xff"};

const std::vector<std::string_view> kBodyWords = {
    "{",          "}",         "[",        "]",          ",",     ":",        "null",      "true",           "\"\"",
    "{}",         "[]",        "0",        "-1",         "1e400", "\\u",      "\\ud83d",   "\"\\u0000\"",    "[[[[[",
    "{\"a\":",    "\xff",      "\"stop\"", "\"stream\"", "\"n\"", "\"user\"", "\"tools\"", "\"logit_bias\"", "\"seed\"",
    "\"prompt\"", "\"tokens\""};

/// A socket's input may be any bytes: the server answers in HTTP or closes, and goes on.
Outcome sendBytes(const Server& server, const std::string& input) {
  RawClient client(server.port());
  if (!client.connected()) return {.fault = "the server takes no connections"};
  client.send(input);
  client.halfClose();
  const std::string start = client.readUntil("\r\n", kPatience);
  if (!start.empty() && start.rfind("HTTP/1.1 ", 0) != 0) return {.fault = "the answer is no HTTP: " + start};
  if (!client.closedWithin(kPatience)) return {.fault = "the connection stays open"};
  return {.accepted = start.rfind("HTTP/1.1 200", 0) == 0};
}

/// Any body is answered with 200, or refused with an error object that says why.
Outcome sendBody(const Server& server, std::string_view path, const std::string& body) {
  RawClient client(server.port());
  client.send(test_support::postRequest(server.port(), path, body, "Connection: close\r\n"));
  const RawResponse response = client.read(kPatience);
  if (!response.complete) return {.fault = fmt::format("{} gave no whole answer", path)};
  if (response.status == 200) return {.accepted = true};
  const auto json = nlohmann::json::parse(response.body, nullptr, false);
  if (response.status < 400 || response.status >= 500 || !json.is_object() || !json.contains("error") ||
      !json["error"].value("message", nlohmann::json()).is_string()) {
    return {.fault = fmt::format("{} gave {}: {}", path, response.status, response.body.substr(0, 500))};
  }
  return {};
}

std::string wholeRequest(uint16_t port, const std::string& line, const std::string& headers, const std::string& body) {
  return fmt::format("{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{}\r\n{}", line, port, headers, body);
}

}  // namespace

Target httpTarget(const std::filesystem::path&) {
  const auto server = std::make_shared<Server>();
  const uint16_t port = server->port();
  const std::string json = "Content-Type: application/json\r\n";
  const std::string body = R"({"messages":[{"role":"user","content":"hi"}],"max_tokens":4})";
  Target target;
  target.seeds = {{wholeRequest(port, "GET /health", "", "")},
                  {wholeRequest(port, "POST /v1/chat/completions",
                                fmt::format("{}Content-Length: {}\r\n", json, body.size()), body)},
                  {wholeRequest(port, "POST /v1/chat/completions", json + "Transfer-Encoding: chunked\r\n",
                                fmt::format("{:x};a=b\r\n{}\r\n0\r\nTrailer: x\r\n\r\n", body.size(), body))},
                  {wholeRequest(port, "GET /v1/models?x=%20", "Accept: */*\r\nAuthorization: Bearer sk-1\r\n", "") +
                   wholeRequest(port, "HEAD /v1/models/fake-model", "Connection: close\r\n", "")},
                  {wholeRequest(port, "OPTIONS /tokenize",
                                "Origin: http://localhost:3000\r\nAccess-Control-Request-Method: POST\r\n", "") +
                   wholeRequest(port, "POST /tokenize", json + "Expect: 100-continue\r\nContent-Length: 14\r\n",
                                R"({"prompt":"a"})")}};
  target.words = kHttpWords;
  target.run = [server, count = 0u](const std::string& input) mutable {
    const Outcome outcome = sendBytes(*server, input);
    if (outcome.fault.empty() && ++count % 64 == 0 && !server->alive()) return Outcome{.fault = "/health fails"};
    return outcome;
  };
  return target;
}

Target requestTarget(const std::filesystem::path&) {
  Target target;
  target.seeds = {
      {R"({"model":"fake-model","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text",)"
       R"("text":"hi"}]}],"temperature":0.5,"top_p":0.9,"max_tokens":8,"n":2,"stop":["x","y"],"seed":7,"logprobs":true,)"
       R"("top_logprobs":2,"stream":true,"stream_options":{"include_usage":true},"logit_bias":{"5":-100},"user":"u"})"},
      {R"({"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":)"
       R"("function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"5","tool_call_id":"c"}],)"
       R"("tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}],"tool_choice":"auto",)"
       R"("presence_penalty":0.1,"frequency_penalty":0.1,"max_completion_tokens":4,"min_p":0.1,"top_k":3,)"
       R"("chat_template_kwargs":{"a":1},"ignore_eos":true,"repetition_penalty":1.1})"},
      {R"({"prompt":["One two","three"],"max_tokens":4,"echo":true,"logprobs":3,"best_of":1,"suffix":null})"},
      {R"({"prompt":[72,101,108],"max_tokens":4,"stream":true})"},
      {R"({"prompt":"a b","add_special_tokens":true,"parse_special":true})"},
      {R"({"tokens":[72,101,108,108,111],"model":"fake-model"})"}};
  target.words = kBodyWords;
  target.run = [server = std::make_shared<Server>()](const std::string& input) {
    bool accepted = false;
    for (const char* path : {"/v1/chat/completions", "/v1/completions", "/tokenize", "/detokenize"}) {
      Outcome outcome = sendBody(*server, path, input);
      if (!outcome.fault.empty()) return outcome;
      accepted = accepted || outcome.accepted;
    }
    return Outcome{.accepted = accepted};
  };
  return target;
}

}  // namespace fuzz
