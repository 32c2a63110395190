#include "app/hub/download_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "app/hub/checksum.h"
#include "app/hub/hub_json.h"
#include "app/hub/hub_requests.h"
#include "app/hub/model_choice.h"
#include "app/hub/names.h"
#include "engine/text.h"

namespace app::hub {

namespace {

using engine::Error;
using engine::ErrorCode;

constexpr auto kNewsEvery = std::chrono::milliseconds(100);
constexpr auto kLockEvery = std::chrono::milliseconds(100);
constexpr auto kPaceOver = std::chrono::seconds(5);
/// Kept free beside the download: names, links, the journal.
constexpr uint64_t kSpare = 16u << 20;

/// A short name of what is downloaded, the same in every run.
std::string keyOf(const std::string& commit, const std::vector<HubFile>& files) {
  uint64_t hash = 14695981039346656037u;
  const auto mix = [&](const std::string& text) {
    for (const char c : text + "\n") hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  };
  mix(commit);
  for (const HubFile& file : files) mix(file.path);
  return fmt::format("{:016x}", hash);
}

/// Two names that some file systems hold for one, or a file that would have to be a folder too.
engine::Result<void> checkCollisions(const std::vector<HubFile>& files) {
  std::map<std::string, int> names;
  for (const HubFile& file : files) ++names[lowerCase(file.path)];
  for (const HubFile& file : files) {
    const std::string lower = lowerCase(file.path);
    bool clash = names[lower] > 1;
    for (size_t slash = lower.find('/'); slash != lower.npos; slash = lower.find('/', slash + 1)) {
      clash = clash || names.contains(lower.substr(0, slash));
    }
    if (clash) {
      return Error{ErrorCode::Unsupported,
                   fmt::format("{} and another file of the repository have the same name on some disks: choose "
                               "between them",
                               file.path),
                   "choice"};
    }
  }
  return {};
}

}  // namespace

DownloadJob::DownloadJob(JobServices& services, DownloadSnapshot snapshot, std::vector<HubFile> files)
    : m_services(services), m_snapshot(std::move(snapshot)), m_stop(std::make_shared<std::atomic<bool>>(false)) {
  for (HubFile& file : files) m_files.push_back({.file = std::move(file)});
  if (!m_files.empty()) setDestination();
}

std::vector<HubFile> DownloadJob::files() const {
  std::vector<HubFile> out;
  for (const File& file : m_files) out.push_back(file.file);
  return out;
}

void DownloadJob::setDestination() {
  m_destination = m_snapshot.request.folder.empty()
                      ? Destination::cache(m_services.options.cacheFolder, m_snapshot.request.repository)
                      : Destination::folder(m_snapshot.request.folder, keyOf(m_snapshot.commit, files()));
}

bool DownloadJob::active() const {
  const DownloadState state = m_snapshot.state;
  return state == DownloadState::Starting || state == DownloadState::Waiting || state == DownloadState::Downloading ||
         state == DownloadState::Checking;
}

Asked DownloadJob::asked(const std::string& file) const {
  return {.endpoint = m_services.options.endpoint,
          .repository = m_snapshot.request.repository,
          .revision = m_snapshot.request.revision,
          .file = file,
          .withToken = !m_services.options.token.empty(),
          .tokenWithheld = m_services.http.tokenWithheld()};
}

void DownloadJob::enter(DownloadState state) {
  if (m_snapshot.state == state) return;
  m_snapshot.state = state;
  m_news = true;
}

void DownloadJob::start() {
  m_started = true;
  m_stop = std::make_shared<std::atomic<bool>>(false);
  m_snapshot.error = {};
  m_snapshot.note.clear();
  m_pace.clear();
  m_news = true;
  m_snapshot.state = DownloadState::Starting;
  ask();
}

void DownloadJob::ask() {
  // A download that was begun goes on at its commit, whatever the branch shows now.
  const std::string& revision = m_snapshot.commit.empty() ? m_snapshot.request.revision : m_snapshot.commit;
  m_query = std::make_unique<ApiQuery>(m_services.http, m_services.options.times, m_services.random,
                                       listUrl(m_services.options.endpoint, m_snapshot.request.repository, revision),
                                       asked(""), kMostListBytes,
                                       [this](engine::Result<ApiAnswer> answer) { take(std::move(answer)); });
}

void DownloadJob::take(engine::Result<ApiAnswer> answer) {
  if (!answer.ok()) return fail(answer.error());
  auto listing = readListing(answer->text);
  if (!listing.ok()) return fail(listing.error());
  if (!m_snapshot.commit.empty() && listing->commit != m_snapshot.commit) {
    return fail({ErrorCode::Io, "the hub's answer is about another commit than the one asked for", "network"});
  }
  listing->choices = findChoices(listing->files);
  prepare(listing.value());
}

void DownloadJob::prepare(const HubListing& listing) {
  if (const auto chosen = choose(listing); !chosen.ok()) return fail(chosen.error());
  if (const auto looked = lookAtDisk(); !looked.ok()) return fail(looked.error());
  enter(DownloadState::Downloading);
}

engine::Result<void> DownloadJob::choose(const HubListing& listing) {
  ENGINE_ASSIGN_OR_RETURN(const HubChoice choice, selectFiles(listing, m_snapshot.request.include));
  std::vector<HubFile> files;
  m_files.clear();
  for (const size_t i : choice.files) {
    if (i == choice.main) m_main = files.size();
    files.push_back(listing.files[i]);
    m_files.push_back({.file = listing.files[i]});
  }
  ENGINE_RETURN_IF_ERROR(checkCollisions(files));
  m_single = choice.format == HubFormat::Gguf;
  m_snapshot.commit = listing.commit;
  m_snapshot.label = choice.label;
  m_snapshot.bytes = choice.bytes;
  m_snapshot.files = static_cast<uint32_t>(files.size());
  setDestination();
  return {};
}

engine::Result<void> DownloadJob::lookAtDisk() {
  uint64_t missing = 0;
  std::set<std::string> counted;
  for (size_t i = 0; i < m_files.size(); ++i) {
    File& file = m_files[i];
    const std::filesystem::path found = m_destination->foundIn(file.file);
    if (!found.empty()) {
      // The user's own file: right ones are kept, others are never overwritten.
      checkFile(i, found, false);
      continue;
    }
    if (m_destination->isWhole(file.file)) {
      file.state = FileState::Whole;
      continue;
    }
    file.left = PartFile::bytesLeftBy(m_destination->partOf(file.file), file.file.bytes);
    if (counted.insert(file.file.checksum).second) missing += file.file.bytes - file.left;
  }
  if (missing == 0) return {};
  ENGINE_ASSIGN_OR_RETURN(const uint64_t free, m_destination->freeBytes());
  if (missing + kSpare <= free) return {};
  const std::filesystem::path place =
      m_snapshot.request.folder.empty() ? m_services.options.cacheFolder : m_snapshot.request.folder;
  return Error{ErrorCode::Io,
               fmt::format("{} takes {} more, and {} is free for {}: free some space there, or choose another folder",
                           m_snapshot.request.repository, engine::formatBytes(missing), engine::formatBytes(free),
                           place.string()),
               "space"};
}

bool DownloadJob::openFile(File& file) {
  auto lock = FileLock::tryTake(m_destination->lockOf(file.file));
  if (!lock.ok()) {
    fail(lock.error());
    return false;
  }
  if (!lock.value()) return false;
  // Another program may have finished it while we waited.
  if (m_destination->isWhole(file.file)) {
    file.state = FileState::Whole;
    m_news = true;
    return false;
  }
  auto part = PartFile::open(m_destination->partOf(file.file), file.file.bytes);
  if (!part.ok()) {
    fail(part.error());
    return false;
  }
  file.lock = std::move(lock.value());
  file.transfer = std::make_unique<FileTransfer>(
      m_services.http, m_services.options.times, m_services.random,
      fileUrl(m_services.options.endpoint, m_snapshot.request.repository, m_snapshot.commit, file.file.path),
      asked(file.file.path), file.file, std::move(part.value()));
  return true;
}

uint32_t DownloadJob::tick(Clock::time_point now, uint32_t connections) {
  if (!active()) return 0;
  if (m_query) {
    m_query->tick(now);
    if (m_query->done()) m_query.reset();
    return 0;
  }
  const bool tryLocks = now - m_lastLockTry >= kLockEvery;
  if (tryLocks) m_lastLockTry = now;
  uint32_t used = 0;
  bool locked = false, checking = false, moving = false, open = false;
  const FileTransfer* waiting = nullptr;
  for (size_t i = 0; i < m_files.size() && active(); ++i) {
    File& file = m_files[i];
    checking = checking || file.state == FileState::Checking;
    if (file.state != FileState::Open) continue;
    open = true;
    if (!file.transfer && used < connections && tryLocks && !openFile(file)) {
      locked = locked || file.state == FileState::Open;
    }
    if (!file.transfer) continue;
    file.transfer->tick(now, connections - std::min(connections, used));
    used += file.transfer->connections();
    if (file.transfer->error()) {
      fail(*file.transfer->error());
      return 0;
    }
    if (file.transfer->waits(now) > 0) waiting = file.transfer.get();
    moving = moving || file.transfer->connections() > 0;
    if (file.transfer->complete()) checkFile(i, m_destination->partOf(file.file), true);
  }
  if (!active()) return 0;
  if (!open && !checking && !m_publishing && now >= m_publishAt) publish();
  if (moving) {
    m_snapshot.note.clear();
    enter(DownloadState::Downloading);
  } else if (waiting != nullptr) {
    m_snapshot.note = fmt::format("trying again in {:.0f} s: {}", waiting->waits(now), waiting->reason());
    enter(DownloadState::Waiting);
  } else if (!open) {
    m_snapshot.note.clear();
    enter(DownloadState::Checking);
  } else if (connections == 0) {
    m_snapshot.note = "other downloads come first";
    enter(DownloadState::Waiting);
  } else if (locked) {
    m_snapshot.note = "another program downloads the same files";
    enter(DownloadState::Waiting);
  }
  count(now);
  return used;
}

void DownloadJob::checkFile(size_t index, const std::filesystem::path& at, bool keep) {
  File& file = m_files[index];
  file.state = FileState::Checking;
  if (file.transfer) {
    m_receivedBefore += file.transfer->bytesReceived();
    file.left = file.file.bytes;
    file.transfer.reset();
  }
  // The work holds the file's lock until it is over, whatever becomes of the download.
  auto lock = std::make_shared<std::optional<FileLock>>(std::exchange(file.lock, std::nullopt));
  m_services.disk.post([weak = weak_from_this(), stop = m_stop, post = m_services.post, destination = *m_destination,
                        wanted = file.file, lock, index, at, keep] {
    auto sum = fileChecksum(at, wanted.checksum, *stop);
    if (sum.ok() && keep && sum.value() == wanted.checksum && !stop->load()) {
      if (const auto kept = destination.keep(wanted); !kept.ok()) sum = kept.error();
    } else if (sum.ok() && keep && sum.value() != wanted.checksum) {
      PartFile::remove(at);
    }
    lock->reset();
    post([weak, stop, index, keep, sum = std::move(sum)] {
      const auto job = weak.lock();
      if (job && !stop->load()) job->fileChecked(index, keep, sum);
    });
  });
}

void DownloadJob::fileChecked(size_t index, bool keep, engine::Result<std::string> sum) {
  File& file = m_files[index];
  if (!sum.ok()) return fail(sum.error());
  m_news = true;
  if (sum.value() == file.file.checksum) {
    file.state = FileState::Whole;
    return;
  }
  if (!keep) {
    return fail({ErrorCode::InvalidArgument,
                 fmt::format("{} is there already and is another file than the hub's: choose another folder, or take "
                             "it away",
                             m_destination->foundIn(file.file).string()),
                 "folder"});
  }
  if (file.checkedTwice) {
    return fail({ErrorCode::Damaged,
                 fmt::format("{} came twice with a wrong checksum ({}... instead of {}...): the hub, or something on "
                             "the way, has a damaged copy. Try again later, or name another hub with HF_ENDPOINT",
                             file.file.path, sum.value().substr(0, 12), file.file.checksum.substr(0, 12)),
                 "checksum"});
  }
  file.checkedTwice = true;
  file.left = 0;
  file.state = FileState::Open;
}

void DownloadJob::publish() {
  m_publishing = true;
  m_services.disk.post([weak = weak_from_this(), stop = m_stop, post = m_services.post, destination = *m_destination,
                        files = files(), main = m_main, revision = m_snapshot.request.revision,
                        commit = m_snapshot.commit] {
    const auto done = destination.publish(files, main, revision, commit);
    post([weak, stop, done] {
      const auto job = weak.lock();
      if (!job || stop->load()) return;
      job->m_publishing = false;
      if (!done.ok() && done.error().code == ErrorCode::Unavailable) {
        job->m_publishAt = Clock::now() + kLockEvery;
        return;
      }
      if (!done.ok()) return job->fail(done.error());
      job->m_snapshot.path =
          job->m_destination->modelPath(job->m_files[job->m_main].file, job->m_single, job->m_snapshot.commit);
      job->count(Clock::now());
      job->m_snapshot.secondsLeft = 0;
      job->enter(DownloadState::Done);
    });
  });
}

void DownloadJob::count(Clock::time_point now) {
  m_snapshot.bytesDone = 0;
  m_snapshot.filesDone = 0;
  m_snapshot.bytesReceived = m_receivedBefore;
  for (const File& file : m_files) {
    const bool whole = file.state == FileState::Whole;
    m_snapshot.filesDone += whole ? 1 : 0;
    m_snapshot.bytesDone += whole ? file.file.bytes : file.transfer ? file.transfer->bytesDone() : file.left;
    if (file.transfer) m_snapshot.bytesReceived += file.transfer->bytesReceived();
  }
  if (m_pace.empty() || now - m_pace.back().first >= kNewsEvery) m_pace.emplace_back(now, m_snapshot.bytesReceived);
  while (m_pace.size() > 2 && now - m_pace.front().first > kPaceOver) m_pace.pop_front();
  const double seconds = std::chrono::duration<double>(now - m_pace.front().first).count();
  const auto bytes = static_cast<double>(m_snapshot.bytesReceived - m_pace.front().second);
  m_snapshot.bytesPerSecond = seconds > 0 ? bytes / seconds : 0;
  const auto left = static_cast<double>(m_snapshot.bytes - m_snapshot.bytesDone);
  m_snapshot.secondsLeft = m_snapshot.bytesPerSecond > 0 ? left / m_snapshot.bytesPerSecond : -1;
}

bool DownloadJob::takeNews(Clock::time_point now) {
  const bool due = m_news || (active() && now - m_lastNews >= kNewsEvery);
  if (!due) return false;
  m_news = false;
  m_lastNews = now;
  return true;
}

void DownloadJob::stopWork() {
  m_stop->store(true);
  m_query.reset();
  if (m_destination) count(Clock::now());
  for (File& file : m_files) {
    if (file.transfer) {
      m_receivedBefore += file.transfer->bytesReceived();
      file.left = file.transfer->bytesDone();
      file.transfer.reset();
    }
    if (file.state == FileState::Checking) file.state = FileState::Open;
    file.lock.reset();
  }
  m_publishing = false;
  m_snapshot.bytesPerSecond = 0;
  m_snapshot.secondsLeft = -1;
  m_snapshot.note.clear();
}

void DownloadJob::pause() {
  if (!active()) return;
  stopWork();
  enter(DownloadState::Paused);
}

void DownloadJob::cancel() {
  if (m_snapshot.state == DownloadState::Done || m_snapshot.state == DownloadState::Cancelled) return;
  stopWork();
  enter(DownloadState::Cancelled);
  if (!m_destination) return;
  m_services.disk.post([destination = *m_destination, files = files()] { destination.discard(files); });
}

void DownloadJob::fail(Error error) {
  stopWork();
  m_snapshot.error = std::move(error);
  enter(DownloadState::Failed);
}

}  // namespace app::hub
