#include "app/server/connection_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <new>

#include "app/server/transport/http_core.h"

namespace app {

namespace {

using std::chrono::seconds;

/// An unread body up to this size is read away after a refusal, so that the connection stays usable.
constexpr uint64_t kSkippedBody = 1 << 20;
/// All request bodies at one time, unless two of the largest size are more.
constexpr uint64_t kLeastBudget = 64 << 20;

bool isJsonType(const std::string* header) {
  if (header == nullptr) return false;
  std::string type = header->substr(0, header->find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return type == "application/json";
}

/// Now, as HTTP writes it; strftime would follow the program's language.
std::string httpDate() {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm t{};
  ::gmtime_r(&now, &t);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[static_cast<size_t>(t.tm_wday)], t.tm_mday,
                     kMonths[static_cast<size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

Reply failedReply(std::string message) {
  return errorReply({.status = 500, .message = std::move(message), .code = "internal_error"});
}

}  // namespace

ConnectionLoop::ConnectionLoop(ServingContext& context, Connection& connection, std::atomic<bool>& busy)
    : m_context(context),
      m_connection(connection),
      m_busy(busy),
      m_headLimits{context.config.limits.headerBytes, context.config.limits.targetBytes} {}

void ConnectionLoop::run() {
  for (bool first = true; !m_context.stopping && !m_context.retiring; first = false) {
    RequestHead head;
    std::optional<HttpFault> fault;
    if (!readHead(first, &head, &fault)) {
      if (fault) refuse(*fault);
      return;
    }
    m_busy = true;
    const Next next = serve(head);
    m_busy = false;
    if (next == Next::Close) break;
  }
  if (!m_connection.broken()) m_connection.lingeringClose();
}

bool ConnectionLoop::readHead(bool first, RequestHead* head, std::optional<HttpFault>* fault) {
  const ServerLimits& limits = m_context.config.limits;
  auto deadline = SteadyClock::now() + seconds(first ? limits.headerSeconds : limits.idleSeconds);
  bool begun = false;
  size_t scanned = 0;
  for (;;) {
    if (m_connection.pending().starts_with("\r\n") && scanned <= 2) {
      m_connection.take(2);  // an empty line before a request is allowed and means nothing
      scanned = 0;
    }
    const std::string_view pending = m_connection.pending();
    if (!pending.empty() && !begun) {
      begun = true;
      deadline = std::min(deadline, SteadyClock::now() + seconds(limits.headerSeconds));
    }
    const auto end = findHeadEnd(pending, m_headLimits, &scanned);
    if (const auto* bad = std::get_if<HttpFault>(&end)) {
      *fault = *bad;
      return false;
    }
    if (const size_t length = std::get<size_t>(end); length > 0) {
      auto parsed = parseRequestHead(pending.substr(0, length), m_headLimits);
      m_connection.take(length);
      if (const auto* bad = std::get_if<HttpFault>(&parsed)) {
        *fault = *bad;
        return false;
      }
      *head = std::move(std::get<RequestHead>(parsed));
      return true;
    }
    switch (m_connection.readMore(deadline)) {
      case ReadOutcome::Data:
        break;
      case ReadOutcome::Timeout:
        if (begun) *fault = HttpFault{408, "The request's headers did not arrive in time."};
        return false;
      case ReadOutcome::End:
      case ReadOutcome::Broken:
        return false;
    }
  }
}

std::shared_ptr<LiveEntry> ConnectionLoop::newEntry() {
  auto entry = std::make_shared<LiveEntry>();
  entry->id = m_context.server.nextRequest++;
  entry->requestId = fmt::format("req_{}{:08x}", m_context.idPrefix, entry->id);
  entry->started = SteadyClock::now();
  entry->startedAt = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  entry->signals = m_connection.signals();
  entry->client = m_connection.peerAddress();
  return entry;
}

void ConnectionLoop::refuse(const HttpFault& fault) {
  RequestHead head;
  Exchange exchange{m_context.server, m_context.config, m_connection, head, {}, {}, {}, {}, newEntry()};
  exchange.client = m_connection.peerAddress();
  Reply reply = errorReply(apiError(fault));
  addHeaders(exchange, reply);
  const int status = reply.status;
  HttpCore(m_connection).respond("GET", /*http11=*/true, /*close=*/true, std::move(reply));
  log(exchange, nullptr, status);
  if (!m_connection.broken()) m_connection.lingeringClose();
}

ConnectionLoop::Next ConnectionLoop::serve(const RequestHead& head) {
  Exchange exchange{m_context.server, m_context.config, m_connection, head, {}, {}, {}, {}, newEntry()};
  exchange.client = m_connection.peerAddress();
  const ServerLimits& limits = m_context.config.limits;
  const auto reserve = [&exchange, most = std::max(kLeastBudget, 2 * limits.bodyBytes)](uint64_t bytes) {
    return exchange.bodyShare.take(bytes, most);
  };
  BodyReader body(m_connection, head,
                  {.bytes = limits.bodyBytes,
                   .bytesPerSecond = limits.minBodyBytesPerSecond,
                   .idleSeconds = limits.idleSeconds,
                   .reserve = reserve});
  const Route* route = nullptr;
  Reply reply;
  try {
    reply = handle(exchange, body, &route);
  } catch (const std::bad_alloc&) {
    reply = errorReply({.status = 503, .message = "Memory ran out.", .code = "out_of_memory", .retryAfter = 5});
  } catch (const std::exception&) {
    reply = failedReply("The server failed to handle this request.");
  }
  addHeaders(exchange, reply);
  const int status = reply.status;
  const bool close = !head.keepAlive || reply.close || exchange.closeAfter || m_context.stopping ||
                     m_context.retiring || (!body.finished() && !body.canSkip(kSkippedBody)) ||
                     (reply.stream && !head.http11);
  bool sent = false;
  try {
    sent = HttpCore(m_connection).respond(head.method, head.http11, close, std::move(reply));
  } catch (const std::exception&) {
    sent = false;  // nothing can be said any more: the response has begun
  }
  const int logged = exchange.loggedStatus != 0 ? exchange.loggedStatus : status;
  if (exchange.entry->status == 0) exchange.entry->status = logged;
  if (route != nullptr && route->listed) {
    if (exchange.entry->phase < RequestPhase::Done) {
      exchange.entry->phase = logged < 400 ? RequestPhase::Done : RequestPhase::Failed;
    }
    m_context.server.table.end(exchange.entry);
  }
  log(exchange, route, logged);
  if (!sent || close || exchange.closeAfter) return Next::Close;
  return body.skip(kSkippedBody) ? Next::KeepAlive : Next::Close;
}

Reply ConnectionLoop::handle(Exchange& exchange, BodyReader& body, const Route** served) {
  RouteMatch match = findRoute(exchange.head.method, exchange.head.path);
  if (auto refused = letIn(exchange, match)) return std::move(*refused);
  *served = match.route;
  exchange.parameter = std::move(match.parameter);
  exchange.entry->endpoint = match.route->path;
  exchange.entry->client = exchange.client;
  if (match.route->listed) {
    if (const auto engine = m_context.server.host.snapshot().engine) {
      exchange.entry->model = ServerContext::servedName(m_context.config, *engine);
    }
    m_context.server.table.begin(exchange.entry);
    // stop() interrupts what is in the table; what comes later must see that by itself.
    if (m_context.stopping) exchange.entry->interruptWith(Interrupt::ServerStops);
  }
  if (exchange.head.method == "POST") {
    if (auto refused = readBody(exchange, body)) return std::move(*refused);
  }
  return match.route->handler(exchange);
}

std::optional<Reply> ConnectionLoop::letIn(Exchange& exchange, const RouteMatch& match) {
  const RequestHead& head = exchange.head;
  if (const auto refused = m_context.policy.check(head)) return errorReply(*refused);
  if (head.method == "OPTIONS" && (match.pathKnown || head.path == "*")) {
    const bool preflight = head.header("origin") != nullptr && head.header("access-control-request-method") != nullptr;
    if (preflight) return preflightReply(match.allow);
    Reply reply{.status = 204};
    if (match.pathKnown) reply.headers.emplace_back("Allow", match.allow);
    return reply;
  }
  const bool isPublic = match.route != nullptr && match.route->access == RouteAccess::Public;
  if (!isPublic && (m_context.keyRequired || !m_context.server.keys.empty())) {
    const auto key = m_context.server.keys.find(presentedKey(head));
    if (!key) {
      Reply reply = errorReply({.status = 401,
                                .message = "A valid API key is needed: Authorization: Bearer KEY.",
                                .code = "invalid_api_key"});
      reply.headers.emplace_back("WWW-Authenticate", "Bearer");
      return reply;
    }
    exchange.client = "key " + key->label;
    exchange.cacheSalt = key->salt;
  }
  if (!match.pathKnown) {
    return errorReply({.status = 404, .message = "There is nothing at this path.", .code = "not_found"});
  }
  if (match.route == nullptr) {
    Reply reply = errorReply(
        {.status = 405, .message = fmt::format("This path takes {}.", match.allow), .code = "method_not_allowed"});
    reply.headers.emplace_back("Allow", match.allow);
    return reply;
  }
  if (match.route->method == "POST" && !isJsonType(head.header("content-type"))) {
    return errorReply(
        {.status = 415, .message = "The Content-Type must be application/json.", .code = "unsupported_media_type"});
  }
  return std::nullopt;
}

std::optional<Reply> ConnectionLoop::readBody(Exchange& exchange, BodyReader& body) {
  const bool tooLong = exchange.head.contentLength.value_or(0) > m_context.config.limits.bodyBytes;
  if (exchange.head.expectContinue && !tooLong && exchange.head.hasBody()) {
    m_connection.write("HTTP/1.1 100 Continue\r\n\r\n");
    m_connection.flush();
  }
  const auto fault = body.readAll(&exchange.body);
  if (!fault) return std::nullopt;
  ApiError error = apiError(*fault);
  if (error.status == 503) {
    error.code = "too_much_at_once";
    error.retryAfter = 1;
  }
  Reply reply = errorReply(error);
  reply.close = !body.canSkip(kSkippedBody);
  return reply;
}

void ConnectionLoop::addHeaders(const Exchange& exchange, Reply& reply) const {
  reply.headers.emplace_back("x-request-id", exchange.entry->requestId);
  reply.headers.emplace_back("Date", httpDate());
  reply.headers.emplace_back("Cache-Control", "no-store");
  reply.headers.emplace_back("X-Content-Type-Options", "nosniff");
  if (const std::string origin = m_context.policy.allowedOrigin(exchange.head); !origin.empty()) {
    reply.headers.emplace_back("Access-Control-Allow-Origin", origin);
    reply.headers.emplace_back("Access-Control-Expose-Headers", "x-request-id, Retry-After");
    reply.headers.emplace_back("Vary", "Origin");
  }
}

void ConnectionLoop::log(const Exchange& exchange, const Route* route, int status) const {
  m_context.server.metrics.countRequest(route != nullptr ? route->path : "other", status);
  ++m_context.server.requests;
  constexpr int kClientLeft = 499;
  if (status >= 400 && status != kClientLeft) ++m_context.server.refused;
  const LiveEntry& entry = *exchange.entry;
  std::string text = fmt::format("{} {} {} {} {:.3f} s", exchange.client, exchange.head.method,
                                 exchange.head.path.substr(0, 200), status, entry.seconds());
  if (entry.promptTokens > 0) text += fmt::format(" {} + {} tokens", entry.promptTokens, entry.generatedTokens);
  text += " " + entry.requestId;
  m_context.server.log.add(status >= 500 ? "error" : status >= 400 ? "warning" : "info", text);
}

}  // namespace app
