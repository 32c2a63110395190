#include "app/hub/api_query.h"

#include <fmt/format.h>

#include "engine/text.h"

namespace app::hub {

namespace {

/// Of `Link: <address>; rel="next"`.
std::string nextOf(const HttpHead& head) {
  const std::string link = head.header("link");
  const size_t rel = link.find("rel=\"next\"");
  if (rel == link.npos) return {};
  const size_t open = link.rfind('<', rel), close = link.rfind('>', rel);
  if (open == link.npos || close == link.npos || close < open) return {};
  const std::string url = link.substr(open + 1, close - open - 1);
  return originOf(url) == originOf(head.url) ? url : std::string();
}

}  // namespace

ApiQuery::ApiQuery(HttpLoop& http, const HubTimes& times, std::mt19937_64& random, std::string url, Asked asked,
                   size_t mostBytes, Then then)
    : m_http(http),
      m_times(times),
      m_backoff(times, random),
      m_url(std::move(url)),
      m_asked(std::move(asked)),
      m_mostBytes(mostBytes),
      m_then(std::move(then)) {}

ApiQuery::~ApiQuery() {
  if (m_transfer != 0) m_http.cancel(m_transfer);
}

void ApiQuery::tick(Clock::time_point now) {
  if (m_done || m_transfer != 0 || m_backoff.waits(now)) return;
  m_text.clear();
  HttpHandler handler;
  handler.onBody = [this](std::string_view data) {
    m_tooLarge = m_text.size() + data.size() > m_mostBytes;
    if (!m_tooLarge) m_text += data;
    return !m_tooLarge;
  };
  handler.onEnd = [this](const HttpOutcome& outcome) { end(outcome); };
  m_transfer =
      m_http.start({.url = m_url, .range = std::nullopt, .totalSeconds = m_times.querySeconds}, std::move(handler));
}

void ApiQuery::end(const HttpOutcome& outcome) {
  m_transfer = 0;
  if (m_tooLarge) {
    return give(engine::Error{engine::ErrorCode::Io,
                              fmt::format("{} sends more than {}: that is no answer of a hub",
                                          originOf(outcome.head.url), engine::formatBytes(m_mostBytes)),
                              "network"});
  }
  const bool complete = outcome.end == HttpEnd::Complete;
  if (complete && outcome.head.status == 200) return give(ApiAnswer{std::move(m_text), nextOf(outcome.head)});
  const Judgement judgement = complete ? judgeStatus(outcome.head, m_asked) : judgeOutcome(outcome, m_asked);
  if (!judgement.again || !m_backoff.failed(Clock::now(), judgement.wait)) give(judgement.error);
}

void ApiQuery::give(engine::Result<ApiAnswer> answer) {
  m_done = true;
  if (const Then then = std::move(m_then)) then(std::move(answer));
}

}  // namespace app::hub
