#include "app/conversations/store_thread.h"

#include <future>

namespace app {

StoreThread::~StoreThread() {
  {
    const std::lock_guard lock(m_mutex);
    m_ending = true;
  }
  m_posted.notify_one();
  m_thread.join();
}

void StoreThread::post(std::function<void()> work) {
  {
    const std::lock_guard lock(m_mutex);
    m_queue.push_back(std::move(work));
  }
  m_posted.notify_one();
}

void StoreThread::flush() {
  std::promise<void> done;
  post([&] { done.set_value(); });
  done.get_future().wait();
}

void StoreThread::run() {
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_posted.wait(lock, [this] { return m_ending || !m_queue.empty(); });
    if (m_queue.empty()) return;
    const std::function<void()> work = std::move(m_queue.front());
    m_queue.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace app
