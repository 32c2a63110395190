#include "app/http_server.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <random>
#include <thread>

#include "app/server/address.h"
#include "app/server/connection_loop.h"
#include "app/server/transport/listener.h"
#include "app/server/transport/worker_pool.h"

namespace app {

namespace {

using std::chrono::milliseconds;

/// What stop() gives answers to say their last word, and then stalled connections to notice their end.
constexpr milliseconds kLastWords{400}, kCutOff{300};

double secondsNow() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string randomPrefix() {
  std::random_device source;
  return fmt::format("{:08x}{:08x}", source(), source());
}

/// Sent by the listener itself, before any request is read.
std::string fullResponse(const std::string& idPrefix) {
  const std::string body = errorBody(
      {.status = 503, .message = "The server has as many connections as it may.", .code = "too_many_connections"});
  return fmt::format(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\nRetry-After: 1\r\n"
      "Cache-Control: no-store\r\nx-request-id: req_{}00000000\r\nConnection: close\r\n\r\n{}",
      body.size(), idPrefix, body);
}

/// Each connection takes two descriptors. Raises the process's soft limit as far as the hard one allows.
void allowDescriptors(uint64_t connections) {
  constexpr uint64_t kOthers = 256;
  const uint64_t wanted = 2 * connections + kOthers;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min<uint64_t>(wanted, limit.rlim_max);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// One start of the server until its stop. Connections hold it, so it may outlive stop() by a moment.
class Serving : public std::enable_shared_from_this<Serving> {
 public:
  Serving(std::shared_ptr<ServerContext> server, ServerConfig config, uint16_t port)
      : m_server(std::move(server)),
        m_config(std::move(config)),
        m_policy(m_config, port),
        m_context{*m_server, m_config, m_policy, randomPrefix()},
        m_pool(m_config.limits.connections) {
    m_context.keyRequired = !isLoopbackHost(m_config.host);
  }

  void listen(ListeningSockets sockets) {
    m_listener = std::make_unique<Listener>(std::move(sockets), fullResponse(m_context.idPrefix),
                                            [this](int fd, std::string peer) { return accept(fd, std::move(peer)); });
  }

  const ServerConfig& config() const { return m_config; }

  /// Closes the port alone; connections go on.
  void closePort() { m_listener.reset(); }
  /// Another address took over: connections end with the request that they are at.
  void retire() {
    m_context.retiring = true;
    closeSockets(/*busyToo=*/false);
  }
  bool gone() {
    const std::lock_guard lock(m_mutex);
    return m_open.empty();
  }

  /// Closes the port, ends answers and connections. True when all are gone.
  bool stop() {
    m_listener.reset();
    m_context.stopping = true;
    m_server->table.interruptAll(Interrupt::ServerStops);
    closeSockets(/*busyToo=*/false);
    std::unique_lock lock(m_mutex);
    const auto allGone = [this] { return m_open.empty(); };
    if (m_gone.wait_for(lock, kLastWords, allGone)) return true;
    lock.unlock();
    closeSockets(/*busyToo=*/true);
    lock.lock();
    return m_gone.wait_for(lock, kCutOff, allGone);
  }

  /// Waits for connections that stop() could not end at once (a handler deep in a long prompt).
  void waitUntilGone() {
    std::unique_lock lock(m_mutex);
    m_gone.wait(lock, [this] { return m_open.empty(); });
  }

 private:
  struct Open {
    int fd = -1;
    std::shared_ptr<ConnectionSignals> signals;
    std::atomic<bool> busy = false;
  };

  bool accept(int fd, std::string peer) {
    std::list<Open>::iterator open;
    {
      const std::lock_guard lock(m_mutex);
      if (m_open.size() >= m_config.limits.connections) return false;
      open = m_open.emplace(m_open.end());
      open->fd = fd;
    }
    const bool running = m_pool.run([this, open, peer = std::move(peer)]() mutable { serve(open, std::move(peer)); });
    if (running) return true;
    const std::lock_guard lock(m_mutex);
    m_open.erase(open);
    m_gone.notify_all();
    return false;
  }

  void serve(std::list<Open>::iterator open, std::string peer) {
    {
      Connection connection(open->fd, std::move(peer));
      {
        const std::lock_guard lock(m_mutex);
        open->signals = connection.signals();
      }
      ++m_server->connections;
      // Without its wakeup (the process is out of descriptors) a connection could not be told anything.
      if (connection.signals()->wakeup.fd() >= 0) ConnectionLoop(m_context, connection, open->busy).run();
      --m_server->connections;
      const std::lock_guard lock(m_mutex);
      open->signals.reset();  // from here on closeSockets leaves the descriptor alone
    }
    const std::lock_guard lock(m_mutex);
    m_open.erase(open);
    m_gone.notify_all();
  }

  void closeSockets(bool busyToo) {
    const std::lock_guard lock(m_mutex);
    for (Open& open : m_open) {
      if (!open.signals || (open.busy && !busyToo)) continue;
      open.signals->stopWriting = true;
      ::shutdown(open.fd, SHUT_RDWR);
    }
  }

  std::shared_ptr<ServerContext> m_server;
  ServerConfig m_config;
  AccessPolicy m_policy;
  ServingContext m_context;
  std::mutex m_mutex;
  std::condition_variable m_gone;
  std::list<Open> m_open;
  WorkerPool m_pool;
  std::unique_ptr<Listener> m_listener;
};

}  // namespace

struct HttpServer::Impl {
  explicit Impl(ModelHost& modelHost) : host(modelHost), context(std::make_shared<ServerContext>(modelHost)) {}

  ModelHost& host;
  std::shared_ptr<ServerContext> context;
  int hostListener = 0;

  std::mutex control;        ///< start and stop, one at a time
  mutable std::mutex mutex;  ///< guards what follows
  ServerState state = ServerState::Off;
  uint16_t port = 0;
  std::string boundHost;
  std::shared_ptr<Serving> serving;
  std::vector<std::shared_ptr<Serving>> ending;

  void setState(ServerState next, uint16_t boundPort) {
    {
      const std::lock_guard lock(mutex);
      state = next;
      port = boundPort;
    }
    context->table.changed();
  }

  void stop(ServerState next) {
    std::shared_ptr<Serving> old;
    {
      const std::lock_guard lock(mutex);
      old.swap(serving);
    }
    if (old) {
      context->log.add("info", "server stopped");
      if (!old->stop()) ending.push_back(old);
    }
    for (const auto& retired : ending) retired->stop();
    forgetGone();
    context->since = 0;
    setState(next, 0);
  }

  void forgetGone() {
    std::erase_if(ending, [](const std::shared_ptr<Serving>& one) { return one->gone(); });
  }

  /// Refuses what may not be listened on with this configuration.
  engine::Result<void> check(const ServerConfig& config) const {
    if (isLoopbackHost(config.host) || !config.apiKeys.empty()) return {};
    return engine::Error{
        engine::ErrorCode::InvalidArgument,
        fmt::format("Listening on {} opens the server to other machines and needs an API key.", config.host),
        "api-keys"};
  }

  /// Serves on sockets that are bound already.
  void serve(const ServerConfig& config, ListeningSockets sockets) {
    const uint16_t boundPort = sockets.port();
    allowDescriptors(config.limits.connections);
    context->draining = false;
    context->keys.replace(config.apiKeys);
    auto next = std::make_shared<Serving>(context, config, boundPort);
    next->listen(std::move(sockets));
    {
      const std::lock_guard lock(mutex);
      serving = std::move(next);
      boundHost = config.host;
    }
    context->log.add("info", fmt::format("server listens on {} port {}", config.host, boundPort));
    setState(ServerState::On, boundPort);
  }
};

HttpServer::HttpServer(ModelHost& host) : m_impl(std::make_unique<Impl>(host)) {
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  m_impl->context->modelSince = now();
  m_impl->hostListener = host.addListener([context = m_impl->context, now](const HostSnapshot& snapshot) {
    if (snapshot.state == HostState::Ready) context->modelSince = now();
    if (snapshot.state == HostState::Unloading) context->table.interruptAll(Interrupt::ModelUnloads);
  });
}

HttpServer::~HttpServer() {
  stop();
  m_impl->host.removeListener(m_impl->hostListener);
  for (const auto& serving : m_impl->ending) serving->waitUntilGone();
}

engine::Result<void> HttpServer::start(const ServerConfig& config) {
  const std::lock_guard control(m_impl->control);
  m_impl->stop(ServerState::Off);
  if (const auto checked = m_impl->check(config); !checked) {
    m_impl->setState(ServerState::Failed, 0);
    return checked.error();
  }
  auto sockets = ListeningSockets::bind(config.host, config.port);
  if (!sockets.ok()) {
    m_impl->setState(ServerState::Failed, 0);
    m_impl->context->log.add("error", sockets.error().message);
    return sockets.error();
  }
  m_impl->context->since = secondsNow();
  m_impl->context->requests = 0;
  m_impl->context->refused = 0;
  m_impl->serve(config, std::move(sockets).value());
  return {};
}

engine::Result<void> HttpServer::reconfigure(const ServerConfig& config) {
  std::shared_ptr<Serving> old;
  {
    const std::lock_guard lock(m_impl->mutex);
    old = m_impl->serving;
  }
  if (!old) return start(config);
  const std::lock_guard control(m_impl->control);
  ENGINE_RETURN_IF_ERROR(m_impl->check(config));
  // The same port cannot be bound twice, not even for another address, so the old one goes first.
  const uint16_t oldPort = port();
  old->closePort();
  auto sockets = ListeningSockets::bind(config.host, config.port);
  if (!sockets.ok()) {
    m_impl->context->log.add("error", sockets.error().message);
    auto again = ListeningSockets::bind(old->config().host, oldPort);
    if (again.ok()) {
      old->listen(std::move(again).value());
    } else {
      m_impl->stop(ServerState::Failed);
    }
    return sockets.error();
  }
  old->retire();
  m_impl->forgetGone();
  m_impl->ending.push_back(std::move(old));
  m_impl->serve(config, std::move(sockets).value());
  return {};
}

void HttpServer::stop() {
  const std::lock_guard control(m_impl->control);
  m_impl->stop(ServerState::Off);
}

void HttpServer::drain(double seconds) {
  m_impl->context->draining = true;
  const auto deadline = SteadyClock::now() + std::chrono::duration<double>(seconds);
  while (m_impl->context->table.running() > 0 && SteadyClock::now() < deadline) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  stop();
}

ServerState HttpServer::state() const {
  const std::lock_guard lock(m_impl->mutex);
  return m_impl->state;
}

uint16_t HttpServer::port() const {
  const std::lock_guard lock(m_impl->mutex);
  return m_impl->port;
}

std::string HttpServer::baseUrl() const {
  const std::lock_guard lock(m_impl->mutex);
  std::string host = m_impl->boundHost;
  if (host.empty() || host == "0.0.0.0" || host == "::" || host == "[::]") host = "127.0.0.1";
  if (host.find(':') != std::string::npos && host.front() != '[') host = "[" + host + "]";
  return fmt::format("http://{}:{}/v1", host, m_impl->port);
}

void HttpServer::setApiKeys(std::vector<ApiKey> keys) {
  m_impl->context->keys.replace(keys);
}

std::vector<LiveRequest> HttpServer::requests() const {
  return m_impl->context->table.list();
}

void HttpServer::cancelRequest(uint64_t id) {
  m_impl->context->table.interrupt(id, Interrupt::CancelledHere);
}

std::vector<ServerLogLine> HttpServer::logSince(uint64_t* cursor) const {
  return m_impl->context->log.since(cursor);
}

void HttpServer::forgetEnded() {
  m_impl->context->table.forgetEnded();
}

ServerFacts HttpServer::facts() const {
  const ServerContext& context = *m_impl->context;
  return {context.since, context.requests, context.refused};
}

void HttpServer::setRecording(bool on) {
  m_impl->context->recorder.setOn(on);
  m_impl->context->table.changed();
}

RecordingFacts HttpServer::recording() const {
  return m_impl->context->recorder.facts();
}

std::optional<RequestRecord> HttpServer::record(uint64_t id) const {
  return m_impl->context->recorder.find(id);
}

void HttpServer::clearRecords() {
  m_impl->context->recorder.clear();
  m_impl->context->table.changed();
}

void HttpServer::setChangeListener(std::function<void()> listener) {
  m_impl->context->table.setChangeListener(std::move(listener));
}

uint16_t nextFreePort(const std::string& host, uint16_t port) {
  constexpr uint32_t kTries = 100;
  for (uint32_t candidate = port; candidate < port + kTries && candidate <= UINT16_MAX; ++candidate) {
    if (candidate != 0 && ListeningSockets::bind(host, static_cast<uint16_t>(candidate)).ok()) {
      return static_cast<uint16_t>(candidate);
    }
  }
  return 0;
}

}  // namespace app
