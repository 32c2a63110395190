// What passes between the transport (sockets, HTTP/1.1) and the API above it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace app {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// A request line and headers that passed every check of parseRequestHead.
struct RequestHead {
  std::string method;  ///< as sent; a token
  std::string path;    ///< normalised: starts with '/', no double or trailing slash; still percent-encoded
  std::string query;
  HeaderList headers;  ///< names in lower case
  std::string host;    ///< the Host header
  bool http11 = true;
  bool keepAlive = true;
  bool chunked = false;
  bool expectContinue = false;
  std::optional<uint64_t> contentLength;

  /// The first header of that (lower-case) name, or null.
  const std::string* header(std::string_view name) const;
  bool hasBody() const { return chunked || contentLength.value_or(0) > 0; }
};

/// A request refused by the transport; becomes a JSON error.
struct HttpFault {
  int status = 400;
  std::string message = {};
};

/// Where a streamed body goes. write() sends one piece at once; false means that the client is gone or too slow.
class BodyWriter {
 public:
  virtual ~BodyWriter() = default;
  virtual bool write(std::string_view data) = 0;
};

/// A response. With `stream` set the body is what that function writes, framed by the transport; it returns false to
/// break the connection instead of ending the body cleanly.
struct Reply {
  int status = 200;
  std::string contentType = "application/json";
  HeaderList headers = {};
  std::string body = {};
  std::function<bool(BodyWriter&)> stream = {};
  bool close = false;  ///< close the connection afterwards
};

}  // namespace app
