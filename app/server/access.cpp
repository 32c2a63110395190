#include "app/server/access.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

#include "app/server/address.h"

namespace app {

namespace {

std::string lowered(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool contains(const std::vector<std::string>& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

}  // namespace

KeyRing::Digest KeyRing::digestOf(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

void KeyRing::replace(const std::vector<ApiKey>& keys) {
  std::vector<Entry> entries;
  for (const ApiKey& key : keys) entries.push_back({key.label, digestOf(key.key)});
  const std::lock_guard lock(m_mutex);
  m_entries = std::move(entries);
}

bool KeyRing::empty() const {
  const std::lock_guard lock(m_mutex);
  return m_entries.empty();
}

std::optional<KeyRing::Match> KeyRing::find(std::string_view key) const {
  const Digest presented = digestOf(key);
  const std::lock_guard lock(m_mutex);
  const Entry* match = nullptr;
  for (const Entry& entry : m_entries) {
    const bool same = CRYPTO_memcmp(entry.digest.data(), presented.data(), presented.size()) == 0;
    match = same ? &entry : match;
  }
  if (match == nullptr || key.empty()) return std::nullopt;
  std::string salt = "key:";
  for (size_t i = 0; i < 16; ++i) salt += fmt::format("{:02x}", presented[i]);
  return Match{match->label, std::move(salt)};
}

std::string presentedKey(const RequestHead& head) {
  if (const std::string* header = head.header("authorization")) {
    constexpr size_t kScheme = 7;
    if (header->size() > kScheme && lowered(header->substr(0, kScheme)) == "bearer ") {
      const size_t begin = header->find_first_not_of(' ', kScheme);
      return begin == std::string::npos ? std::string() : header->substr(begin);
    }
    return {};
  }
  const std::string* header = head.header("x-api-key");
  return header != nullptr ? *header : std::string();
}

AccessPolicy::AccessPolicy(const ServerConfig& config, uint16_t port) : m_port(port) {
  for (const std::string& origin : config.allowedOrigins) m_origins.push_back(lowered(origin));
  for (const std::string& host : config.allowedHosts) {
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    m_hosts.push_back(lowered(bracketed ? host.substr(1, host.size() - 2) : host));
  }
  if (!isLoopbackHost(config.host)) m_ownNames = machineNames();
}

bool AccessPolicy::hostAllowed(std::string_view header) const {
  const HostAndPort parts = splitHost(header);
  if (!parts.valid) return false;
  if (contains(m_hosts, parts.host)) return true;
  return parts.port == m_port && (isLoopbackHost(parts.host) || contains(m_ownNames, parts.host));
}

bool AccessPolicy::originAllowed(std::string_view origin) const {
  const std::string name = lowered(origin);
  if (contains(m_origins, name)) return true;
  constexpr std::string_view kScheme = "http://";
  if (!name.starts_with(kScheme)) return false;
  const HostAndPort parts = splitHost(name.substr(kScheme.size()));
  return parts.valid && parts.port == m_port && isLoopbackHost(parts.host);
}

std::optional<ApiError> AccessPolicy::check(const RequestHead& head) const {
  if (!hostAllowed(head.host)) {
    return ApiError{.status = 403,
                    .message = fmt::format("The Host header names neither this machine with port {} nor one of "
                                           "--allowed-hosts.",
                                           m_port),
                    .code = "host_not_allowed"};
  }
  size_t origins = 0;
  for (const auto& [name, value] : head.headers) {
    if (name != "origin") continue;
    if (++origins == 1 && originAllowed(value)) continue;
    return ApiError{.status = 403,
                    .message = "Calls from this web origin are not allowed; --allowed-origins lets one in.",
                    .code = "origin_not_allowed"};
  }
  return std::nullopt;
}

std::string AccessPolicy::allowedOrigin(const RequestHead& head) const {
  const std::string* origin = head.header("origin");
  return origin != nullptr && originAllowed(*origin) ? *origin : std::string();
}

Reply preflightReply(const std::string& allowedMethods) {
  Reply reply;
  reply.status = 204;
  reply.headers = {{"Access-Control-Allow-Methods", allowedMethods},
                   {"Access-Control-Allow-Headers", "Authorization, Content-Type, X-Api-Key"},
                   {"Access-Control-Max-Age", "600"}};
  return reply;
}

}  // namespace app
