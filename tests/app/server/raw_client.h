// A client that sends exactly the bytes it is told to, and reads responses strictly.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace test_support {

struct RawResponse {
  int status = 0;                              ///< 0: the connection ended first
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;                            ///< chunks joined
  bool complete = false;                       ///< by its length or last chunk
  const std::string& header(const std::string& name) const;
};

class RawClient {
 public:
  explicit RawClient(uint16_t port, const std::string& host = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return m_fd >= 0; }
  /// False when the peer is gone.
  bool send(std::string_view bytes);
  /// Reads one response; at most `seconds`.
  RawResponse read(double seconds = 90);
  /// Bytes until `text` has been seen, the connection ended or the time is over.
  std::string readUntil(std::string_view text, double seconds = 90);
  /// True when the peer closes within the time.
  bool closedWithin(double seconds);

  void halfClose();
  void close();
  void reset();  ///< RST
  void setReceiveBuffer(int bytes);

 private:
  bool more(std::chrono::steady_clock::time_point deadline);

  int m_fd = -1;
  std::string m_in;
};

/// "POST path" with JSON; `extra` holds whole header lines ending in CRLF.
std::string postRequest(uint16_t port, std::string_view path, std::string_view json, std::string_view extra = "");
std::string getRequest(uint16_t port, std::string_view path, std::string_view extra = "");

/// The data lines of a stream of server-sent events; comments are left out.
std::vector<std::string> sseData(std::string_view body);

}  // namespace test_support
