// One file on its way: its missing chunks over several connections, begun again where they broke.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>

#include "app/hub.h"
#include "app/hub/backoff.h"
#include "app/hub/http_loop.h"
#include "app/hub/hub_errors.h"
#include "app/hub/part_file.h"

namespace app::hub {

/// Lives on the network thread. Going away closes its connections; the part stays as far as it has come.
class FileTransfer {
 public:
  FileTransfer(HttpLoop& http, const HubTimes& times, std::mt19937_64& random, std::string url, Asked asked,
               HubFile file, PartFile part);
  ~FileTransfer();
  FileTransfer(const FileTransfer&) = delete;
  FileTransfer& operator=(const FileTransfer&) = delete;

  /// Opens connections while there are fewer than `most` in all of this file.
  void tick(Clock::time_point now, uint32_t most);
  uint32_t connections() const { return static_cast<uint32_t>(m_running.size()); }
  bool complete() const { return m_running.empty() && m_part.complete() && !m_error; }
  const std::optional<engine::Error>& error() const { return m_error; }
  /// Seconds until it tries again, and why; 0 when it does not wait.
  double waits(Clock::time_point now) const;
  const std::string& reason() const { return m_reason; }
  uint64_t bytesDone() const { return m_part.bytesDone(); }
  uint64_t bytesReceived() const { return m_received; }
  const HubFile& file() const { return m_file; }

 private:
  struct Connection {
    size_t chunk = 0;
    bool begun = false;      ///< its head was right
    std::string wrong = {};  ///< why it was refused
  };

  void open(size_t chunk);
  bool takeHead(Connection& connection, const HttpHead& head);
  bool takeBody(Connection& connection, std::string_view data);
  void takeEnd(HttpLoop::Id id, const HttpOutcome& outcome);
  bool checkIdentity(const HttpHead& head);
  bool checkRange(Connection& connection, const HttpHead& head);
  void again(Judgement judgement);
  void fail(engine::Error error);

  HttpLoop& m_http;
  Backoff m_backoff;
  std::string m_url;
  std::string m_place;  ///< the storage host's address of the file, while it is good
  Asked m_asked;
  HubFile m_file;
  PartFile m_part;
  std::map<HttpLoop::Id, Connection> m_running;
  bool m_ranges = true, m_restart = false;
  uint64_t m_received = 0, m_receivedAtFailure = 0;
  std::string m_reason;
  std::optional<engine::Error> m_error;
};

}  // namespace app::hub
