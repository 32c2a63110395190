// The client's network thread: queries, downloads, news for listeners.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>

#include "app/hub.h"
#include "app/hub/api_query.h"
#include "app/hub/download_job.h"
#include "app/hub/download_list.h"
#include "app/hub/hub_json.h"
#include "app/hub/hub_requests.h"
#include "app/hub/model_choice.h"
#include "app/hub/names.h"
#include "engine/text.h"

namespace app {

namespace {

using engine::Error;
using engine::ErrorCode;
using hub::ApiAnswer;
using hub::ApiQuery;
using hub::Asked;
using hub::Clock;
using hub::DownloadJob;

constexpr size_t kMostTextBytes = 1u << 20;
constexpr uint32_t kMostSearchRows = 100;
constexpr double kBusyTick = 0.05, kIdleTick = 3600;
constexpr auto kListEvery = std::chrono::seconds(2);

engine::Result<void> checkEndpoint(const std::string& endpoint) {
  if (!hub::originOf(endpoint).empty()) return {};
  return Error{ErrorCode::InvalidArgument,
               fmt::format("HF_ENDPOINT is '{}', which is no http or https address", engine::printable(endpoint)),
               "network"};
}

}  // namespace

class HubClient::Impl {
 public:
  explicit Impl(HubOptions options)
      : m_options(std::move(options)),
        m_random(std::random_device{}()),
        m_http({.endpoint = m_options.endpoint,
                .token = m_options.token,
                .connectSeconds = m_options.times.connectSeconds,
                .stallSeconds = m_options.times.stallSeconds}),
        m_list(m_options.stateFile),
        m_services{m_http, m_disk, m_options, m_random, [this](std::function<void()> work) { post(std::move(work)); }} {
    for (hub::KeptDownload& kept : m_list.read()) {
      const DownloadId id = kept.snapshot.id = ++m_lastDownload;
      m_interrupted[id] = kept.interrupted;
      m_snapshots[id] = kept.snapshot;
      m_jobs[id] = std::make_shared<DownloadJob>(m_services, std::move(kept.snapshot), std::move(kept.files));
    }
    m_thread = std::thread([this] { run(); });
  }

  ~Impl() {
    post([this] { m_end = true; });
    m_thread.join();
  }

  void post(std::function<void()> work) {
    {
      const std::lock_guard lock(m_mutex);
      m_inbox.push_back(std::move(work));
    }
    m_http.wake();
  }

  QueryId query(std::string url, Asked asked, size_t mostBytes, ApiQuery::Then then, engine::Result<void> check) {
    const QueryId id = nextQuery();
    post([this, id, url = std::move(url), asked = std::move(asked), mostBytes, then = std::move(then),
          check = std::move(check)]() mutable {
      if (check.ok()) check = checkEndpoint(m_options.endpoint);
      if (!check.ok()) return then(check.error());
      m_queries[id] = std::make_unique<ApiQuery>(m_http, m_options.times, m_random, std::move(url), std::move(asked),
                                                 mostBytes, std::move(then));
    });
    return id;
  }

  void cancelQuery(QueryId id) {
    if (std::this_thread::get_id() == m_thread.get_id()) {
      m_queries.erase(id);
    } else {
      post([this, id] { m_queries.erase(id); });
    }
  }

  DownloadId download(DownloadRequest request) {
    // In one form, so that the same download asked for twice is known again.
    if (const auto name = hub::parseRepository(request.repository, m_options.endpoint); name.ok()) {
      request.repository = name->id;
      if (!name->revision.empty()) request.revision = name->revision;
    }
    std::error_code error;
    if (!request.folder.empty()) request.folder = std::filesystem::absolute(request.folder, error);
    const std::lock_guard lock(m_mutex);
    for (const auto& [id, snapshot] : m_snapshots) {
      const DownloadRequest& known = snapshot.request;
      const bool same = known.repository == request.repository && known.revision == request.revision &&
                        known.include == request.include && known.folder == request.folder;
      if (same && snapshot.state != DownloadState::Done && snapshot.state != DownloadState::Cancelled) {
        m_inbox.push_back([this, found = id] { startJob(found); });
        m_http.wake();
        return id;
      }
    }
    DownloadSnapshot fresh;
    fresh.id = ++m_lastDownload;
    fresh.request = std::move(request);
    m_snapshots[fresh.id] = fresh;
    const DownloadId id = fresh.id;
    m_inbox.push_back([this, fresh = std::move(fresh)]() mutable { begin(std::move(fresh)); });
    m_http.wake();
    return id;
  }

  void withJob(DownloadId id, std::function<void(DownloadJob&)> what) {
    post([this, id, what = std::move(what)] {
      if (const auto found = m_jobs.find(id); found != m_jobs.end()) what(*found->second);
    });
  }

  void resume(DownloadId id) {
    post([this, id] { startJob(id); });
  }

  void forget(DownloadId id) {
    post([this, id] {
      const auto found = m_jobs.find(id);
      if (found == m_jobs.end()) return;
      const DownloadState state = found->second->snapshot().state;
      if (found->second->active() || state == DownloadState::Paused) return;
      m_jobs.erase(found);
      m_listDirty = true;
      const std::lock_guard lock(m_mutex);
      m_snapshots.erase(id);
    });
  }

  void resumeInterrupted() {
    post([this] {
      for (const auto& [id, interrupted] : std::exchange(m_interrupted, {})) {
        if (interrupted) startJob(id);
      }
    });
  }

  std::vector<DownloadSnapshot> downloads() const {
    const std::lock_guard lock(m_mutex);
    std::vector<DownloadSnapshot> out;
    for (const auto& [id, snapshot] : m_snapshots) out.push_back(snapshot);
    return out;
  }

  int addListener(Listener listener) {
    const std::lock_guard lock(m_mutex);
    m_listeners[++m_lastListener] = std::move(listener);
    return m_lastListener;
  }

  void removeListener(int id) {
    const std::lock_guard lock(m_mutex);
    m_listeners.erase(id);
  }

  const HubOptions& options() const { return m_options; }
  bool tokenWithheld() const { return m_http.tokenWithheld(); }

 private:
  QueryId nextQuery() {
    const std::lock_guard lock(m_mutex);
    return ++m_lastQuery;
  }

  void begin(DownloadSnapshot fresh) {
    const DownloadId id = fresh.id;
    auto check = checkEndpoint(m_options.endpoint);
    const auto name = hub::parseRepository(fresh.request.repository, m_options.endpoint);
    if (check.ok() && !name.ok()) check = name.error();
    if (check.ok()) check = hub::checkRevision(fresh.request.revision);
    if (!check.ok()) {
      fresh.state = DownloadState::Failed;
      fresh.error = check.error();
    }
    const bool good = check.ok();
    m_jobs[id] = std::make_shared<DownloadJob>(m_services, std::move(fresh), std::vector<HubFile>());
    if (good) startJob(id);
  }

  void startJob(DownloadId id) {
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end()) return;
    const DownloadState state = found->second->snapshot().state;
    const bool fresh = state == DownloadState::Starting && !found->second->started();
    if (fresh || state == DownloadState::Paused || state == DownloadState::Failed) found->second->start();
  }

  void takeInbox() {
    std::vector<std::function<void()>> work;
    {
      const std::lock_guard lock(m_mutex);
      work.swap(m_inbox);
    }
    for (const auto& piece : work) piece();
  }

  void tellNews(Clock::time_point now) {
    for (const auto& [id, job] : m_jobs) {
      const DownloadState before = m_told[id];
      if (!job->takeNews(now)) continue;
      const DownloadSnapshot snapshot = job->snapshot();
      m_told[id] = snapshot.state;
      m_listDirty = m_listDirty || before != snapshot.state;
      std::map<int, Listener> listeners;
      {
        const std::lock_guard lock(m_mutex);
        m_snapshots[id] = snapshot;
        listeners = m_listeners;
      }
      for (const auto& [number, listener] : listeners) listener(snapshot);
    }
  }

  void keepList(Clock::time_point now) {
    const bool running =
        std::any_of(m_jobs.begin(), m_jobs.end(), [](const auto& job) { return job.second->active(); });
    if (!m_listDirty && !(running && now - m_listKept >= kListEvery)) return;
    m_listDirty = false;
    m_listKept = now;
    writeList();
  }

  void writeList() {
    std::vector<hub::KeptDownload> kept;
    for (const auto& [id, job] : m_jobs) {
      kept.push_back({.snapshot = job->snapshot(), .files = job->files(), .interrupted = job->active()});
    }
    m_list.write(kept);
  }

  void run() {
    while (!m_end) {
      takeInbox();
      if (m_end) break;
      const Clock::time_point now = Clock::now();
      for (auto& [id, query] : m_queries) query->tick(now);
      std::erase_if(m_queries, [](const auto& query) { return query.second->done(); });
      uint32_t used = 0;
      for (const auto& [id, job] : m_jobs) {
        used += job->tick(now, m_options.connections - std::min(m_options.connections, used));
      }
      tellNews(now);
      keepList(now);
      const bool busy = !m_queries.empty() ||
                        std::any_of(m_jobs.begin(), m_jobs.end(), [](const auto& job) { return job.second->active(); });
      m_http.run(busy ? kBusyTick : kIdleTick);
    }
    // The list is written while they still count as running: the next program goes on with them.
    writeList();
    for (const auto& [id, job] : m_jobs) job->pause();
    m_queries.clear();
    m_jobs.clear();
  }

  HubOptions m_options;
  std::mt19937_64 m_random;
  hub::HttpLoop m_http;
  hub::DownloadList m_list;

  mutable std::mutex m_mutex;  ///< of the following, up to the empty line
  std::vector<std::function<void()>> m_inbox;
  std::map<DownloadId, DownloadSnapshot> m_snapshots;
  std::map<int, Listener> m_listeners;
  QueryId m_lastQuery = 0;
  DownloadId m_lastDownload = 0;
  int m_lastListener = 0;

  hub::DiskWorker m_disk;  ///< ends before what its work speaks to
  hub::JobServices m_services;
  std::map<QueryId, std::unique_ptr<ApiQuery>> m_queries;
  std::map<DownloadId, std::shared_ptr<DownloadJob>> m_jobs;
  std::map<DownloadId, DownloadState> m_told;
  std::map<DownloadId, bool> m_interrupted;
  Clock::time_point m_listKept;
  bool m_listDirty = false, m_end = false;
  std::thread m_thread;
};

HubClient::HubClient(HubOptions options) : m_impl(std::make_unique<Impl>(std::move(options))) {}
HubClient::~HubClient() = default;

HubClient::QueryId HubClient::search(HubSearch search, Then<HubSearchPage> then) {
  const HubOptions& options = m_impl->options();
  engine::Result<void> check;
  search.limit = std::clamp(search.limit, 1u, kMostSearchRows);
  std::string url = hub::searchUrl(options.endpoint, search);
  if (!search.next.empty()) {
    url = search.next;
    if (hub::originOf(url) != hub::originOf(options.endpoint)) {
      check = Error{ErrorCode::InvalidArgument, "the next page is not the hub's own", "network"};
    }
  }
  Asked asked{.endpoint = options.endpoint, .repository = "", .revision = "", .file = ""};
  asked.withToken = !options.token.empty();
  asked.tokenWithheld = m_impl->tokenWithheld();
  return m_impl->query(
      std::move(url), std::move(asked), hub::kMostListBytes,
      [then = std::move(then)](engine::Result<ApiAnswer> answer) {
        if (!answer.ok()) return then(answer.error());
        auto models = hub::readModels(answer->text);
        if (!models.ok()) return then(models.error());
        then(HubSearchPage{std::move(models.value()), answer->next});
      },
      std::move(check));
}

HubClient::QueryId HubClient::list(std::string repository, std::string revision, Then<HubListing> then) {
  const HubOptions& options = m_impl->options();
  const auto name = hub::parseRepository(repository, options.endpoint);
  engine::Result<void> check;
  if (name.ok() && !name->revision.empty()) revision = name->revision;
  if (!name.ok()) {
    check = name.error();
  } else {
    repository = name->id;
    check = hub::checkRevision(revision);
  }
  Asked asked{.endpoint = options.endpoint, .repository = repository, .revision = revision, .file = ""};
  asked.withToken = !options.token.empty();
  asked.tokenWithheld = m_impl->tokenWithheld();
  std::string url = hub::listUrl(options.endpoint, repository, revision);
  return m_impl->query(
      std::move(url), std::move(asked), hub::kMostListBytes,
      [then = std::move(then), revision](engine::Result<ApiAnswer> answer) {
        if (!answer.ok()) return then(answer.error());
        auto listing = hub::readListing(answer->text);
        if (!listing.ok()) return then(listing.error());
        listing->revision = revision;
        listing->choices = hub::findChoices(listing->files);
        then(std::move(listing));
      },
      std::move(check));
}

HubClient::QueryId HubClient::readText(std::string repository, std::string revision, std::string path,
                                       Then<std::string> then) {
  const HubOptions& options = m_impl->options();
  const auto name = hub::parseRepository(repository, options.endpoint);
  engine::Result<void> check = name.ok() ? hub::checkRevision(revision) : engine::Result<void>(name.error());
  if (check.ok() && !hub::isSafePath(path)) {
    check = Error{ErrorCode::InvalidArgument, "that is no path of a repository's file", "file"};
  }
  Asked asked{.endpoint = options.endpoint, .repository = repository, .revision = revision, .file = path};
  asked.withToken = !options.token.empty();
  asked.tokenWithheld = m_impl->tokenWithheld();
  std::string url = hub::fileUrl(options.endpoint, repository, revision, path);
  return m_impl->query(
      std::move(url), std::move(asked), kMostTextBytes,
      [then = std::move(then)](engine::Result<ApiAnswer> answer) {
        if (!answer.ok()) return then(answer.error());
        then(std::move(answer->text));
      },
      std::move(check));
}

void HubClient::cancelQuery(QueryId id) {
  m_impl->cancelQuery(id);
}

DownloadId HubClient::download(DownloadRequest request) {
  return m_impl->download(std::move(request));
}

void HubClient::pause(DownloadId id) {
  m_impl->withJob(id, [](DownloadJob& job) { job.pause(); });
}

void HubClient::resume(DownloadId id) {
  m_impl->resume(id);
}

void HubClient::cancel(DownloadId id) {
  m_impl->withJob(id, [](DownloadJob& job) { job.cancel(); });
}

void HubClient::forget(DownloadId id) {
  m_impl->forget(id);
}

void HubClient::resumeInterrupted() {
  m_impl->resumeInterrupted();
}

std::vector<DownloadSnapshot> HubClient::downloads() const {
  return m_impl->downloads();
}

int HubClient::addListener(Listener listener) {
  return m_impl->addListener(std::move(listener));
}

void HubClient::removeListener(int id) {
  m_impl->removeListener(id);
}

const HubOptions& HubClient::options() const {
  return m_impl->options();
}

}  // namespace app
