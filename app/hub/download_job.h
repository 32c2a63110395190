// One download from the list of files to the published model. Lives on the network thread; checksums and publication
// run on the disk thread and come back through `post`.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "app/hub.h"
#include "app/hub/api_query.h"
#include "app/hub/destination.h"
#include "app/hub/disk_worker.h"
#include "app/hub/file_lock.h"
#include "app/hub/file_transfer.h"
#include "app/hub/http_loop.h"

namespace app::hub {

/// What every job works with. Outlives the jobs.
struct JobServices {
  HttpLoop& http;
  DiskWorker& disk;
  const HubOptions& options;
  std::mt19937_64& random;
  std::function<void(std::function<void()>)> post;  ///< runs something on the network thread; from any thread
};

class DownloadJob : public std::enable_shared_from_this<DownloadJob> {
 public:
  /// `files`: those of an earlier run of the program, so that they can be deleted without asking the hub.
  DownloadJob(JobServices& services, DownloadSnapshot snapshot, std::vector<HubFile> files);

  /// Begins, or goes on from Paused and Failed.
  void start();
  void pause();
  void cancel();
  /// Moves it on, opening at most `connections`; returns how many it has open.
  uint32_t tick(Clock::time_point now, uint32_t connections);
  bool active() const;
  const DownloadSnapshot& snapshot() const { return m_snapshot; }
  /// Whether listeners have not heard of the present state yet; asking settles it.
  bool takeNews(Clock::time_point now);
  bool started() const { return m_started; }
  std::vector<HubFile> files() const;

 private:
  enum class FileState { Open, Checking, Whole };
  struct File {
    HubFile file;
    FileState state = FileState::Open;
    uint64_t left = 0;  ///< bytes of its part from before, while it has no transfer
    bool checkedTwice = false;
    std::optional<FileLock> lock = {};
    std::unique_ptr<FileTransfer> transfer = {};
  };

  void ask();
  void take(engine::Result<ApiAnswer> answer);
  void prepare(const HubListing& listing);
  engine::Result<void> choose(const HubListing& listing);
  void setDestination();
  engine::Result<void> lookAtDisk();
  bool openFile(File& file);
  void checkFile(size_t index, const std::filesystem::path& at, bool keep);
  void fileChecked(size_t index, bool keep, engine::Result<std::string> sum);
  void publish();
  void count(Clock::time_point now);
  void stopWork();
  void fail(engine::Error error);
  void enter(DownloadState state);
  Asked asked(const std::string& file) const;

  JobServices& m_services;
  DownloadSnapshot m_snapshot;
  std::unique_ptr<ApiQuery> m_query;
  std::optional<Destination> m_destination;
  std::vector<File> m_files;
  size_t m_main = 0;
  bool m_started = false, m_single = false, m_publishing = false, m_news = true;
  uint64_t m_receivedBefore = 0;              ///< of transfers that have ended
  std::shared_ptr<std::atomic<bool>> m_stop;  ///< ends the work on disk of this run
  Clock::time_point m_lastNews, m_lastLockTry, m_publishAt;
  std::deque<std::pair<Clock::time_point, uint64_t>> m_pace;  ///< bytes received, over the last seconds
};

}  // namespace app::hub
