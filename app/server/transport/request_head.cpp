#include "app/server/transport/request_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace app {

namespace {

constexpr size_t kMaxHeaders = 100;
constexpr size_t kMaxMethod = 16;
/// Room for the method and version around the target.
constexpr size_t kLineSpare = 64;

bool isTokenChar(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isToken(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), isTokenChar);
}

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Is `word` an item of a comma-separated header value?
bool hasWord(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const size_t comma = list.find(',');
    if (trimmed(list.substr(0, comma)) == word) return true;
    if (comma == std::string_view::npos) break;
    list.remove_prefix(comma + 1);
  }
  return false;
}

HttpFault bad(std::string message) {
  return {400, std::move(message)};
}

/// Collapses slashes and drops a trailing one, so that router and key check see one spelling.
std::string normalisedPath(std::string_view path) {
  std::string result;
  for (const char c : path) {
    if (c == '/' && !result.empty() && result.back() == '/') continue;
    result += c;
  }
  if (result.size() > 1 && result.back() == '/') result.pop_back();
  return result;
}

std::optional<HttpFault> parseRequestLine(std::string_view line, const HeadLimits& limits, RequestHead& head) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) return bad("The request line is not METHOD TARGET VERSION.");
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!isToken(method)) return bad("The request method is not a token.");
  if (target.size() > limits.targetBytes) {
    return HttpFault{414, fmt::format("The request target has more than {} bytes.", limits.targetBytes)};
  }
  const bool printable = std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (target.empty() || !printable) return bad("The request target holds spaces, control or non-ASCII characters.");
  const bool plausible = version.size() == 8 && version.starts_with("HTTP/") && version[6] == '.';
  if (!plausible) return bad("The HTTP version is malformed.");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return HttpFault{505, "Only HTTP/1.1 and HTTP/1.0 are served."};
  }
  if (method.size() > kMaxMethod) return HttpFault{501, "The request method is not known."};
  head.method = method;
  head.http11 = version == "HTTP/1.1";
  if (target == "*" && method == "OPTIONS") {
    head.path = "*";
    return std::nullopt;
  }
  if (target.front() != '/') return bad("The request target must begin with '/'.");
  if (target.find('#') != std::string_view::npos) return bad("The request target holds a fragment.");
  const size_t question = target.find('?');
  head.path = normalisedPath(target.substr(0, question));
  if (question != std::string_view::npos) head.query = target.substr(question + 1);
  return std::nullopt;
}

std::optional<HttpFault> parseHeaderLine(std::string_view line, RequestHead& head) {
  if (line.front() == ' ' || line.front() == '\t') return bad("A header is folded over several lines.");
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || !isToken(line.substr(0, colon))) {
    return bad("A header line is not NAME: VALUE.");
  }
  const std::string_view value = trimmed(line.substr(colon + 1));
  const bool clean = std::all_of(value.begin(), value.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  });
  if (!clean) return bad("A header's value holds control characters.");
  if (head.headers.size() >= kMaxHeaders) {
    return HttpFault{431, fmt::format("The request has more than {} headers.", kMaxHeaders)};
  }
  head.headers.emplace_back(lowered(line.substr(0, colon)), value);
  return std::nullopt;
}

/// Content-Length and Transfer-Encoding: exactly one way to tell where the body ends.
std::optional<HttpFault> readFraming(RequestHead& head) {
  size_t lengths = 0;
  size_t encodings = 0;
  for (const auto& [name, value] : head.headers) {
    if (name == "content-length") {
      ++lengths;
      uint64_t length = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
      if (value.empty() || value.size() > 18 || error != std::errc() || end != value.data() + value.size()) {
        return bad("Content-Length is not a decimal number.");
      }
      head.contentLength = length;
    } else if (name == "transfer-encoding") {
      ++encodings;
      if (lowered(value) != "chunked") return HttpFault{501, "The only Transfer-Encoding served is chunked."};
      head.chunked = true;
    }
  }
  if (lengths > 1 || encodings > 1) return bad("Content-Length or Transfer-Encoding is given twice.");
  if (lengths == 1 && encodings == 1) return bad("Content-Length and Transfer-Encoding exclude each other.");
  if (encodings == 1 && !head.http11) return bad("HTTP/1.0 has no Transfer-Encoding.");
  return std::nullopt;
}

/// Headers that mean one thing: given twice, two readers might each believe another one.
constexpr std::array<std::string_view, 5> kSingle = {"authorization", "x-api-key", "content-type", "content-encoding",
                                                     "expect"};

std::optional<HttpFault> readControls(RequestHead& head) {
  for (const std::string_view single : kSingle) {
    const auto same = [single](const auto& header) { return header.first == single; };
    if (std::count_if(head.headers.begin(), head.headers.end(), same) > 1) {
      return bad(fmt::format("The header {} is given twice.", single));
    }
  }
  size_t hosts = 0;
  bool close = false;
  for (const auto& [name, value] : head.headers) {
    if (name == "host") {
      ++hosts;
      head.host = value;
    } else if (name == "connection") {
      close = close || hasWord(lowered(value), "close");
    } else if (name == "expect") {
      if (lowered(value) != "100-continue") return HttpFault{417, "The only expectation served is 100-continue."};
      head.expectContinue = head.http11;
    } else if (name == "content-encoding" && lowered(value) != "identity") {
      return HttpFault{415, "Compressed request bodies are not accepted."};
    }
  }
  if (hosts != 1) return bad(hosts == 0 ? "The Host header is missing." : "The Host header is given twice.");
  head.keepAlive = head.http11 && !close;
  return std::nullopt;
}

}  // namespace

const std::string* RequestHead::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::variant<size_t, HttpFault> findHeadEnd(std::string_view bytes, const HeadLimits& limits, size_t* scanned) {
  const size_t firstLine = bytes.find('\n');
  const size_t lineEnd = firstLine == std::string_view::npos ? bytes.size() : firstLine;
  if (lineEnd > limits.targetBytes + kLineSpare) {
    return HttpFault{414, fmt::format("The request target has more than {} bytes.", limits.targetBytes)};
  }
  for (size_t i = *scanned; i < bytes.size(); ++i) {
    if (bytes[i] != '\n') continue;
    if (i == 0 || bytes[i - 1] != '\r') return bad("A line ends without a carriage return.");
    if (i >= 3 && bytes[i - 2] == '\n') {
      if (i - lineEnd > limits.headerBytes) {
        return HttpFault{431, fmt::format("The request headers have more than {} bytes.", limits.headerBytes)};
      }
      return i + 1;
    }
  }
  *scanned = bytes.size();
  if (bytes.size() - lineEnd > limits.headerBytes + 4) {
    return HttpFault{431, fmt::format("The request headers have more than {} bytes.", limits.headerBytes)};
  }
  return size_t{0};
}

std::variant<RequestHead, HttpFault> parseRequestHead(std::string_view bytes, const HeadLimits& limits) {
  RequestHead head;
  if (bytes.find('\0') != std::string_view::npos) return bad("The request head holds a NUL character.");
  bool first = true;
  while (!bytes.empty()) {
    const size_t end = bytes.find("\r\n");
    if (end == std::string_view::npos) return bad("A line ends without a carriage return.");
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.find('\r') != std::string_view::npos) return bad("A line holds a lone carriage return.");
    if (line.empty() && !first) break;
    const auto fault = first ? parseRequestLine(line, limits, head) : parseHeaderLine(line, head);
    if (fault) return *fault;
    first = false;
  }
  if (auto fault = readControls(head)) return *fault;
  if (auto fault = readFraming(head)) return *fault;
  return head;
}

}  // namespace app
