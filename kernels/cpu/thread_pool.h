// A fixed team of threads that run one function together and meet at barriers: spin for a short while, then sleep.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

namespace kernels::cpu {

/// Worker index and team size of the calling thread inside run().
struct Team {
  uint32_t index = 0, size = 1;
  /// [begin, end) of n items for this worker, in whole multiples of `grain`.
  struct Range {
    uint64_t begin, end;
  };
  Range split(uint64_t n, uint64_t grain = 1) const;
};

class ThreadPool {
 public:
  /// The caller of run() is worker 0, so nThreads - 1 are started. Throws std::system_error or std::bad_alloc when they
  /// cannot be had.
  explicit ThreadPool(uint32_t nThreads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  uint32_t size() const;
  /// Runs `work` on every worker, returns when all have finished. Calls must not overlap, `work` must not throw.
  /// Allocates nothing.
  void run(const std::function<void(Team)>& work);
  /// Inside run(): waits for all workers. Every worker must call it equally often.
  void barrier();

 private:
  struct Impl;
  std::unique_ptr<Impl> m_impl;
};

}  // namespace kernels::cpu
