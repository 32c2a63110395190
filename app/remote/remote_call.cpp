#include "app/remote/remote_call.h"

#include <curl/curl.h>

#include <chrono>
#include <memory>

namespace app::remote {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kMostHeaderBytes = 256u << 10, kMostHeaderValue = 2000;
constexpr int kPollMs = 200;

double secondsSince(Clock::time_point from) {
  return std::chrono::duration<double>(Clock::now() - from).count();
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

void Control::cancel() {
  m_cancelled = true;
  const std::lock_guard lock(m_mutex);
  if (m_multi != nullptr) curl_multi_wakeup(static_cast<CURLM*>(m_multi));
}

void Control::attach(void* multi) {
  const std::lock_guard lock(m_mutex);
  m_multi = multi;
}

class Transfer {
 public:
  Transfer(const Call& call, Control& control, const Receiver& receiver)
      : m_call(call), m_control(control), m_receiver(receiver) {
    static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(started);
    m_multi = curl_multi_init();
    m_easy = curl_easy_init();
  }
  ~Transfer() {
    m_control.attach(nullptr);
    if (m_added) curl_multi_remove_handle(m_multi, m_easy);
    if (m_easy != nullptr) curl_easy_cleanup(m_easy);
    if (m_multi != nullptr) curl_multi_cleanup(m_multi);
    curl_slist_free_all(m_headers);
  }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  Outcome run() {
    if (m_multi == nullptr || m_easy == nullptr) {
      m_outcome.end = End::Broken;
      m_outcome.words = "the HTTP client cannot be started";
      return m_outcome;
    }
    prepare();
    m_added = curl_multi_add_handle(m_multi, m_easy) == CURLM_OK;
    m_control.attach(m_multi);
    const Clock::time_point begun = Clock::now();
    m_lastByte = begun;
    for (int running = 1; running > 0;) {
      if (m_control.cancelled()) return ended(End::Cancelled, {});
      if (curl_multi_perform(m_multi, &running) != CURLM_OK) return ended(End::Broken, "the HTTP client failed");
      if (running == 0) break;
      if (secondsSince(m_lastByte) > m_call.silenceSeconds ||
          (m_call.totalSeconds > 0 && secondsSince(begun) > m_call.totalSeconds)) {
        return ended(End::Silent, {});
      }
      curl_multi_poll(m_multi, nullptr, 0, kPollMs, nullptr);
    }
    int left = 0;
    const CURLMsg* message = curl_multi_info_read(m_multi, &left);
    return result(message != nullptr ? message->data.result : CURLE_RECV_ERROR);
  }

 private:
  void prepare() {
    const auto onHeader = +[](char* data, size_t, size_t size, void* to) -> size_t {
      return static_cast<Transfer*>(to)->takeHeader({data, size}) ? size : 0;
    };
    const auto onBody = +[](char* data, size_t, size_t size, void* to) -> size_t {
      return static_cast<Transfer*>(to)->takeBody({data, size}) ? size : 0;
    };
    if (!m_call.key.empty()) m_headers = curl_slist_append(m_headers, ("Authorization: Bearer " + m_call.key).c_str());
    if (!m_call.body.empty()) {
      m_headers = curl_slist_append(m_headers, "Content-Type: application/json");
      // Without it libcurl waits a second for a go-ahead before it sends a long conversation.
      m_headers = curl_slist_append(m_headers, "Expect:");
      curl_easy_setopt(m_easy, CURLOPT_POSTFIELDS, m_call.body.data());
      curl_easy_setopt(m_easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_call.body.size()));
    }
    curl_easy_setopt(m_easy, CURLOPT_URL, m_call.url.c_str());
    curl_easy_setopt(m_easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(m_easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    curl_easy_setopt(m_easy, CURLOPT_USERAGENT, "hearth/" HEARTH_VERSION);
    curl_easy_setopt(m_easy, CURLOPT_HTTPHEADER, m_headers);
    curl_easy_setopt(m_easy, CURLOPT_HEADERFUNCTION, onHeader);
    curl_easy_setopt(m_easy, CURLOPT_HEADERDATA, this);
    curl_easy_setopt(m_easy, CURLOPT_WRITEFUNCTION, onBody);
    curl_easy_setopt(m_easy, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(m_easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(m_call.connectSeconds * 1000));
    curl_easy_setopt(m_easy, CURLOPT_NOSIGNAL, 1L);
    // A look-up of a name that hangs must not hold up a cancelled call.
    curl_easy_setopt(m_easy, CURLOPT_QUICK_EXIT, 1L);
    if (m_call.direct) curl_easy_setopt(m_easy, CURLOPT_PROXY, "");
  }

  bool takeHeader(std::string_view line) {
    m_lastByte = Clock::now();
    m_headerBytes += line.size();
    if (m_headerBytes > kMostHeaderBytes) {
      m_tooLarge = true;
      return false;
    }
    const size_t colon = line.find(':');
    if (colon == line.npos) return true;
    std::string_view value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    while (!value.empty() && value.back() <= ' ') value.remove_suffix(1);
    const std::string name = lowered(line.substr(0, colon));
    std::string* kept = name == "content-type"  ? &m_outcome.contentType
                        : name == "retry-after" ? &m_outcome.retryAfter
                        : name == "location"    ? &m_outcome.location
                                                : nullptr;
    if (kept != nullptr) *kept = value.substr(0, kMostHeaderValue);
    return true;
  }

  bool takeBody(std::string_view piece) {
    m_lastByte = Clock::now();
    if (m_control.cancelled()) return false;
    curl_easy_getinfo(m_easy, CURLINFO_RESPONSE_CODE, &m_outcome.status);
    m_refused = !m_receiver(m_outcome, piece);
    return !m_refused;
  }

  Outcome ended(End end, std::string words) {
    m_outcome.end = end;
    m_outcome.words = std::move(words);
    return m_outcome;
  }

  Outcome result(CURLcode code) {
    curl_easy_getinfo(m_easy, CURLINFO_RESPONSE_CODE, &m_outcome.status);
    if (m_control.cancelled()) return ended(End::Cancelled, {});
    if (m_tooLarge) return ended(End::Broken, "its headers are too long");
    if (code == CURLE_OK) return ended(End::Complete, {});
    if (m_refused) return ended(End::Refused, {});
    const std::string words = curl_easy_strerror(code);
    switch (code) {
      case CURLE_COULDNT_RESOLVE_HOST:
      case CURLE_COULDNT_RESOLVE_PROXY:
      case CURLE_COULDNT_CONNECT:
        return ended(End::NoConnection, words);
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
        return ended(End::Untrusted, words);
      case CURLE_OPERATION_TIMEDOUT:
        return ended(m_outcome.status == 0 ? End::NoConnection : End::Silent, words);
      default:
        return ended(End::Broken, words);
    }
  }

  const Call& m_call;
  Control& m_control;
  const Receiver& m_receiver;
  CURLM* m_multi = nullptr;
  CURL* m_easy = nullptr;
  curl_slist* m_headers = nullptr;
  bool m_added = false, m_refused = false, m_tooLarge = false;
  size_t m_headerBytes = 0;
  Clock::time_point m_lastByte;
  Outcome m_outcome;
};

Outcome perform(const Call& call, Control& control, const Receiver& receiver) {
  return Transfer(call, control, receiver).run();
}

}  // namespace app::remote
