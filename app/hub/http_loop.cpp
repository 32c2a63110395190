#include "app/hub/http_loop.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "app/hub/names.h"
#include "engine/text.h"

namespace app::hub {

namespace {

constexpr int kMostRedirects = 8;
constexpr size_t kMostHeaderBytes = 256u << 10, kMostHeaders = 200;
constexpr double kLeastBytesPerSecond = 1000;

double secondsBetween(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

bool isRedirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

struct UrlParts {
  std::string scheme, host, port;
};

std::optional<UrlParts> partsOf(const std::string& url) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return std::nullopt;
  UrlParts out;
  for (const auto& [part, text] : {std::pair(CURLUPART_SCHEME, &out.scheme), std::pair(CURLUPART_HOST, &out.host),
                                   std::pair(CURLUPART_PORT, &out.port)}) {
    char* value = nullptr;
    if (curl_url_get(parsed.get(), part, &value, CURLU_DEFAULT_PORT) != CURLUE_OK) return std::nullopt;
    *text = lowerCase(value);
    curl_free(value);
  }
  if (out.scheme != "http" && out.scheme != "https") return std::nullopt;
  return out;
}

/// `location` as seen from `base`, empty when it makes no address.
std::string resolved(const std::string& base, const std::string& location) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(curl_url(), curl_url_cleanup);
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK ||
      curl_url_set(parsed.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) {
    return {};
  }
  char* value = nullptr;
  if (curl_url_get(parsed.get(), CURLUPART_URL, &value, 0) != CURLUE_OK) return {};
  std::string out = value;
  curl_free(value);
  return out;
}

bool isLoopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

bool isKeptOverRedirects(std::string_view name) {
  return name.starts_with("x-linked-") || name == "x-repo-commit" || name.starts_with("x-error-");
}

}  // namespace

std::string originOf(const std::string& url) {
  const auto parts = partsOf(url);
  return parts ? fmt::format("{}://{}:{}", parts->scheme, parts->host, parts->port) : std::string();
}

std::string redirectTarget(const std::string& from, const std::string& location) {
  const std::string to = resolved(from, location);
  const std::string origin = originOf(to);
  if (origin.empty() || (originOf(from).starts_with("https:") && !origin.starts_with("https:"))) return {};
  return to;
}

std::string HttpHead::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

struct HttpLoop::Transfer {
  Id id = 0;
  HttpRequest request;
  HttpHandler handler;
  HttpHead head;
  CURL* easy = nullptr;
  curl_slist* headerList = nullptr;
  bool cancelled = false, headGiven = false, refused = false;
  bool stalled = false, late = false, headTooLarge = false;
  int redirects = 0;
  size_t headerBytes = 0;
  uint64_t bytes = 0, bytesAtMark = 0;
  Clock::time_point started, mark;

  ~Transfer() {
    curl_slist_free_all(headerList);
    if (easy != nullptr) curl_easy_cleanup(easy);
  }

  bool takeHeader(std::string_view line) {
    headerBytes += line.size();
    if (headerBytes > kMostHeaderBytes || head.headers.size() > kMostHeaders) {
      headTooLarge = true;
      return false;
    }
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n')) line.remove_suffix(1);
    if (line.starts_with("HTTP/")) {
      std::erase_if(head.headers, [](const auto& entry) { return !isKeptOverRedirects(entry.first); });
      return true;
    }
    const size_t colon = line.find(':');
    if (colon == line.npos) return true;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    head.headers[lowerCase(line.substr(0, colon))] = value;
    return true;
  }

  /// Gives the head to the handler; false when it wants no body.
  bool giveHead() {
    if (headGiven || cancelled) return !refused;
    headGiven = true;
    if (handler.onHead && !handler.onHead(head)) refused = true;
    return !refused;
  }

  bool takeBody(std::string_view data) {
    if (cancelled) return false;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &head.status);
    bytes += data.size();
    // The text of a redirect is for people; an endless one is cut.
    if (isRedirect(head.status)) return bytes < kMostHeaderBytes;
    if (!giveHead() || cancelled) return false;
    if (handler.onBody && !handler.onBody(data)) refused = true;
    return !refused && !cancelled;
  }
};

HttpLoop::HttpLoop(HttpLoopOptions options) : m_options(std::move(options)) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  m_multi = curl_multi_init();
}

HttpLoop::~HttpLoop() {
  for (auto& [id, transfer] : m_transfers) {
    if (transfer->easy != nullptr) curl_multi_remove_handle(static_cast<CURLM*>(m_multi), transfer->easy);
  }
  m_transfers.clear();
  curl_multi_cleanup(static_cast<CURLM*>(m_multi));
}

bool HttpLoop::tokenWithheld() const {
  const auto parts = partsOf(m_options.endpoint);
  return !m_options.token.empty() && parts && parts->scheme == "http" && !isLoopback(parts->host);
}

HttpLoop::Id HttpLoop::start(HttpRequest request, HttpHandler handler) {
  auto transfer = std::make_unique<Transfer>();
  const Id id = ++m_lastId;
  transfer->id = id;
  transfer->head.url = request.url;
  transfer->request = std::move(request);
  transfer->handler = std::move(handler);
  transfer->started = Clock::now();
  begin(*transfer);
  m_transfers.emplace(id, std::move(transfer));
  return id;
}

void HttpLoop::begin(Transfer& transfer) {
  transfer.easy = curl_easy_init();
  transfer.mark = Clock::now();
  transfer.bytesAtMark = transfer.bytes = 0;
  transfer.headerBytes = 0;
  const std::string origin = originOf(transfer.head.url);
  transfer.head.atEndpoint = !origin.empty() && origin == originOf(m_options.endpoint);
  if (transfer.easy == nullptr) return;
  CURL* easy = transfer.easy;
  // libcurl would ask for compression only when told to, and adds nothing else of its own.
  if (transfer.head.atEndpoint && !m_options.token.empty() && !tokenWithheld()) {
    transfer.headerList = curl_slist_append(nullptr, ("Authorization: Bearer " + m_options.token).c_str());
  }
  const auto onHeader = +[](char* data, size_t, size_t size, void* to) -> size_t {
    return static_cast<Transfer*>(to)->takeHeader({data, size}) ? size : 0;
  };
  const auto onBody = +[](char* data, size_t, size_t size, void* to) -> size_t {
    return static_cast<Transfer*>(to)->takeBody({data, size}) ? size : 0;
  };
  curl_easy_setopt(easy, CURLOPT_URL, transfer.head.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // Several connections are wanted, not several streams of one.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "hearth/" HEARTH_VERSION);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headerList);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, onHeader);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, onBody);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 256L << 10);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(m_options.connectSeconds * 1000));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A look-up of a name that hangs must not hold up a cancelled transfer.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  if (transfer.request.range) {
    const std::string range = fmt::format("{}-{}", transfer.request.range->first, transfer.request.range->second);
    curl_easy_setopt(easy, CURLOPT_RANGE, range.c_str());
  }
  curl_multi_add_handle(static_cast<CURLM*>(m_multi), easy);
}

void HttpLoop::cancel(Id id) {
  if (const auto found = m_transfers.find(id); found != m_transfers.end()) {
    // Its handler may be the caller, so it stays until the sweep.
    found->second->cancelled = true;
  }
}

void HttpLoop::wake() {
  curl_multi_wakeup(static_cast<CURLM*>(m_multi));
}

void HttpLoop::sweep() {
  std::erase_if(m_transfers, [&](auto& entry) {
    if (!entry.second->cancelled) return false;
    if (entry.second->easy != nullptr) {
      curl_multi_remove_handle(static_cast<CURLM*>(m_multi), entry.second->easy);
    }
    return true;
  });
}

void HttpLoop::checkPace(Clock::time_point now) {
  std::vector<Transfer*> over;
  for (auto& [id, transfer] : m_transfers) {
    if (transfer->cancelled) continue;
    const double total = transfer->request.totalSeconds;
    transfer->late = total > 0 && secondsBetween(transfer->started, now) > total;
    if (secondsBetween(transfer->mark, now) >= m_options.stallSeconds) {
      const auto gained = static_cast<double>(transfer->bytes - transfer->bytesAtMark);
      transfer->stalled = gained < kLeastBytesPerSecond * m_options.stallSeconds;
      transfer->mark = now;
      transfer->bytesAtMark = transfer->bytes;
    }
    if (transfer->late || transfer->stalled || transfer->easy == nullptr) over.push_back(transfer.get());
  }
  for (Transfer* transfer : over) finish(*transfer, CURLE_OPERATION_TIMEDOUT);
}

/// Starts the next hop; false when it is not followed.
bool HttpLoop::follow(Transfer& transfer) {
  const std::string to = redirectTarget(transfer.head.url, transfer.head.header("location"));
  if (to.empty() || ++transfer.redirects > kMostRedirects) return false;
  transfer.head.url = to;
  curl_slist_free_all(std::exchange(transfer.headerList, nullptr));
  curl_easy_cleanup(std::exchange(transfer.easy, nullptr));
  begin(transfer);
  return true;
}

void HttpLoop::finish(Transfer& transfer, int curlCode) {
  const auto code = static_cast<CURLcode>(curlCode);
  HttpOutcome outcome;
  if (transfer.easy != nullptr) {
    curl_easy_getinfo(transfer.easy, CURLINFO_RESPONSE_CODE, &transfer.head.status);
    curl_multi_remove_handle(static_cast<CURLM*>(m_multi), transfer.easy);
  }
  if (code == CURLE_OK && isRedirect(transfer.head.status)) {
    if (follow(transfer)) return;
    outcome.end = HttpEnd::Forbidden;
    outcome.words = transfer.redirects > kMostRedirects
                        ? fmt::format("it sends us on more than {} times", kMostRedirects)
                        : fmt::format("it sends us on to '{}', where it is not safe to go",
                                      engine::printable(transfer.head.header("location"), 120));
  } else if (code == CURLE_OK) {
    outcome.end = transfer.giveHead() ? HttpEnd::Complete : HttpEnd::Refused;
  } else if (transfer.refused) {
    outcome.end = HttpEnd::Refused;
  } else if (transfer.headTooLarge) {
    outcome.end = HttpEnd::Broken;
    outcome.words = "its headers do not end";
  } else if (transfer.stalled || transfer.late) {
    outcome.end = HttpEnd::Stalled;
    outcome.words = transfer.late ? fmt::format("no whole answer within {:.0f} s", transfer.request.totalSeconds)
                                  : fmt::format("next to nothing came for {:.0f} s", m_options.stallSeconds);
  } else {
    const bool certificate = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE ||
                             code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    outcome.end = certificate ? HttpEnd::Forbidden : HttpEnd::Broken;
    outcome.words = curl_easy_strerror(code);
  }
  outcome.head = std::move(transfer.head);
  const HttpHandler handler = std::move(transfer.handler);
  const bool silent = transfer.cancelled;
  m_transfers.erase(transfer.id);
  if (!silent && handler.onEnd) handler.onEnd(outcome);
}

void HttpLoop::run(double seconds) {
  auto* multi = static_cast<CURLM*>(m_multi);
  sweep();
  int running = 0;
  curl_multi_perform(multi, &running);
  int left = 0;
  std::vector<std::pair<Transfer*, int>> ended;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    ended.emplace_back(transfer, static_cast<int>(message->data.result));
  }
  for (const auto& [transfer, code] : ended) finish(*transfer, code);
  checkPace(Clock::now());
  sweep();
  if (ended.empty()) curl_multi_poll(multi, nullptr, 0, static_cast<int>(seconds * 1000), nullptr);
}

}  // namespace app::hub
