// Threads with small stacks, made when needed, kept a while when idle. One task holds one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace app {

class WorkerPool {
 public:
  explicit WorkerPool(size_t maxThreads);
  /// Waits for all tasks.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False when every thread is busy and no more may be made, or the system gives none.
  bool run(std::function<void()> task);

 private:
  struct State;
  static void* threadMain(void* argument);
  std::shared_ptr<State> m_state;
};

}  // namespace app
