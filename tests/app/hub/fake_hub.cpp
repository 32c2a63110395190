#include "tests/app/hub/fake_hub.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>

namespace app::testing {

namespace {

std::string digest(const EVP_MD* kind, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &size, kind, nullptr);
  std::string out;
  for (unsigned int i = 0; i < size; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

std::string decoded(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool sendAll(int fd, const char* data, size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<size_t>(sent);
  }
  return true;
}

}  // namespace

std::string sha256(const std::string& text) {
  return digest(EVP_sha256(), text);
}

std::string gitSha1(const std::string& text) {
  std::string whole = "blob " + std::to_string(text.size());
  whole += '\0';
  return digest(EVP_sha1(), whole + text);
}

std::string randomBytes(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string out(count, '\0');
  for (size_t i = 0; i < count; i += 8) {
    const uint64_t word = random();
    for (size_t j = i; j < std::min(count, i + 8); ++j) out[j] = static_cast<char>(word >> (8 * (j - i)));
  }
  return out;
}

std::string HubCall::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

int FakeHub::listen(uint16_t* port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 64) != 0) return -1;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  *port = ntohs(address.sin_port);
  return fd;
}

FakeHub::FakeHub() : m_hub(listen(&m_hubPort)), m_storageListener(listen(&m_storagePort)) {
  m_acceptors = {std::thread([this] { accept(m_hub, false); }),
                 std::thread([this] { accept(m_storageListener, true); })};
}

FakeHub::~FakeHub() {
  m_end = true;
  ::shutdown(m_hub, SHUT_RDWR);
  ::shutdown(m_storageListener, SHUT_RDWR);
  for (std::thread& acceptor : m_acceptors) acceptor.join();  // then the list of the others is complete
  {
    const std::lock_guard lock(m_mutex);
    for (const int fd : m_open) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : m_threads) thread.join();
  ::close(m_hub);
  ::close(m_storageListener);
}

std::string FakeHub::endpoint() const {
  return fmt::format("http://127.0.0.1:{}", m_hubPort);
}

std::string FakeHub::storage() const {
  return fmt::format("http://127.0.0.1:{}", m_storagePort);
}

void FakeHub::add(const std::string& repository, HubFixtureFile file) {
  const std::lock_guard lock(m_mutex);
  Repository& to = m_repositories[repository];
  if (to.commit.empty()) to.commit = gitSha1(repository);
  std::erase_if(to.files, [&](const HubFixtureFile& other) { return other.path == file.path; });
  to.files.push_back(std::move(file));
}

void FakeHub::describe(const std::string& repository, const std::string& json) {
  const std::lock_guard lock(m_mutex);
  m_repositories[repository].json = json;
}

void FakeHub::setCommit(const std::string& repository, const std::string& commit) {
  const std::lock_guard lock(m_mutex);
  m_repositories[repository].commit = commit;
}

void FakeHub::setHook(Hook hook) {
  const std::lock_guard lock(m_mutex);
  m_hook = std::move(hook);
}

std::vector<HubCall> FakeHub::calls() const {
  const std::lock_guard lock(m_mutex);
  return m_calls;
}

void FakeHub::clearCalls() {
  const std::lock_guard lock(m_mutex);
  m_calls.clear();
}

void FakeHub::accept(int listener, bool atStorage) {
  while (!m_end) {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const std::lock_guard lock(m_mutex);
    m_open.push_back(fd);
    m_threads.emplace_back([this, fd, atStorage] {
      serve(fd, atStorage);
      const std::lock_guard closing(m_mutex);
      std::erase(m_open, fd);
      ::close(fd);
    });
  }
}

void FakeHub::serve(int fd, bool atStorage) {
  std::string pending;
  for (;;) {
    size_t end;
    while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
      std::array<char, 4096> buffer;
      const ssize_t count = ::recv(fd, buffer.data(), buffer.size(), 0);
      if (count <= 0 || pending.size() > 65536) return;
      pending.append(buffer.data(), static_cast<size_t>(count));
    }
    const std::string head = pending.substr(0, end + 2);
    pending.erase(0, end + 4);
    HubCall call;
    call.atStorage = atStorage;
    const size_t space = head.find(' '), second = head.find(' ', space + 1);
    call.method = head.substr(0, space);
    call.target = head.substr(space + 1, second - space - 1);
    for (size_t at = head.find("\r\n") + 2; at < head.size();) {
      const size_t next = head.find("\r\n", at), colon = head.find(':', at);
      std::string name = head.substr(at, colon - at);
      for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      const size_t value = head.find_first_not_of(' ', colon + 1);
      call.headers[name] = head.substr(value, next - value);
      at = next + 2;
    }
    const auto reply = answer(call);
    if (!reply || !send(fd, *reply)) return;
  }
}

std::optional<HubReply> FakeHub::answer(const HubCall& call) {
  const std::lock_guard lock(m_mutex);
  m_calls.push_back(call);
  if (m_hook) {
    if (auto reply = m_hook(call)) return reply;
  }
  return usual(call);
}

bool FakeHub::send(int fd, const HubReply& reply) const {
  std::string head = fmt::format("HTTP/1.1 {} Answer\r\n", reply.status);
  if (!reply.endless) head += fmt::format("Content-Length: {}\r\n", reply.statedLength.value_or(reply.body.size()));
  for (const auto& [name, value] : reply.headers) head += fmt::format("{}: {}\r\n", name, value);
  head += "\r\n";
  if (!sendAll(fd, head.data(), head.size())) return false;
  constexpr size_t kPiece = 16384;
  const auto begun = std::chrono::steady_clock::now();
  for (size_t at = 0; at < reply.body.size() && !m_end;) {
    const size_t limit =
        std::min<uint64_t>(reply.cutAfter.value_or(reply.body.size()), reply.stallAfter.value_or(reply.body.size()));
    const size_t piece = std::min(kPiece, std::min<size_t>(limit, reply.body.size()) - std::min<size_t>(at, limit));
    if (piece == 0) break;
    if (!sendAll(fd, reply.body.data() + at, piece)) return false;
    at += piece;
    if (reply.bytesPerSecond > 0) {
      std::this_thread::sleep_until(begun + std::chrono::microseconds(static_cast<int64_t>(
                                                static_cast<double>(at) * 1e6 / reply.bytesPerSecond)));
    }
    if (reply.endless && at == reply.body.size()) at = 0;
  }
  if (reply.cutAfter && *reply.cutAfter < reply.body.size()) return false;
  if (reply.stallAfter && *reply.stallAfter < reply.body.size()) {
    std::array<char, 16> waste;
    while (!m_end && ::recv(fd, waste.data(), waste.size(), 0) > 0) {
    }
    return false;
  }
  return reply.statedLength.value_or(reply.body.size()) == reply.body.size();
}

HubReply FakeHub::usual(const HubCall& call) const {
  const std::lock_guard lock(m_mutex);
  const std::string path = decoded(call.target.substr(0, call.target.find('?')));
  if (call.atStorage) {
    for (const auto& [id, repository] : m_repositories) {
      for (const HubFixtureFile& file : repository.files) {
        if (path == "/store/" + sha256(file.content)) return ranged(call, file.content);
      }
    }
    return {.status = 404};
  }
  if (path == "/api/models") {
    std::string body = "[";
    for (const auto& [id, repository] : m_repositories) {
      body += fmt::format("{}{{\"id\":\"{}\"{}{}}}", body.size() > 1 ? "," : "", id, repository.json.empty() ? "" : ",",
                          repository.json);
    }
    return {.headers = {{"Content-Type", "application/json"}}, .body = body + "]"};
  }
  for (const auto& [id, repository] : m_repositories) {
    const std::string api = "/api/models/" + id + "/revision/", files = "/" + id + "/resolve/";
    if (path.starts_with(api)) {
      const std::string revision = path.substr(api.size());
      if (revision == "main" || revision == repository.commit) return list(repository, id);
      return {.status = 404, .headers = {{"X-Error-Code", "RevisionNotFound"}}};
    }
    if (path.starts_with(files)) {
      const std::string rest = path.substr(files.size());
      return resolve(repository, rest.substr(rest.find('/') + 1));
    }
  }
  return {.status = 404, .headers = {{"X-Error-Code", "RepoNotFound"}}};
}

HubReply FakeHub::list(const Repository& repository, const std::string& id) const {
  std::string body = fmt::format("{{\"id\":\"{}\",\"sha\":\"{}\",{}{}\"siblings\":[", id, repository.commit,
                                 repository.json, repository.json.empty() ? "" : ",");
  bool first = true;
  for (const HubFixtureFile& file : repository.files) {
    const uint64_t bytes = file.listedBytes.value_or(file.content.size());
    if (file.large) {
      body += fmt::format(
          "{}{{\"rfilename\":\"{}\",\"size\":{},\"blobId\":\"{}\",\"lfs\":{{\"sha256\":\"{}\",\"size\":{},"
          "\"pointerSize\":134}}}}",
          first ? "" : ",", file.path, bytes, gitSha1(file.path), file.listedChecksum.value_or(sha256(file.content)),
          bytes);
    } else {
      body += fmt::format("{}{{\"rfilename\":\"{}\",\"size\":{},\"blobId\":\"{}\"}}", first ? "" : ",", file.path,
                          bytes, file.listedChecksum.value_or(gitSha1(file.content)));
    }
    first = false;
  }
  return {.headers = {{"Content-Type", "application/json"}}, .body = body + "]}"};
}

HubReply FakeHub::resolve(const Repository& repository, const std::string& path) const {
  for (const HubFixtureFile& file : repository.files) {
    if (file.path != path) continue;
    if (!file.large) {
      return {.headers = {{"ETag", fmt::format("\"{}\"", gitSha1(file.content))}, {"X-Repo-Commit", repository.commit}},
              .body = file.content};
    }
    const std::string sum = sha256(file.content);
    return {.status = 302,
            .headers = {{"Location", fmt::format("{}/store/{}?signature=abc", storage(), sum)},
                        {"X-Linked-Etag", fmt::format("\"{}\"", sum)},
                        {"X-Linked-Size", std::to_string(file.content.size())},
                        {"X-Repo-Commit", repository.commit}},
            .body = "Found. Redirecting"};
  }
  return {.status = 404, .headers = {{"X-Error-Code", "EntryNotFound"}}};
}

HubReply FakeHub::ranged(const HubCall& call, const std::string& content) {
  const std::string range = call.header("range");
  if (!range.starts_with("bytes=")) {
    return {.headers = {{"Accept-Ranges", "bytes"}, {"ETag", "\"storage-tag\""}}, .body = content};
  }
  const size_t dash = range.find('-');
  const uint64_t first = std::stoull(range.substr(6, dash - 6));
  const std::string lastText = range.substr(dash + 1);
  const uint64_t last =
      lastText.empty() ? content.size() - 1 : std::min<uint64_t>(std::stoull(lastText), content.size() - 1);
  if (first >= content.size() || first > last) return {.status = 416};
  return {.status = 206,
          .headers = {{"Content-Range", fmt::format("bytes {}-{}/{}", first, last, content.size())},
                      {"ETag", "\"storage-tag\""}},
          .body = content.substr(first, last - first + 1)};
}

}  // namespace app::testing
