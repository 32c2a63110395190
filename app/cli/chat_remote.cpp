#include <curl/curl.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/cli/chat_partner.h"
#include "engine/chat_template.h"
#include "engine/json.h"

namespace app::cli {

namespace {

using Json = nlohmann::json;

/// A server may not fill our memory.
constexpr size_t kMostBytes = 64u << 20;

/// The reply as it arrives: Server-Sent Events of an answer, or the body of a refusal.
struct Stream {
  const std::function<void(const std::string&)>* onText = nullptr;
  const std::atomic<bool>* stop = nullptr;
  CURL* curl = nullptr;
  std::string pending;  ///< bytes of an unfinished line
  std::string refusal;  ///< body of a non-200 answer
  std::string text, error;
  size_t received = 0;

  void takeLine(const std::string& line) {
    constexpr std::string_view kData = "data: ";
    if (!line.starts_with(kData) || line == "data: [DONE]") return;
    const auto event = engine::parseJson(std::string_view(line).substr(kData.size()));
    if (!event.ok() || !event->is_object()) return;
    if (event->contains("error")) {
      error = event->dump(-1, ' ', false, Json::error_handler_t::replace);
      return;
    }
    const Json::json_pointer path("/choices/0/delta/content");
    if (event->contains(path) && (*event)[path].is_string()) {
      const std::string piece = (*event)[path].get<std::string>();
      text += piece;
      (*onText)(piece);
    }
  }

  bool take(const char* data, size_t size) {
    received += size;
    if (received > kMostBytes) return false;
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
      refusal.append(data, size);
      return true;
    }
    pending.append(data, size);
    size_t begin = 0;
    for (size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1) {
      std::string line = pending.substr(begin, end - begin);
      if (!line.empty() && line.back() == '\r') line.pop_back();
      takeLine(line);
    }
    pending.erase(0, begin);
    return true;
  }
};

size_t onData(char* data, size_t, size_t size, void* stream) {
  return static_cast<Stream*>(stream)->take(data, size) ? size : 0;
}

int onProgress(void* stream, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Stream*>(stream)->stop->load() ? 1 : 0;
}

class RemotePartner : public ChatPartner {
 public:
  RemotePartner(std::string url, std::string token, ChatSampling sampling)
      : m_url(std::move(url)), m_token(std::move(token)), m_sampling(sampling) {
    while (!m_url.empty() && m_url.back() == '/') m_url.pop_back();
    if (!m_url.ends_with("/v1")) m_url += "/v1";
    m_url += "/chat/completions";
  }

  engine::Result<std::string> answer(const std::vector<engine::ChatMessage>& messages,
                                     const std::function<void(const std::string&)>& onText,
                                     const std::atomic<bool>& stop) override {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
    if (!curl) return engine::Error{engine::ErrorCode::Internal, "the HTTP client cannot be started"};
    const std::string body = requestBody(messages);
    curl_slist* list = curl_slist_append(nullptr, "Content-Type: application/json");
    if (!m_token.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + m_token).c_str());
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list, curl_slist_free_all);

    Stream stream;
    stream.onText = &onText;
    stream.stop = &stop;
    stream.curl = curl.get();
    curl_easy_setopt(curl.get(), CURLOPT_URL, m_url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, onData);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &stream);
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, onProgress);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &stream);
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 10L);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);

    const CURLcode code = curl_easy_perform(curl.get());
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_ABORTED_BY_CALLBACK) return stream.text;
    if (!stream.refusal.empty()) return engine::Error{engine::ErrorCode::Io, stream.refusal, kRefusal};
    if (!stream.error.empty()) return engine::Error{engine::ErrorCode::Io, stream.error, kRefusal};
    if (code != CURLE_OK) {
      const bool nobody = code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST;
      return engine::Error{engine::ErrorCode::Io,
                           fmt::format("{}: {}{}", m_url, curl_easy_strerror(code),
                                       nobody ? ". Does a server run there? --server names another, and "
                                                "hearth-cli serve --model-path PATH starts one."
                                              : "")};
    }
    if (status != 200) return engine::Error{engine::ErrorCode::Io, fmt::format("{} answered HTTP {}", m_url, status)};
    return stream.text;
  }

 private:
  std::string requestBody(const std::vector<engine::ChatMessage>& messages) const {
    Json body = {{"stream", true}, {"temperature", m_sampling.temperature}, {"top_p", m_sampling.topP}};
    for (const engine::ChatMessage& message : messages) {
      body["messages"].push_back({{"role", message.role}, {"content", message.content}});
    }
    if (m_sampling.maxTokens) body["max_tokens"] = *m_sampling.maxTokens;
    if (m_sampling.seed) body["seed"] = *m_sampling.seed;
    return body.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  std::string m_url, m_token;
  ChatSampling m_sampling;
};

}  // namespace

std::unique_ptr<ChatPartner> remotePartner(std::string url, std::string token, ChatSampling sampling) {
  return std::make_unique<RemotePartner>(std::move(url), std::move(token), sampling);
}

}  // namespace app::cli
