// Who may call: keys, Host and Origin.
#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/http_server.h"
#include "app/server/api_error.h"

namespace app {

/// API keys as SHA-256 digests; may be replaced at any time.
class KeyRing {
 public:
  void replace(const std::vector<ApiKey>& keys);
  bool empty() const;

  struct Match {
    std::string label;
    std::string salt;  ///< keeps one key's prefix cache from another's
  };
  /// Compares with every key in constant time.
  std::optional<Match> find(std::string_view key) const;

 private:
  using Digest = std::array<unsigned char, 32>;
  static Digest digestOf(std::string_view text);
  struct Entry {
    std::string label;
    Digest digest;
  };
  mutable std::mutex m_mutex;
  std::vector<Entry> m_entries;
};

/// The key that a request brings, in `Authorization: Bearer` or `X-Api-Key`; empty when none.
std::string presentedKey(const RequestHead& head);

/// Which Host and Origin headers are let in.
class AccessPolicy {
 public:
  AccessPolicy(const ServerConfig& config, uint16_t port);

  /// The refusal of a request that a web page or a rebound name may have sent, if it is one.
  std::optional<ApiError> check(const RequestHead& head) const;
  /// An allow-listed origin of the request, empty when it has none.
  std::string allowedOrigin(const RequestHead& head) const;

 private:
  bool hostAllowed(std::string_view header) const;
  bool originAllowed(std::string_view origin) const;

  uint16_t m_port;
  std::vector<std::string> m_origins;
  std::vector<std::string> m_hosts;     ///< with any port
  std::vector<std::string> m_ownNames;  ///< with our port
};

/// The answer to a CORS preflight from an allow-listed origin.
Reply preflightReply(const std::string& allowedMethods);

}  // namespace app
