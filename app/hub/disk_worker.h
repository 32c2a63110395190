// A thread for work on disk that takes long: checksums, publication.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace app::hub {

class DiskWorker {
 public:
  DiskWorker();
  /// Waits until everything posted is done; work whose owner is gone is expected to end at once.
  ~DiskWorker();
  void post(std::function<void()> work);

 private:
  void run();

  std::mutex m_mutex;
  std::condition_variable m_wake;
  std::deque<std::function<void()>> m_queue;
  bool m_end = false;
  std::thread m_thread;
};

}  // namespace app::hub
