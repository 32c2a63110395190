// The server's view of the settings.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "app/server/address.h"
#include "app/settings.h"
#include "app/settings/validation.h"

namespace app {

namespace {

constexpr size_t kMaxKeys = 4096;
constexpr size_t kMaxKeyLine = 4096;

engine::Error refuse(std::string_view key, std::string message) {
  return {engine::ErrorCode::InvalidArgument, std::move(message), std::string(key)};
}

engine::Result<void> addKeysOfFile(const std::string& file, std::vector<ApiKey>& keys) {
  std::ifstream in(file);
  if (!in) {
    return engine::Error{engine::ErrorCode::Io,
                         fmt::format("cannot read the key file {}: {}", file, std::strerror(errno)), "api-keys-file"};
  }
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    if (line.empty() || line.front() == '#') continue;
    const size_t colon = line.find(':');
    const std::string key = colon == std::string::npos ? line : line.substr(colon + 1);
    const bool printable = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c <= '~'; });
    if (key.empty() || !printable || line.size() > kMaxKeyLine || keys.size() >= kMaxKeys) {
      return refuse("api-keys-file", fmt::format("line {} of {} is not label:key with a key of printable ASCII and at "
                                                 "most {} bytes (at most {} keys in all)",
                                                 number, file, kMaxKeyLine, kMaxKeys));
    }
    keys.push_back({colon == std::string::npos ? fmt::format("line {}", number) : line.substr(0, colon), key});
  }
  return {};
}

}  // namespace

engine::Result<ServerConfig> Settings::serverConfig(std::vector<ApiKey> kept) const {
  for (const SettingRow& row : settingRows()) {
    if (row.unavailable.empty() || row.group != "server" || text(row.key) == row.defaultValue) continue;
    return unavailableValue(row, text(row.key), source(row.key));
  }
  ServerConfig config;
  config.host = text("host");
  config.port = static_cast<uint16_t>(integer("port").value_or(8501));
  config.servedModelName = text("served-model-name");
  config.apiKeys = std::move(kept);
  const std::vector<std::string> keys = list("api-keys");
  for (size_t i = 0; i < keys.size(); ++i) config.apiKeys.push_back({std::to_string(i + 1), keys[i]});
  if (const std::string& file = text("api-keys-file"); !file.empty()) {
    ENGINE_RETURN_IF_ERROR(addKeysOfFile(file, config.apiKeys));
  }
  config.allowedOrigins = list("allowed-origins");
  for (const std::string& origin : config.allowedOrigins) {
    if (isWebOrigin(origin)) continue;
    return refuse("allowed-origins", fmt::format("'{}' is not an origin: write scheme://host or scheme://host:port, "
                                                 "without a path, and no wildcard",
                                                 origin));
  }
  config.allowedHosts = list("allowed-hosts");
  for (const std::string& host : config.allowedHosts) {
    if (isHostName(host)) continue;
    return refuse("allowed-hosts", fmt::format("'{}' is not a host name or address (no port, no wildcard)", host));
  }
  const auto limit = [this](std::string_view key) { return static_cast<uint32_t>(integer(key).value_or(0)); };
  config.limits.bodyBytes = limit("max-body-bytes");
  config.limits.headerBytes = limit("max-header-bytes");
  config.limits.targetBytes = limit("max-target-bytes");
  config.limits.headerSeconds = limit("header-timeout");
  config.limits.idleSeconds = limit("idle-timeout");
  config.limits.minBodyBytesPerSecond = limit("min-body-rate");
  // Every request that runs or waits holds a connection, so connections are never the tighter limit.
  constexpr uint64_t kSpare = 128, kMostConnections = 65536;
  const bool dynamic = text("engine") == "dynamic" && source("limit-worker-concurrency") == SettingSource::Default;
  const uint64_t running =
      (dynamic ? 32 : integer("limit-worker-concurrency").value_or(1)) * integer("worker-num").value_or(1);
  const uint64_t waiting =
      static_cast<uint64_t>(integer("max-waiting").value_or(std::max<int64_t>(16, static_cast<int64_t>(8 * running))));
  config.limits.connections = static_cast<uint32_t>(
      std::clamp<uint64_t>(running + waiting + kSpare, limit("max-connections"), kMostConnections));

  if (!isLoopbackHost(config.host) && config.apiKeys.empty()) {
    return refuse("api-keys", fmt::format("listening on {} opens the server to other machines and needs a key: give "
                                          "--api-keys or --api-keys-file, or listen on 127.0.0.1",
                                          config.host));
  }
  return config;
}

}  // namespace app
