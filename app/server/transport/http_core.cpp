#include "app/server/transport/http_core.h"

#include <httplib.h>

#include <algorithm>

namespace app {

namespace {

/// What cpp-httplib reads is a head that we wrote; what it writes goes to the connection.
class CannedStream : public httplib::Stream {
 public:
  CannedStream(Connection& connection, std::string head) : m_connection(connection), m_head(std::move(head)) {}

  bool is_readable() const override { return m_at < m_head.size(); }
  bool is_writable() const override { return !m_connection.broken(); }
  ssize_t read(char* data, size_t size) override {
    const size_t count = std::min(size, m_head.size() - m_at);
    std::copy_n(m_head.data() + m_at, count, data);
    m_at += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* data, size_t size) override {
    return m_connection.write({data, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = m_connection.peerAddress();
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return -1; }

 private:
  Connection& m_connection;
  std::string m_head;
  size_t m_at = 0;
};

class SinkWriter : public BodyWriter {
 public:
  SinkWriter(Connection& connection, httplib::DataSink& sink) : m_connection(connection), m_sink(sink) {}
  bool write(std::string_view data) override {
    return data.empty() || (m_sink.write(data.data(), data.size()) && m_connection.flush());
  }

 private:
  Connection& m_connection;
  httplib::DataSink& m_sink;
};

}  // namespace

struct HttpCore::Impl : private httplib::Server {
  explicit Impl(Connection& target) : connection(target) {
    // cpp-httplib ends streamed bodies when its listening socket is gone. It never has one here; any number but -1 will
    // do, since nothing is ever done with it.
    svr_sock_ = 0;
    set_pre_routing_handler([this](const httplib::Request&, httplib::Response& response) {
      fill(response);
      return HandlerResponse::Handled;
    });
    set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      // Promises that are not ours: a count and a time of its own listener, and ranges.
      response.headers.erase("Keep-Alive");
      response.headers.erase("Accept-Ranges");
    });
  }

  void fill(httplib::Response& response) {
    response.status = reply.status;
    for (const auto& [name, value] : reply.headers) response.headers.emplace(name, value);
    if (reply.stream) {
      const auto provider = [this](size_t, httplib::DataSink& sink) {
        SinkWriter writer(connection, sink);
        if (!reply.stream(writer)) return false;
        sink.done();
        return true;
      };
      if (http11) {
        response.set_chunked_content_provider(reply.contentType, provider);
      } else {
        response.set_content_provider(reply.contentType, provider);
      }
    } else if (reply.status != 204) {
      // set_content() would copy the body.
      response.body = std::move(reply.body);
      response.set_header("Content-Type", reply.contentType);
    }
  }

  bool respond(std::string_view method, bool close) {
    std::string head(method == "HEAD" ? "HEAD" : "GET");
    head += close ? " / HTTP/1.1\r\nConnection: close\r\n\r\n" : " / HTTP/1.1\r\n\r\n";
    CannedStream stream(connection, std::move(head));
    bool ignored = false;
    const bool done = process_request(stream, close, ignored, nullptr);
    return connection.flush() && done;
  }

  Connection& connection;
  Reply reply;
  bool http11 = true;
};

HttpCore::HttpCore(Connection& connection) : m_impl(std::make_unique<Impl>(connection)) {}

HttpCore::~HttpCore() = default;

bool HttpCore::respond(std::string_view method, bool http11, bool close, Reply reply) {
  m_impl->reply = std::move(reply);
  m_impl->http11 = http11;
  return m_impl->respond(method, close);
}

}  // namespace app
