#include "app/hub/hub_errors.h"

#include <fmt/format.h>

#include <charconv>

#include "engine/text.h"

namespace app::hub {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr uint64_t kMostSeconds = 1'000'000;

double wholeSeconds(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && value <= kMostSeconds ? static_cast<double>(value) : 0;
}

std::string pageOf(const Asked& asked) {
  return fmt::format("{}/{}", asked.endpoint, asked.repository);
}

std::string whatOf(const Asked& asked) {
  if (asked.repository.empty()) return "the search";
  return asked.file.empty() ? asked.repository
                            : fmt::format("{} of {}", engine::printable(asked.file), asked.repository);
}

Error unauthorised(const HttpHead& head, const Asked& asked) {
  if (asked.tokenWithheld) {
    return {ErrorCode::Unavailable,
            fmt::format("{} wants a token, and it was not sent because {} is not encrypted: use its https address",
                        whatOf(asked), asked.endpoint),
            "token"};
  }
  if (head.header("x-error-code") == "GatedRepo") {
    return {ErrorCode::Unavailable,
            fmt::format("{} is given to those who accept its licence: sign in and accept it at {}, then make a token "
                        "at {}/settings/tokens and set HF_TOKEN to it",
                        asked.repository, pageOf(asked), asked.endpoint),
            "gated"};
  }
  if (asked.withToken) {
    return {ErrorCode::Unavailable,
            fmt::format("the hub does not accept the token (HF_TOKEN, or the token file): make a new one at "
                        "{}/settings/tokens, or take it away for public models",
                        asked.endpoint),
            "token"};
  }
  return {ErrorCode::NotFound,
          fmt::format("the hub shows {} to nobody without a token: check the name, or set HF_TOKEN if it is private",
                      whatOf(asked)),
          "repo"};
}

Error forbidden(const HttpHead& head, const Asked& asked) {
  if (head.header("x-error-code") == "GatedRepo") {
    return {ErrorCode::Unavailable,
            fmt::format("the token's owner has no access to {} yet: accept the licence at {} (some owners agree by "
                        "hand, which takes a while)",
                        asked.repository, pageOf(asked)),
            "gated"};
  }
  const std::string said = head.header("x-error-message");
  return {ErrorCode::Unavailable,
          fmt::format("the hub refuses {}{}{}: see {}", whatOf(asked), said.empty() ? "" : ", saying ",
                      engine::printable(said, 200), asked.repository.empty() ? asked.endpoint : pageOf(asked)),
          "token"};
}

Error notFound(const HttpHead& head, const Asked& asked) {
  const std::string code = head.header("x-error-code");
  if (code == "RevisionNotFound") {
    return {ErrorCode::NotFound,
            fmt::format("{} has no revision '{}': {}/tree/main lists its branches and tags", asked.repository,
                        asked.revision, pageOf(asked)),
            "revision"};
  }
  if (code == "EntryNotFound" || (code.empty() && !asked.file.empty())) {
    return {ErrorCode::NotFound, fmt::format("{} has no file {}", asked.repository, engine::printable(asked.file)),
            "file"};
  }
  return {ErrorCode::NotFound,
          asked.repository.empty()
              ? fmt::format("{} answers no searches: is HF_ENDPOINT the address of a hub?", asked.endpoint)
              : fmt::format("there is no model {} at {}: check the name; hearth-cli search finds names",
                            asked.repository, asked.endpoint),
          "repo"};
}

}  // namespace

double retryAfter(const HttpHead& head) {
  if (const double seconds = wholeSeconds(head.header("retry-after")); seconds > 0) return seconds;
  // RateLimit: "api";r=0;t=55
  const std::string limit = head.header("ratelimit");
  const size_t at = limit.find(";t=");
  return at == limit.npos || limit.find(";r=0") == limit.npos ? 0
                                                              : wholeSeconds(std::string_view(limit).substr(at + 3));
}

Judgement judgeStatus(const HttpHead& head, const Asked& asked) {
  const std::string host = originOf(head.url);
  if (head.status == 429) {
    const double wait = retryAfter(head);
    return {{ErrorCode::Unavailable,
             fmt::format("the hub has had too many requests from here{}: try again later{}",
                         wait > 0 ? fmt::format(" and asks to wait {:.0f} s", wait) : "",
                         asked.withToken ? "" : ", or set HF_TOKEN, which allows more"),
             "rate"},
            true,
            wait};
  }
  if (head.status >= 500 || head.status == 408) {
    return {{ErrorCode::Unavailable, fmt::format("{} answered HTTP {}: try again later", host, head.status), "network"},
            true,
            retryAfter(head)};
  }
  // A storage host's links run out; the hub makes new ones.
  if (!head.atEndpoint) {
    return {
        {ErrorCode::Unavailable,
         fmt::format("{}, where the hub keeps {}, answered HTTP {}: try again later", host, whatOf(asked), head.status),
         "network"},
        true,
        0};
  }
  if (head.status == 401) return {unauthorised(head, asked), false, 0};
  if (head.status == 403) return {forbidden(head, asked), false, 0};
  if (head.status == 404) return {notFound(head, asked), false, 0};
  const std::string said = head.header("x-error-message");
  return {{ErrorCode::Io,
           fmt::format("the hub answered HTTP {} for {}{}{}", head.status, whatOf(asked), said.empty() ? "" : ": ",
                       engine::printable(said, 200)),
           "network"},
          false,
          0};
}

Judgement judgeOutcome(const HttpOutcome& outcome, const Asked& asked) {
  const std::string origin = originOf(outcome.head.url);
  const std::string host = origin.empty() ? engine::printable(outcome.head.url) : origin;
  if (outcome.end == HttpEnd::Forbidden) {
    return {{ErrorCode::Io,
             fmt::format("{} cannot be trusted with {}: {}. HF_ENDPOINT names another hub", host, whatOf(asked),
                         outcome.words),
             "network"},
            false,
            0};
  }
  return {{ErrorCode::Unavailable,
           fmt::format("the connection to {} failed: {}. Check the network (and HF_ENDPOINT), then try again", host,
                       outcome.words),
           "network"},
          true,
          0};
}

}  // namespace app::hub
