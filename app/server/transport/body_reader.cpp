#include "app/server/transport/body_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace app {

namespace {

using std::chrono::seconds;

/// Chunk-size lines and trailers; extensions are read and ignored.
constexpr size_t kMaxLine = 4096;
constexpr size_t kMaxTrailers = 64;

}  // namespace

BodyReader::BodyReader(Connection& connection, const RequestHead& head, const BodyLimits& limits)
    : m_connection(connection),
      m_head(head),
      m_limits(limits),
      m_finished(!head.hasBody()),
      m_left(head.contentLength.value_or(0)) {}

std::optional<HttpFault> BodyReader::more() {
  auto now = SteadyClock::now();
  if (m_marks.empty()) {
    m_begun = now;
    m_marks.push_back({now, 0});
  }
  const auto idleDeadline = now + seconds(m_limits.idleSeconds);
  for (;;) {
    const size_t before = m_connection.pending().size();
    const ReadOutcome outcome =
        m_connection.readMore(std::min<SteadyClock::time_point>(idleDeadline, now + m_limits.rateWindow / 10));
    now = SteadyClock::now();
    m_received += m_connection.pending().size() - before;
    if (now - m_marks.back().time >= m_limits.rateWindow / 10) m_marks.push_back({now, m_received});
    // Keep one mark that is at least a window old, to measure against.
    while (m_marks.size() > 1 && now - m_marks[1].time >= m_limits.rateWindow) m_marks.erase(m_marks.begin());
    if (now - m_begun >= m_limits.rateWindow) {
      const auto window = now - m_marks.front().time;
      const double rate =
          static_cast<double>(m_received - m_marks.front().received) / std::chrono::duration<double>(window).count();
      if (rate < m_limits.bytesPerSecond) {
        return HttpFault{
            408, fmt::format("The request body arrives slower than {} bytes a second.", m_limits.bytesPerSecond)};
      }
    }
    if (outcome == ReadOutcome::Data) return std::nullopt;
    if (outcome == ReadOutcome::End || outcome == ReadOutcome::Broken) {
      return HttpFault{400, "The connection ended before the request body did."};
    }
    if (now >= idleDeadline) return HttpFault{408, "The request body did not arrive in time."};
  }
}

std::optional<HttpFault> BodyReader::readAll(std::string* out) {
  auto fault = m_head.chunked ? readChunked(out) : readSized(out);
  if (!fault) m_finished = true;
  m_failed = fault && fault->status != 413;
  return fault;
}

std::optional<HttpFault> BodyReader::keep(uint64_t most, std::string* out, uint64_t* kept) {
  if (m_connection.pending().empty()) {
    if (auto fault = more()) return fault;
  }
  const std::string_view piece = m_connection.pending().substr(0, most);
  if (m_limits.reserve && !m_limits.reserve(piece.size())) {
    return HttpFault{503, "The server holds as many bytes of request bodies as it may; try again later."};
  }
  out->append(piece);
  *kept = piece.size();
  m_connection.take(piece.size());
  return std::nullopt;
}

std::optional<HttpFault> BodyReader::readSized(std::string* out) {
  if (m_left > m_limits.bytes) {
    return HttpFault{413,
                     fmt::format("The request body has {} bytes; at most {} are accepted.", m_left, m_limits.bytes)};
  }
  while (m_left > 0) {
    uint64_t kept = 0;
    if (auto fault = keep(m_left, out, &kept)) return fault;
    m_left -= kept;
  }
  return std::nullopt;
}

std::optional<HttpFault> BodyReader::readLine(std::string* line) {
  for (;;) {
    const std::string_view pending = m_connection.pending();
    const size_t end = pending.find('\n');
    if (end != std::string_view::npos && end <= kMaxLine) {
      if (end == 0 || pending[end - 1] != '\r') return HttpFault{400, "A chunk line ends without a carriage return."};
      *line = pending.substr(0, end - 1);
      m_connection.take(end + 1);
      return std::nullopt;
    }
    if (pending.size() > kMaxLine) return HttpFault{400, "A chunk line is too long."};
    if (auto fault = more()) return fault;
  }
}

std::optional<HttpFault> BodyReader::readChunked(std::string* out) {
  std::string line;
  for (;;) {
    if (auto fault = readLine(&line)) return fault;
    const std::string_view digits = std::string_view(line).substr(0, line.find(';'));
    uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (digits.empty() || digits.size() > 15 || error != std::errc() || end != digits.data() + digits.size()) {
      return HttpFault{400, "A chunk size is not a hexadecimal number."};
    }
    if (size == 0) break;
    if (size > m_limits.bytes - out->size()) {
      return HttpFault{413, fmt::format("The request body has more than {} bytes.", m_limits.bytes)};
    }
    while (size > 0) {
      uint64_t kept = 0;
      if (auto fault = keep(size, out, &kept)) return fault;
      size -= kept;
    }
    if (auto fault = readLine(&line)) return fault;
    if (!line.empty()) return HttpFault{400, "A chunk is longer than its size."};
  }
  for (size_t trailers = 0; trailers < kMaxTrailers; ++trailers) {
    if (auto fault = readLine(&line)) return fault;
    if (line.empty()) return std::nullopt;
  }
  return HttpFault{400, "The request body has too many trailers."};
}

bool BodyReader::canSkip(uint64_t most) const {
  return m_finished || (!m_head.chunked && !m_head.expectContinue && !m_failed && m_left <= most);
}

bool BodyReader::skip(uint64_t most) {
  if (!canSkip(most)) return false;
  if (m_finished) return true;
  std::string waste;
  m_limits.bytes = std::max(m_limits.bytes, m_left);
  m_limits.reserve = nullptr;
  return !readAll(&waste);
}

}  // namespace app
