#include "app/server/transport/worker_pool.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

namespace app {

namespace {

/// Enough for a template's interpreter and the JSON library; a thousand of them cost address space, not memory.
constexpr size_t kStackBytes = 1 << 20;
constexpr auto kIdle = std::chrono::seconds(10);

}  // namespace

struct WorkerPool::State {
  explicit State(size_t most) : maxThreads(most) {}

  const size_t maxThreads;
  std::mutex mutex;
  std::condition_variable work, allGone;
  std::deque<std::function<void()>> tasks;
  size_t threads = 0, idle = 0;
  bool ending = false;

  void loop() {
    std::unique_lock lock(mutex);
    for (;;) {
      ++idle;
      work.wait_for(lock, kIdle, [this] { return ending || !tasks.empty(); });
      --idle;
      if (tasks.empty()) break;
      std::function<void()> task = std::move(tasks.front());
      tasks.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
    --threads;
    allGone.notify_all();
  }
};

WorkerPool::WorkerPool(size_t maxThreads) : m_state(std::make_shared<State>(maxThreads)) {}

WorkerPool::~WorkerPool() {
  std::unique_lock lock(m_state->mutex);
  m_state->ending = true;
  m_state->work.notify_all();
  m_state->allGone.wait(lock, [this] { return m_state->threads == 0; });
}

void* WorkerPool::threadMain(void* argument) {
  const std::unique_ptr<std::shared_ptr<State>> state(static_cast<std::shared_ptr<State>*>(argument));
  (*state)->loop();
  return nullptr;
}

bool WorkerPool::run(std::function<void()> task) {
  const std::lock_guard lock(m_state->mutex);
  if (m_state->ending) return false;
  if (m_state->idle <= m_state->tasks.size()) {
    if (m_state->threads >= m_state->maxThreads) return false;
    pthread_attr_t attributes;
    if (pthread_attr_init(&attributes) != 0) return false;
    pthread_attr_setstacksize(&attributes, kStackBytes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    auto argument = std::make_unique<std::shared_ptr<State>>(m_state);
    pthread_t thread{};
    const bool made = pthread_create(&thread, &attributes, &threadMain, argument.get()) == 0;
    pthread_attr_destroy(&attributes);
    if (!made) return false;
    [[maybe_unused]] const auto* owned = argument.release();
    ++m_state->threads;
  }
  m_state->tasks.push_back(std::move(task));
  m_state->work.notify_one();
  return true;
}

}  // namespace app
