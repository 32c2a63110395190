// A hub of the test's own on the loopback address: lists, redirects to a second address that keeps large files, ranges,
// and every misbehaviour that a test asks for.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace app::testing {

/// What a client sent.
struct HubCall {
  bool atStorage = false;  ///< to the second address
  std::string method, target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string header(const std::string& name) const;
};

/// What is sent back.
struct HubReply {
  int status = 200;
  std::map<std::string, std::string> headers = {};
  std::string body = {};
  std::optional<uint64_t> statedLength = {};  ///< another Content-Length than the body's
  std::optional<uint64_t> cutAfter = {};      ///< the connection breaks after so many bytes of the body
  double bytesPerSecond = 0;                  ///< 0: as fast as it goes
  std::optional<uint64_t> stallAfter = {};    ///< nothing more comes after so many bytes, and the connection stays
  bool endless = false;                       ///< the body is repeated for ever
};

struct HubFixtureFile {
  std::string path, content;
  bool large = true;                         ///< kept at the second address, by SHA-256
  std::optional<uint64_t> listedBytes = {};  ///< a lie in the list
  std::optional<std::string> listedChecksum = {};
};

std::string sha256(const std::string& text);
std::string gitSha1(const std::string& text);
/// Bytes that no compression or repetition explains, the same for the same seed.
std::string randomBytes(size_t count, uint64_t seed);

class FakeHub {
 public:
  /// Asked first for every call; nothing: the usual answer. Called on the connections' threads, one at a time.
  using Hook = std::function<std::optional<HubReply>(const HubCall&)>;

  FakeHub();
  ~FakeHub();
  FakeHub(const FakeHub&) = delete;
  FakeHub& operator=(const FakeHub&) = delete;

  std::string endpoint() const;  ///< "http://127.0.0.1:port"
  std::string storage() const;   ///< the second address
  void add(const std::string& repository, HubFixtureFile file);
  /// Extra members of a repository's JSON (`"gated":"auto"`).
  void describe(const std::string& repository, const std::string& json);
  void setCommit(const std::string& repository, const std::string& commit);
  void setHook(Hook hook);
  std::vector<HubCall> calls() const;
  void clearCalls();
  /// The answer without any hook, for hooks that change a part of it.
  HubReply usual(const HubCall& call) const;

 private:
  struct Repository {
    std::string commit, json;
    std::vector<HubFixtureFile> files;
  };
  void accept(int listener, bool atStorage);
  void serve(int fd, bool atStorage);
  std::optional<HubReply> answer(const HubCall& call);
  bool send(int fd, const HubReply& reply) const;
  HubReply list(const Repository& repository, const std::string& id) const;
  HubReply resolve(const Repository& repository, const std::string& path) const;
  static HubReply ranged(const HubCall& call, const std::string& content);
  static int listen(uint16_t* port);

  uint16_t m_hubPort = 0, m_storagePort = 0;  ///< before what sets them
  int m_hub = -1, m_storageListener = -1;
  std::atomic<bool> m_end{false};
  mutable std::recursive_mutex m_mutex;
  std::map<std::string, Repository> m_repositories;
  Hook m_hook;
  std::vector<HubCall> m_calls;
  std::array<std::thread, 2> m_acceptors;
  std::vector<std::thread> m_threads;  ///< one a connection, started by the acceptors
  std::vector<int> m_open;
};

}  // namespace app::testing
