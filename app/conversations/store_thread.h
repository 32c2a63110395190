// The one thread that touches the database: does what it is given, in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace app {

class StoreThread {
 public:
  StoreThread() : m_thread([this] { run(); }) {}
  /// Finishes what is queued.
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  void post(std::function<void()> work);
  /// Waits until everything posted before is done. Not to be called from the thread itself.
  void flush();

 private:
  void run();

  std::mutex m_mutex;
  std::condition_variable m_posted;
  std::deque<std::function<void()>> m_queue;
  bool m_ending = false;
  std::thread m_thread;
};

}  // namespace app
