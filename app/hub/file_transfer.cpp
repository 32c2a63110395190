#include "app/hub/file_transfer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "app/hub/names.h"
#include "engine/text.h"

namespace app::hub {

namespace {

using engine::Error;
using engine::ErrorCode;

/// Between two failures: more than this, and the next one counts as the first.
constexpr uint64_t kProgress = 64u << 10;

std::optional<uint64_t> number(std::string_view text) {
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "bytes 0-99/1000".
struct ContentRange {
  uint64_t first = 0, last = 0, whole = 0;
};

std::optional<ContentRange> contentRange(std::string_view text) {
  constexpr std::string_view kUnit = "bytes ";
  if (!text.starts_with(kUnit)) return std::nullopt;
  text.remove_prefix(kUnit.size());
  const size_t dash = text.find('-'), slash = text.find('/');
  if (dash == text.npos || slash == text.npos || slash < dash) return std::nullopt;
  const auto first = number(text.substr(0, dash)), last = number(text.substr(dash + 1, slash - dash - 1)),
             whole = number(text.substr(slash + 1));
  if (!first || !last || !whole) return std::nullopt;
  return ContentRange{*first, *last, *whole};
}

/// An ETag without weak mark and quotes.
std::string plainTag(std::string tag) {
  if (tag.starts_with("W/")) tag = tag.substr(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  return tag;
}

}  // namespace

FileTransfer::FileTransfer(HttpLoop& http, const HubTimes& times, std::mt19937_64& random, std::string url, Asked asked,
                           HubFile file, PartFile part)
    : m_http(http),
      m_backoff(times, random),
      m_url(std::move(url)),
      m_asked(std::move(asked)),
      m_file(std::move(file)),
      m_part(std::move(part)) {}

FileTransfer::~FileTransfer() {
  for (const auto& [id, connection] : m_running) m_http.cancel(id);
}

double FileTransfer::waits(Clock::time_point now) const {
  return m_running.empty() && m_backoff.waits(now) ? m_backoff.secondsLeft(now) : 0;
}

void FileTransfer::tick(Clock::time_point now, uint32_t most) {
  if (m_error) return;
  if (m_restart) {
    m_restart = false;
    for (const auto& [id, connection] : m_running) m_http.cancel(id);
    m_running.clear();
    if (const auto fresh = m_part.restart(!m_ranges); !fresh.ok()) return fail(fresh.error());
  }
  if (m_backoff.waits(now)) return;
  const auto& chunks = m_part.chunks();
  for (size_t i = 0; i < chunks.size() && m_running.size() < most; ++i) {
    if (chunks[i].done == chunks[i].end - chunks[i].begin) continue;
    const bool taken =
        std::any_of(m_running.begin(), m_running.end(), [&](const auto& entry) { return entry.second.chunk == i; });
    if (taken) continue;
    // A server that sends no ranges begins at the first byte again.
    if (!m_ranges && chunks[i].done > 0) {
      m_restart = true;
      return;
    }
    // The first answer shows the place and whether there are ranges; the others follow when it is known.
    const bool asks =
        std::any_of(m_running.begin(), m_running.end(), [](const auto& entry) { return !entry.second.begun; });
    if (m_place.empty() && asks) return;
    open(i);
  }
}

void FileTransfer::open(size_t index) {
  const PartFile::Chunk& chunk = m_part.chunks()[index];
  HttpRequest request;
  request.url = m_place.empty() ? m_url : m_place;
  const bool wholeFile = chunk.done == 0 && chunk.begin == 0 && chunk.end == m_file.bytes;
  if (!wholeFile) request.range = {chunk.begin + chunk.done, chunk.end - 1};
  // The handlers need the connection's id, which start() is about to make: they are never called before it returns.
  const auto id = std::make_shared<HttpLoop::Id>(0);
  HttpHandler handler;
  handler.onHead = [this, id](const HttpHead& head) { return takeHead(m_running[*id], head); };
  handler.onBody = [this, id](std::string_view data) { return takeBody(m_running[*id], data); };
  handler.onEnd = [this, id](const HttpOutcome& outcome) { takeEnd(*id, outcome); };
  *id = m_http.start(std::move(request), std::move(handler));
  m_running[*id] = {.chunk = index};
}

bool FileTransfer::checkIdentity(const HttpHead& head) {
  for (const char* name : {"x-linked-etag", "etag"}) {
    const std::string tag = plainTag(head.header(name));
    // Other forms (a storage host's own) say nothing about the content.
    if (!isChecksum(tag) || tag.size() != m_file.checksum.size()) continue;
    if (tag == m_file.checksum) return true;
    // Storage hosts have tags of their own that only look alike.
    if (name == std::string_view("etag") && !head.atEndpoint) continue;
    fail({ErrorCode::Damaged,
          fmt::format("{} is another file on the hub than it was when it was listed ({} instead of {}): cancel this "
                      "download and start it again",
                      m_file.path, tag.substr(0, 12), m_file.checksum.substr(0, 12)),
          "checksum"});
    return false;
  }
  return true;
}

bool FileTransfer::checkRange(Connection& connection, const HttpHead& head) {
  const PartFile::Chunk& chunk = m_part.chunks()[connection.chunk];
  const auto range = contentRange(head.header("content-range"));
  if (range && range->whole != m_file.bytes) {
    fail({ErrorCode::Damaged,
          fmt::format("{} has {} bytes where it is kept, and {} in the hub's list: cancel this download and start it "
                      "again, or name another hub with HF_ENDPOINT",
                      m_file.path, range->whole, m_file.bytes),
          "checksum"});
    return false;
  }
  if (range && range->first == chunk.begin + chunk.done && range->last == chunk.end - 1) return true;
  connection.wrong = fmt::format("asked for bytes {}-{}, it sent '{}'", chunk.begin + chunk.done, chunk.end - 1,
                                 engine::printable(head.header("content-range"), 60));
  return false;
}

bool FileTransfer::takeHead(Connection& connection, const HttpHead& head) {
  if (head.status != 200 && head.status != 206) return false;
  if (!checkIdentity(head)) return false;
  const PartFile::Chunk& chunk = m_part.chunks()[connection.chunk];
  const bool wholeFile = chunk.done == 0 && chunk.begin == 0 && chunk.end == m_file.bytes;
  if (head.status == 200 && !wholeFile) {
    // Ranges are not for it: one connection from the first byte on, begun anew by the next tick.
    m_ranges = false;
    m_restart = true;
    return false;
  }
  if (head.status == 206) {
    if (!checkRange(connection, head)) return false;
  } else if (const auto length = number(head.header("content-length")); length && *length != m_file.bytes) {
    fail({ErrorCode::Damaged,
          fmt::format("{} has {} bytes where it is kept, and {} in the hub's list: cancel this download and start it "
                      "again, or name another hub with HF_ENDPOINT",
                      m_file.path, *length, m_file.bytes),
          "checksum"});
    return false;
  }
  connection.begun = true;
  m_place = head.url;
  return true;
}

bool FileTransfer::takeBody(Connection& connection, std::string_view data) {
  if (!connection.begun || m_error) return false;
  const PartFile::Chunk& chunk = m_part.chunks()[connection.chunk];
  const auto fits = std::min<uint64_t>(data.size(), chunk.end - chunk.begin - chunk.done);
  if (const auto written = m_part.append(connection.chunk, data.substr(0, fits)); !written.ok()) {
    fail(written.error());
    return false;
  }
  m_received += fits;
  // What goes on beyond the range has no end that is worth waiting for; the checksum judges what came.
  return fits == data.size();
}

void FileTransfer::takeEnd(HttpLoop::Id id, const HttpOutcome& outcome) {
  const Connection connection = m_running[id];
  m_running.erase(id);
  if (m_error || m_restart) return;
  const PartFile::Chunk& chunk = m_part.chunks()[connection.chunk];
  if (connection.begun && chunk.done == chunk.end - chunk.begin) return;
  if (!connection.wrong.empty()) {
    return again({{ErrorCode::Io,
                   fmt::format("{} misbehaves: {}. Try again later, or name another hub with HF_ENDPOINT",
                               originOf(outcome.head.url), connection.wrong),
                   "network"},
                  true,
                  0});
  }
  const bool answered = outcome.end == HttpEnd::Complete || outcome.end == HttpEnd::Refused;
  if (answered && !connection.begun) {
    // Links to a storage host run out: the next try asks the hub for a new one.
    const bool fromPlace = std::exchange(m_place, std::string()) != m_url;
    Judgement judgement = judgeStatus(outcome.head, m_asked);
    if (outcome.head.status == 416) judgement.again = true;
    judgement.again = judgement.again || (fromPlace && !outcome.head.atEndpoint);
    return again(std::move(judgement));
  }
  if (outcome.end == HttpEnd::Complete) {
    return again({{ErrorCode::Unavailable,
                   fmt::format("{} ends its answers early: try again later", originOf(outcome.head.url)), "network"},
                  true,
                  0});
  }
  if (!connection.begun) m_place.clear();
  again(judgeOutcome(outcome, m_asked));
}

void FileTransfer::again(Judgement judgement) {
  if (m_received - m_receivedAtFailure >= kProgress && m_ranges) m_backoff.reset();
  m_receivedAtFailure = m_received;
  m_reason = judgement.error.message;
  if (!judgement.again || !m_backoff.failed(Clock::now(), judgement.wait)) fail(std::move(judgement.error));
}

void FileTransfer::fail(Error error) {
  if (!m_error) m_error = std::move(error);
}

}  // namespace app::hub
