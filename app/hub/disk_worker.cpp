#include "app/hub/disk_worker.h"

namespace app::hub {

DiskWorker::DiskWorker() : m_thread([this] { run(); }) {}

DiskWorker::~DiskWorker() {
  {
    const std::lock_guard lock(m_mutex);
    m_end = true;
  }
  m_wake.notify_one();
  m_thread.join();
}

void DiskWorker::post(std::function<void()> work) {
  {
    const std::lock_guard lock(m_mutex);
    m_queue.push_back(std::move(work));
  }
  m_wake.notify_one();
}

void DiskWorker::run() {
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_wake.wait(lock, [this] { return m_end || !m_queue.empty(); });
    if (m_queue.empty()) return;
    const std::function<void()> work = std::move(m_queue.front());
    m_queue.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
}

}  // namespace app::hub
